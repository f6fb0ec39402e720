//! Old rows of twin and analytics move to their archives by the command, whoever has TimescaleDB, and come back with `down`.

use chrono::{TimeDelta, Utc};
use migration_timescale::moment_sql;
use sea_orm::DatabaseConnection;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend,
    process::{Finished, run},
};

use crate::migration;

on_every_backend!(old_snapshots_move_and_come_back_with_down, alerts_that_are_open_stay_however_old_they_are,);

const ARCHIVES_OF_TWIN: &str = "m20261116_000000_archive_snapshots_and_anomalies";

fn told(database: &TestDatabase, area: &str, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    let mut command = migration(folder.path());
    let finished =
        run(command.args(["--area", area, "-u", database.url()]).args(arguments).env("DATABASE_SCHEMA", "public"));
    assert_eq!(finished.code, 0, "{finished:#?}");
    finished
}

async fn prepared(database: &TestDatabase, area: &'static str) {
    database.up_of(area, || tests::area(area), None).await;
    if database.backend() == Backend::Timescale {
        // Nobody else moves rows meanwhile.
        let db = database.connect().await;
        let sql = "DO $$ BEGIN PERFORM delete_job(job_id) FROM timescaledb_information.jobs \
                   WHERE proc_name LIKE '%_archive_job'; END $$";
        execute(&db, sql).await;
        db.close().await.unwrap();
    }
}

/// A moment so many days ago, as a literal.
fn days_ago(db: &DatabaseConnection, days: i64) -> String {
    moment_sql(db.get_database_backend(), Utc::now() - TimeDelta::days(days))
}

async fn counts(database: &TestDatabase, tables: [&str; 2]) -> [u32; 2] {
    let db = database.connect().await;
    let found = [count(&db, tables[0]).await, count(&db, tables[1]).await];
    db.close().await.unwrap();
    found
}

async fn old_snapshots_move_and_come_back_with_down(database: TestDatabase) {
    prepared(&database, "twin").await;
    let db = database.connect().await;
    let rows: Vec<String> = [1, 40, 120, 130, 200]
        .into_iter()
        .map(|days| format!("('press-1', {}, '{{\"days\": {days}}}')", days_ago(&db, days)))
        .collect();
    let insert = "INSERT INTO state_snapshots (machine_id, snapshot_time, state_data) VALUES";
    execute(&db, &format!("{insert} {}", rows.join(", "))).await;
    db.close().await.unwrap();
    let finished = told(&database, "twin", &["maintain"]);
    assert!(finished.stdout.contains("3 rows moved to state_snapshots_archive"), "{finished:#?}");
    let tables = ["state_snapshots", "state_snapshots_archive"];
    assert_eq!(counts(&database, tables).await, [2, 3]);
    told(&database, "twin", &["down", &format!("{ARCHIVES_OF_TWIN}-1")]);
    let db = database.connect().await;
    assert_eq!(count(&db, "state_snapshots").await, 5, "every row is back");
    db.close().await.unwrap();
    told(&database, "twin", &["up"]);
    told(&database, "twin", &["maintain"]);
    assert_eq!(counts(&database, tables).await, [2, 3]);
}

async fn alerts_that_are_open_stay_however_old_they_are(database: TestDatabase) {
    prepared(&database, "analytics").await;
    let db = database.connect().await;
    let rows: Vec<String> = ["NEW", "ACKNOWLEDGED", "IN_PROGRESS", "RESOLVED", "DISMISSED"]
        .into_iter()
        .flat_map(|status| [(status, 400), (status, 10)])
        .map(|(status, days)| format!("('{status} {days}', 'm', 'LOW', 'heat', {}, '{status}')", days_ago(&db, days)))
        .collect();
    let insert = "INSERT INTO alerts (alert_id, machine_id, severity, alert_type, timestamp, status) VALUES";
    execute(&db, &format!("{insert} {}", rows.join(", "))).await;
    db.close().await.unwrap();
    let finished = told(&database, "analytics", &["maintain"]);
    assert!(finished.stdout.contains("2 rows moved to alerts_archive"), "{finished:#?}");
    assert_eq!(counts(&database, ["alerts", "alerts_archive"]).await, [8, 2]);
    let db = database.connect().await;
    assert_eq!(count(&db, "alerts_archive WHERE status IN ('RESOLVED', 'DISMISSED')").await, 2);
    db.close().await.unwrap();
}
