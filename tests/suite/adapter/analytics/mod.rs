//! core-server-adapter's area analytics, on every backend.

use chrono::{DateTime, Utc};
use core_server_adapter::{AdapterError, DatabaseConfig, analytics::Analytics, gate};
use tests::{TestDatabase, on_every_backend};

mod alerts;
mod anomalies;
mod memory;
mod metrics;
mod models;
mod notifications;
mod reports;

on_every_backend!(only_a_schema_that_is_new_enough_passes);

/// Applies all revisions and connects, with several sessions where there are.
async fn migrated(database: TestDatabase) -> (TestDatabase, Analytics) {
    database.up_of("analytics", || tests::area("analytics"), None).await;
    let analytics = connect(&database).await.unwrap();
    (database, analytics)
}

async fn connect(database: &TestDatabase) -> Result<Analytics, AdapterError> {
    let sessions = if database.has_one_session() { 1 } else { 4 };
    Analytics::connect(&DatabaseConfig::new(database.url()).unwrap().max_connections(sessions)).await
}

fn invalid(table: &str, error: &AdapterError) -> (&'static str, Option<usize>) {
    super::invalid("analytics", table, error)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn only_a_schema_that_is_new_enough_passes(database: TestDatabase) {
    assert_eq!(tests::area("analytics").revision_names().last().map(String::as_str), Some(gate::ANALYTICS.revision));
    database.up_of("analytics", || tests::area("analytics"), Some(1)).await;
    let error = connect(&database).await.unwrap_err();
    assert!(matches!(error, AdapterError::SchemaOutdated { area: "analytics", .. }), "{error:?}");
    assert!(error.to_string().contains("`cargo run -p migration -- up --area analytics`"), "{error}");
}
