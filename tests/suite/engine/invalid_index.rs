//! An index that PostgreSQL was building concurrently when the run ended is invalid, and `IF NOT EXISTS` passes over it:
//! the next run builds it again before it says that the revision is applied. The revision is one of the adopted project,
//! which does nothing about it.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use sea_orm::DatabaseConnection;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend,
    process::{Finished, run},
    scalar,
};

use crate::adopted;

const INVALID: &str = "pg_index WHERE indexrelid = to_regclass('post_views_idx') AND NOT indisvalid";

/// The adopted project before its last revision's index, and a transaction that writes to the table: the index build
/// begins, and waits for it.
async fn before_the_index(database: &TestDatabase) -> (DatabaseConnection, DatabaseConnection) {
    finished(database, &["up", "-n", "2"]).ended_with(0);
    let (writer, db) = (database.connect().await, database.connect().await);
    execute(&db, "ALTER TABLE post ADD COLUMN views bigint NOT NULL DEFAULT 0").await;
    execute(&writer, "BEGIN; UPDATE post SET text = 'unfinished'").await;
    (writer, db)
}

fn finished(database: &TestDatabase, arguments: &[&str]) -> Finished {
    run(adopted(&std::env::temp_dir()).args(["-u", database.url()]).args(arguments))
}

fn start(database: &TestDatabase, arguments: &[&str]) -> Child {
    let mut command = adopted(&std::env::temp_dir());
    command.args(["-u", database.url()]).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

async fn until_an_index_is_invalid(db: &DatabaseConnection) {
    let started = Instant::now();
    while count(db, INVALID).await == 0 {
        assert!(started.elapsed() < Duration::from_mins(1), "the index build never begins");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn is_applied_with_a_valid_index(database: &TestDatabase, db: &DatabaseConnection) {
    let valid = "SELECT indisvalid::text FROM pg_index WHERE indexrelid = to_regclass('post_views_idx')";
    assert_eq!(scalar(db, valid).await.as_deref(), Some("true"), "the index is valid");
    assert!(finished(database, &["status"]).stdout.ends_with("3 applied, 0 pending\n"));
}

on_every_backend!(
    needs: concurrent_index;
    only: [postgres, timescaledb], "no other server builds an index concurrently";
    is_built_again_when_the_runner_was_killed
);

async fn is_built_again_when_the_runner_was_killed(database: TestDatabase) {
    let (writer, db) = before_the_index(&database).await;
    let mut killed = start(&database, &["up", "--lock-timeout", "60000"]);
    until_an_index_is_invalid(&db).await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    // The server goes on for the program that is gone until it is stopped too.
    let backends = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONC%'";
    execute(&db, &format!("SELECT pg_terminate_backend(pid, 10000) FROM {backends}")).await;
    execute(&writer, "COMMIT").await;
    assert_eq!(count(&db, INVALID).await, 1);
    let again = finished(&database, &["up"]);
    assert_eq!(again.code, 0, "{again:#?}");
    is_applied_with_a_valid_index(&database, &db).await;
}

/// The lock timeout ends the wait for the writer, and the revision is tried again.
#[tokio::test]
async fn is_built_again_after_a_lock_timeout() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let (writer, db) = before_the_index(&database).await;
    let runner = start(&database, &["up", "--lock-timeout", "200"]);
    until_an_index_is_invalid(&db).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    execute(&writer, "COMMIT").await;
    let ended: Finished = runner.wait_with_output().expect("it ends").into();
    assert_eq!(ended.code, 0, "{ended:#?}");
    is_applied_with_a_valid_index(&database, &db).await;
}
