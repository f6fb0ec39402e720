//! core-server-adapter's area twin, on every backend.

use core_server_adapter::{AdapterError, DatabaseConfig, gate, twin::Twin};
use tests::{TestDatabase, on_every_backend};

mod anomalies;
mod configurations;
mod snapshots;

on_every_backend!(only_a_schema_that_is_new_enough_passes);

/// Applies all revisions and connects, with several sessions where there are.
async fn migrated(database: TestDatabase) -> (TestDatabase, Twin) {
    database.up_of("twin", || tests::area("twin"), None).await;
    let twin = connect(&database).await.unwrap();
    (database, twin)
}

async fn connect(database: &TestDatabase) -> Result<Twin, AdapterError> {
    let sessions = if database.has_one_session() { 1 } else { 4 };
    Twin::connect(&DatabaseConfig::new(database.url()).unwrap().max_connections(sessions)).await
}

fn invalid(table: &str, error: &AdapterError) -> (&'static str, Option<usize>) {
    super::invalid("twin", table, error)
}

async fn only_a_schema_that_is_new_enough_passes(database: TestDatabase) {
    assert_eq!(tests::area("twin").revision_names().last().map(String::as_str), Some(gate::TWIN.revision));
    database.up_of("twin", || tests::area("twin"), Some(1)).await;
    let error = connect(&database).await.unwrap_err();
    assert!(matches!(error, AdapterError::SchemaOutdated { area: "twin", .. }), "{error:?}");
    assert!(error.to_string().contains("`cargo run -p migration -- up --area twin`"), "{error}");
}
