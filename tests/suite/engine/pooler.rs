//! A pooler in transaction mode is noticed, and other clients of its sessions find nothing of the engine's.

use std::time::Duration;

use migration_engine::{
    Runner, Target,
    session::{Patience, connect},
};
use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase, connect_to,
    inline::{Inline, project},
    own::Pooler,
    rows_as_text,
};

#[tokio::test]
async fn a_pooler_in_transaction_mode_is_refused() {
    const SETTINGS: &str = "SELECT concat_ws('; ', current_setting('lock_timeout'), current_setting('search_path'), \
        current_setting('row_security'), current_setting('TimeZone'), (SELECT count(*) FROM pg_locks \
        WHERE locktype = 'advisory' AND pid = pg_backend_pid()))";
    let database = TestDatabase::create(Backend::Postgres).await;
    let server = url::Url::parse(database.url()).unwrap();
    let server = format!("name the server itself, 127.0.0.1:{}, or a pool in session mode", server.port().unwrap());
    // One session for all clients, and what the driver wishes is swallowed.
    let pooler = Pooler::before(database.url(), 1, "ignore_startup_parameters = extra_float_digits");
    let settings = async || {
        let other = connect_to(pooler.url()).await;
        other.execute_unprepared("DEALLOCATE ALL").await.unwrap();
        let found = rows_as_text(&other, SETTINGS).await;
        other.close().await.unwrap();
        found
    };
    let before = settings().await;
    // Older than a session that was just made.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let error = refused(pooler.url()).await;
    assert!(error.contains("a pooler in transaction mode") && error.contains(&server), "{error}");
    assert_eq!(settings().await, before);

    // As it comes, pgbouncer does not let the driver in.
    let strict = Pooler::before(database.url(), 1, "");
    let error = refused(strict.url()).await;
    assert!(error.contains("extra_float_digits") && error.contains(&server), "{error}");
}

async fn refused(url: &str) -> String {
    let target = Target::parse(url, "the test").unwrap();
    let made = project(&[Inline::table("m1", "a")]);
    let refused = Runner::connect(made, target, &connect::Settings::default(), Patience::default()).await;
    let Err(error) = refused else { panic!("it works through a pooler") };
    error.on_one_line()
}
