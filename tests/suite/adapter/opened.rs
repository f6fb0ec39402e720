//! Other ways to a handle: without a server, from a pool that is there, and what its numbers say.

use std::time::Duration;

use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, ErrorKind,
    alarms::{AlarmFilter, AlarmRepository},
    telemetry::{NewSensor, Telemetry},
};
use tests::{Backend, TestDatabase, on_every_backend};

use super::server::{hot, up};

on_every_backend!(numbers_say_what_a_pool_did);

on_every_backend! {
    needs: several_sessions;
    a_pool_that_is_there_is_used, a_lazy_pool_asks_at_first_use
}

async fn a_lazy_pool_asks_at_first_use(database: TestDatabase) {
    let config = DatabaseConfig::new(database.url()).unwrap();
    let lazy = Database::lazy(&config).await.unwrap();
    for _ in 0..2 {
        let error = lazy.alarms().counts(&AlarmFilter::new()).await.unwrap_err();
        assert!(matches!(error, AdapterError::SchemaOutdated { area: "alarms", .. }), "{error:?}");
        assert!(error.to_string().contains("no revision has ever been applied"), "{error}");
        let error = lazy.begin().await.unwrap_err();
        assert!(error.to_string().contains("is older than this program"), "{error}");
    }
    // The schema comes, and nobody has to open the pool again.
    up(&database, &["alarms"]).await;
    lazy.alarms().raise(&hot()).await.unwrap();
    let transaction = lazy.begin().await.unwrap();
    AlarmRepository::new(&transaction).raise(&hot()).await.unwrap();
    drop(transaction);
    assert_eq!(lazy.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), 1);
    lazy.close().await;
}

#[tokio::test]
async fn a_service_starts_while_its_server_is_away() {
    let away =
        DatabaseConfig::new("postgres://me@127.0.0.1:9/plant").unwrap().acquire_timeout(Duration::from_millis(300));
    let lazy = Database::lazy(&away).await.unwrap();
    let error = lazy.alarms().counts(&AlarmFilter::new()).await.unwrap_err();
    assert!(error.is_transient() && error.kind() == ErrorKind::Unavailable, "{error:?}");
}

async fn a_pool_that_is_there_is_used(database: TestDatabase) {
    up(&database, &["alarms", "telemetry"]).await;
    let own = database.connect().await;
    let alarms = Database::of_pool(own.clone()).await.unwrap();
    alarms.alarms().raise(&hot()).await.unwrap();
    assert_eq!(alarms.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), 1);
    assert_eq!(alarms.sessions().most, 1);
    if database.backend() == Backend::Postgres {
        // The same session in another area, and back.
        let telemetry = Telemetry::of_pool(own.clone()).await.unwrap();
        telemetry.sensors().register(&NewSensor::new("bearing-7", "temperature")).await.unwrap();
        let error = telemetry.readings().latest("a\0b", 1).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("a NUL for example"), "{error:?}");
        alarms.alarms().raise(&hot()).await.unwrap();
    }
    own.close().await.unwrap();
}

async fn numbers_say_what_a_pool_did(database: TestDatabase) {
    let database = database.up(None).await;
    let config = DatabaseConfig::new(database.url()).unwrap().slow_statement(Duration::ZERO).max_connections(1);
    let adapter = Database::connect(&config).await.unwrap();
    let before = adapter.metrics();
    adapter.alarms().raise(&hot()).await.unwrap();
    let transaction = adapter.begin().await.unwrap();
    AlarmRepository::new(&transaction).raise(&hot()).await.unwrap();
    transaction.commit().await.unwrap();
    adapter.alarms().counts(&AlarmFilter::new()).await.unwrap();
    let after = adapter.metrics();
    assert!(after.statements >= before.statements + 3 && after.rows >= before.rows + 2, "{before:?} {after:?}");
    assert!(after.seconds > before.seconds && after.slow > before.slow && after.failed == before.failed, "{after:?}");
    adapter.close().await;
}
