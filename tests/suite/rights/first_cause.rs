//! An import that fails says what went wrong first, not how the rollback went.

use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    process::{command, example, run},
    workspace,
};

/// As SQLite does when the disk is full: the transaction is gone, with its savepoints.
#[tokio::test]
async fn a_transaction_that_the_database_ended() {
    let database = TestDatabase::migrated(Backend::Sqlite).await;
    let db = database.connect().await;
    let full = "CREATE TRIGGER full BEFORE INSERT ON alarms BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END";
    execute(&db, full).await;
    let file = workspace().join("core-server-adapter/examples/data/bearing_temperature.csv");
    let arguments = ["--sensor", "bearing-7", "--score-at-least", "0.9", "-u", database.url()];
    let folder = tempfile::tempdir().unwrap();
    let finished = run(command(&example("import_detections"), folder.path()).arg(file).args(arguments));
    assert_eq!(finished.code, 1, "{finished:?}");
    assert!(finished.stderr.contains("the disk is full") && !finished.stderr.contains("savepoint"), "{finished:?}");
    assert_eq!(count(&db, "alarms").await, 0);
}
