//! Several imports at once, and an import beside another writer.

use std::{
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use core_server_adapter::{Period, telemetry::NewReading};
use tests::{
    Backend, TestDatabase, connect_to,
    fixtures::{count, execute},
    process::{Finished, command, example},
    workspace,
};

use super::{migrated, minute};

fn start(database: &TestDatabase) -> Child {
    let file = workspace().join("core-server-adapter/examples/data/bearing_temperature.csv");
    command(&example("import_readings"), Path::new("/"))
        .arg(file)
        .args(["--sensor", "bearing-new", "--database-url", database.url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

async fn released(backend: Backend) -> TestDatabase {
    let (database, telemetry) = migrated(TestDatabase::create(backend).await).await;
    telemetry.close().await;
    database
}

async fn ten_at_once(backend: Backend) {
    let database = released(backend).await;
    let children: Vec<Child> = (0..10).map(|_| start(&database)).collect();
    let ended: Vec<Finished> =
        children.into_iter().map(|child| child.wait_with_output().expect("it ends").into()).collect();
    assert!(ended.iter().all(|finished| finished.code == 0), "{ended:#?}");
    let db = database.connect().await;
    assert_eq!(count(&db, "sensors").await, 1);
    let once = count(&db, "sensor_readings").await;
    let moments = count(&db, "(SELECT DISTINCT timestamp FROM sensor_readings) AS moments").await;
    assert!(once == 600 && moments == 600, "{once} readings of {moments} moments");
    db.close().await.expect("closed");
}

#[tokio::test]
async fn ten_imports_of_a_new_sensor_on_mariadb() {
    ten_at_once(Backend::Mariadb).await;
}

#[tokio::test]
async fn ten_imports_of_a_new_sensor_on_postgres() {
    ten_at_once(Backend::Postgres).await;
}

#[tokio::test]
async fn ten_imports_of_a_new_sensor_on_sqlite() {
    ten_at_once(Backend::Sqlite).await;
}

/// The server ends the one that has changed less.
#[tokio::test]
async fn a_refresh_that_mariadb_ended_for_another_writer_begins_again() {
    let (database, telemetry) = migrated(TestDatabase::create(Backend::Mariadb).await).await;
    let moments = (0..600).map(|number| NewReading::new("a-1", minute(number), 1.0));
    telemetry.readings().insert_many(&moments.collect::<Vec<_>>()).await.unwrap();
    let other = connect_to(database.url()).await;
    execute(&other, "CREATE TABLE heavy (id int PRIMARY KEY)").await;
    execute(&other, "BEGIN").await;
    execute(&other, "INSERT INTO heavy SELECT seq FROM seq_1_to_10000").await;
    // Nothing is there: both have the gap, in which neither may insert.
    execute(&other, "DELETE FROM sensor_readings_summary_hourly_materialized").await;
    const WAITING: &str = "information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND DB = DATABASE() \
        AND INFO LIKE 'INSERT INTO %summary_hourly%' AND TIME_MS > 100";
    let operations = telemetry.operations();
    let (refreshed, ()) = tokio::join!(operations.refresh_summaries(Period::ALL), async {
        while count(&other, WAITING).await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        execute(
            &other,
            "INSERT INTO sensor_readings_summary_hourly_materialized (bucket, sensor_id, avg_value, min_value, max_value, reading_count) \
             VALUES ('2000-01-01', 'a-1', 1, 1, 1, 1)",
        )
        .await;
        execute(&other, "ROLLBACK").await;
    });
    refreshed.unwrap();
    assert_eq!(count(&other, "sensor_readings_summary_hourly_materialized").await, 10);
    other.close().await.expect("closed");
    telemetry.close().await;
}

#[tokio::test]
async fn an_import_waits_for_another_writer_on_sqlite() {
    let database = released(Backend::Sqlite).await;
    let writer = connect_to(database.url()).await;
    // In the middle of the import: a transaction that has read would not be let in.
    execute(&writer, "PRAGMA journal_mode = WAL").await;
    let child = start(&database);
    for _ in 0..10 {
        execute(&writer, "BEGIN IMMEDIATE").await;
        execute(&writer, "UPDATE sensors SET sensor_id = sensor_id").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        execute(&writer, "COMMIT").await;
    }
    writer.close().await.expect("closed");
    let finished: Finished = child.wait_with_output().expect("it ends").into();
    assert_eq!(finished.code, 0, "{finished:#?}");
}

/// SQLite does not wait by itself for the switch to the write-ahead log.
#[tokio::test]
async fn the_switch_to_the_log_waits_for_another_writer_on_sqlite() {
    let database = released(Backend::Sqlite).await;
    let writer = connect_to(database.url()).await;
    execute(&writer, "PRAGMA journal_mode = DELETE").await;
    execute(&writer, "BEGIN IMMEDIATE").await;
    let child = start(&database);
    tokio::time::sleep(Duration::from_millis(700)).await;
    execute(&writer, "COMMIT").await;
    writer.close().await.expect("closed");
    let finished: Finished = child.wait_with_output().expect("it ends").into();
    assert_eq!(finished.code, 0, "{finished:#?}");
    let db = database.connect().await;
    assert_eq!(tests::scalar(&db, "PRAGMA journal_mode").await.as_deref(), Some("wal"));
}
