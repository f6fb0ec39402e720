//! A bucket of which rows are gone keeps what it counted, and retention does not cut one.

use chrono::{TimeDelta, Utc};
use migration_engine::operate::maintain::{TaskOutcome, maintain};
use migration_timescale::{Interval, moment_sql};
use sea_orm::DbBackend;
use tests::{TestDatabase, fixtures::execute, on_every_backend, scalar};

use super::{
    prepared,
    project::{Declares, KEPT, insert, insert_history},
    readings, summarised, task,
};

on_every_backend!(a_bucket_that_lost_rows_is_left_alone);
on_every_backend!(
    only: [sqlite, postgres, mariadb],
    "TimescaleDB drops chunks, not rows";
    retention_deletes_whole_buckets
);

async fn a_bucket_that_lost_rows_is_left_alone(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    let inserted = insert_history(db, 2).await;
    maintain(&runner, false).await.unwrap();
    // Of the hour three hours ago one of two readings of each sensor; beside it a late one comes in.
    let hour = Interval::hours(1).bucket_of(Utc::now() - TimeDelta::hours(3));
    let gone = moment_sql(db.get_database_backend(), hour + TimeDelta::minutes(30));
    execute(db, &format!("DELETE FROM readings WHERE taken_at = {gone}")).await;
    let late = insert(db, hour - TimeDelta::minutes(50), 1).await;
    for run in 1..=2 {
        let done = maintain(&runner, false).await.unwrap();
        assert_eq!(done.error(), None);
        let hourly = task(&done, "refresh of readings_hourly");
        let told = format!("left alone: bucket {} of a counts 2, and 1", hour.format("%Y-%m-%d %H:%M UTC"));
        assert!(hourly.detail.contains(&told), "{told} in {done:#?}");
        assert_eq!(summarised(db, "readings_hourly").await, inserted + late, "run {run}: {done:#?}");
        assert_eq!(summarised(db, "readings_daily").await, inserted + late, "run {run}: {done:#?}");
    }
}

async fn retention_deletes_whole_buckets(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    let hour = Interval::hours(1).bucket_of(Utc::now() - KEPT);
    for ten in 0..6 {
        insert(db, hour - TimeDelta::hours(1) + TimeDelta::minutes(10 * ten + 1), 1).await;
        insert(db, hour + TimeDelta::minutes(10 * ten), 1).await;
    }
    insert(db, Utc::now() - TimeDelta::days(1), 1).await;
    let done = maintain(&runner, false).await.unwrap();
    let retention = task(&done, "retention of readings");
    assert_eq!(retention.outcome, TaskOutcome::Done, "{done:#?}");
    assert!(retention.detail.contains(&format!("before {}", hour.format("%Y-%m-%d %H:%M UTC"))), "{done:#?}");
    assert_eq!(readings(db, "1 = 1").await, 14, "the hour that begins to be old stays whole");
    let first = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT extract(minute FROM min(taken_at))::int::text FROM readings",
        DbBackend::MySql => "SELECT CAST(minute(min(taken_at)) AS CHAR(9)) FROM readings",
        _ => "SELECT CAST(CAST(substr(min(taken_at), 15, 2) AS integer) AS text) FROM readings",
    };
    assert_eq!(scalar(db, first).await.as_deref(), Some("0"));
}
