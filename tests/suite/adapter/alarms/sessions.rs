//! Sessions that the server ends, or does not give: a pool gets over it, or the reason is said.

use std::time::Duration;

use core_server_adapter::{
    AdapterError, Database, DatabaseConfig,
    alarms::{AlarmFilter, AlarmRepository},
};
use tests::{
    Backend, TestDatabase,
    fixtures::{execute, with_current_database},
};

use super::{hot, migrated};

#[tokio::test]
async fn a_pool_whose_idle_sessions_are_ended_goes_on() {
    let database = TestDatabase::create(Backend::Postgres).await.up(None).await;
    let db = database.connect().await;
    execute(&db, &with_current_database("ALTER DATABASE %I SET idle_session_timeout = '1200ms'")).await;
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(2);
    let adapter = Database::connect(&config).await.unwrap();
    adapter.alarms().counts(&AlarmFilter::new()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    adapter.alarms().counts(&AlarmFilter::new()).await.unwrap();
    adapter.close().await;
}

#[tokio::test]
async fn a_limit_of_sessions_is_told_from_a_busy_database() {
    let database = TestDatabase::create(Backend::Postgres).await.up(None).await;
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(4).min_connections(1);
    let adapter = Database::connect(&config.acquire_timeout(Duration::from_millis(500))).await.unwrap();
    let limit = with_current_database("ALTER DATABASE %I CONNECTION LIMIT 1");
    execute(adapter.connection(), &limit).await;
    // One that has just been given back may be overlooked, so more than once.
    let mut held = Vec::new();
    for _ in 0..4 {
        held.extend(adapter.begin().await);
    }
    assert!(held.len() < 4, "the server's limit is the smaller one");
    let error = adapter.alarms().counts(&AlarmFilter::new()).await.unwrap_err();
    drop(held);
    assert!(matches!(error, AdapterError::Busy { .. }) && error.is_transient(), "{error:?}");
    assert!(error.to_string().contains("no session was free"), "{error}");
    adapter.close().await;
}

/// Ends the sessions of the pool while one of them is in a transaction.
async fn ended(backend: Backend, end: &str) {
    let (database, adapter) = migrated(TestDatabase::create(backend).await).await;
    let transaction = adapter.begin().await.unwrap();
    AlarmRepository::new(&transaction).raise(&hot(1)).await.unwrap();
    let other = database.connect().await;
    for sql in tests::rows_as_text(&other, end).await {
        execute(&other, &sql).await;
    }
    let error = AlarmRepository::new(&transaction).raise(&hot(2)).await.unwrap_err();
    assert!(matches!(error, AdapterError::SessionEnded { .. }) && !error.is_transient(), "{error:?}");
    let line = error.on_one_line();
    assert!(line.contains("the session ended") && !line.contains("expected to read"), "{line}");
    drop(transaction);
    other.close().await.unwrap();
    // Sessions that have just been used are not pinged.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    adapter.alarms().raise(&hot(3)).await.unwrap();
    assert_eq!(super::count(adapter.connection()).await, 1);
    adapter.close().await;
}

#[tokio::test]
async fn an_ended_session_is_told_from_a_failed_statement_on_postgres() {
    let sessions = "SELECT format('SELECT pg_terminate_backend(%s)', pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    ended(Backend::Postgres, sessions).await;
}

#[tokio::test]
async fn an_ended_session_is_told_from_a_failed_statement_on_mariadb() {
    let sessions = "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST \
         WHERE DB = DATABASE() AND ID <> CONNECTION_ID()";
    ended(Backend::Mariadb, sessions).await;
}
