//! core-server-adapter's area plugins, on every backend.

use core_server_adapter::{
    AdapterError, DatabaseConfig, gate,
    plugins::{NewPlugin, Plugins},
};
use tests::{TestDatabase, on_every_backend};

mod alerts;
mod metrics;
mod registry;
mod status;

on_every_backend!(only_a_schema_that_is_new_enough_passes);

/// Applies all revisions and connects, with several sessions where there are.
async fn migrated(database: TestDatabase) -> (TestDatabase, Plugins) {
    database.up_of("plugins", || tests::area("plugins"), None).await;
    let plugins = connect(&database).await.unwrap();
    (database, plugins)
}

async fn connect(database: &TestDatabase) -> Result<Plugins, AdapterError> {
    let sessions = if database.has_one_session() { 1 } else { 4 };
    Plugins::connect(&DatabaseConfig::new(database.url()).unwrap().max_connections(sessions)).await
}

/// Registers plugins of these ids.
async fn register(plugins: &Plugins, ids: &[&str]) {
    for id in ids {
        plugins.registry().register(&NewPlugin::new(*id, "a plugin", "1")).await.unwrap();
    }
}

fn invalid(table: &str, error: &AdapterError) -> (&'static str, Option<usize>) {
    super::invalid("plugins", table, error)
}

async fn only_a_schema_that_is_new_enough_passes(database: TestDatabase) {
    assert_eq!(tests::area("plugins").revision_names().last().map(String::as_str), Some(gate::PLUGINS.revision));
    database.up_of("plugins", || tests::area("plugins"), Some(2)).await;
    let error = connect(&database).await.unwrap_err();
    assert!(matches!(error, AdapterError::SchemaOutdated { area: "plugins", .. }), "{error:?}");
    assert!(error.to_string().contains("`cargo run -p migration -- up --area plugins`"), "{error}");
}
