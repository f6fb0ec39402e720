//! The start-up gate: no connection on a schema that is older than the adapter.

use core_server_adapter::{AdapterError, Database, DatabaseConfig, ensure_schema, gate};
use sea_orm::TransactionTrait;
use tests::{
    TestDatabase,
    fixtures::{ACTIONS, BASELINE, execute, has_table},
    on_every_backend, scalar,
};

use super::hot;

const REVISION: &str = gate::ALARMS.revision;

on_every_backend!(only_a_schema_that_is_new_enough_passes);

async fn try_to_connect(database: &TestDatabase) -> Result<Database, AdapterError> {
    Database::connect(&DatabaseConfig::new(database.url()).unwrap().max_connections(1)).await
}

/// The gate's error, which is the same for whoever has a connection already.
async fn refused(database: &TestDatabase) -> String {
    let error = try_to_connect(database).await.unwrap_err();
    let AdapterError::SchemaOutdated { area: "alarms", revision: REVISION, found, command } = &error else {
        panic!("{error:?}")
    };
    let text = error.to_string();
    assert_eq!(*command, "cargo run -p migration -- up");
    for part in [found.as_str(), &format!("`{command}`"), REVISION] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // It leaves the caller's transaction usable, and the database as it is.
    let db = database.connect().await;
    let had_table = has_table(&db, "seaql_migrations").await;
    let transaction = db.begin().await.unwrap();
    assert_eq!(ensure_schema(&transaction, gate::ALARMS).await.unwrap_err().to_string(), text);
    assert!(scalar(&transaction, "SELECT 'usable'").await.is_some());
    transaction.commit().await.unwrap();
    assert_eq!(has_table(&db, "seaql_migrations").await, had_table);
    db.close().await.unwrap();
    found.clone()
}

async fn passes(database: &TestDatabase) {
    let adapter = try_to_connect(database).await.unwrap();
    ensure_schema(adapter.connection(), gate::ALARMS).await.unwrap();
    adapter.alarms().raise(&hot(1)).await.unwrap();
    adapter.close().await;
}

async fn run(database: &TestDatabase, sql: &str) {
    let db = database.connect().await;
    execute(&db, sql).await;
    db.close().await.unwrap();
}

async fn only_a_schema_that_is_new_enough_passes(database: TestDatabase) {
    assert_eq!(REVISION, ACTIONS, "the newest revision of the area");
    assert_eq!(migration::project().revision_names().last().map(String::as_str), Some(REVISION));
    assert_eq!(refused(&database).await, "no revision has ever been applied");

    let database = database.up(Some(1)).await;
    assert_eq!(refused(&database).await, format!("the newest applied one is {BASELINE}"));

    let database = database.up(None).await;
    passes(&database).await;

    // One that this adapter does not know yet.
    let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20300101_000000_of_the_future', 1)";
    run(&database, later).await;
    passes(&database).await;

    // A newer one does not stand for the one that is needed.
    run(&database, &format!("DELETE FROM seaql_migrations WHERE version = '{ACTIONS}'")).await;
    assert_eq!(refused(&database).await, "the newest applied one is m20300101_000000_of_the_future");

    run(&database, "DELETE FROM seaql_migrations").await;
    assert_eq!(refused(&database).await, "none is applied");
}
