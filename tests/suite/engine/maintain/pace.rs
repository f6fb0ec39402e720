//! The interval of a refresh job follows what is written, within its bounds, and is no drift.

use chrono::{TimeDelta, Utc};
use migration_timescale::moment_sql;
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    on_every_backend,
    process::{Finished, run},
    scalar,
};

use crate::migration;

on_every_backend!(the_interval_follows_what_is_written);
on_every_backend!(
    only: [timescaledb], "only TimescaleDB has jobs";
    an_interval_within_the_bounds_is_no_drift
);

const HOURLY: &str = "sensor_readings_summary_hourly";

fn told(database: &TestDatabase, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    let mut command = migration(folder.path());
    command.args(["--area", "telemetry", "-u", database.url()]).args(arguments).env("DATABASE_SCHEMA", "public");
    run(&mut command)
}

/// Runs `maintain`, and gives what it says of the hourly refresh.
fn maintained(database: &TestDatabase, arguments: &[&str]) -> String {
    let finished = told(database, &[&["maintain"], arguments].concat());
    assert_eq!(finished.code, 0, "{finished:#?}");
    let line = finished.stdout.lines().find(|line| line.contains(&format!("refresh of {HOURLY}")));
    line.unwrap_or_else(|| panic!("{finished:#?}")).to_owned()
}

/// Minutes between two runs of the hourly refresh; none where there is no job.
async fn interval(database: &TestDatabase) -> Option<u32> {
    if database.backend() != Backend::Timescale {
        return None;
    }
    let db = database.connect().await;
    let sql = format!(
        "SELECT (extract(epoch FROM schedule_interval) / 60)::int::text FROM timescaledb_information.jobs \
         WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_name = '{HOURLY}'"
    );
    let minutes = scalar(&db, &sql).await.map(|text| text.parse().unwrap());
    db.close().await.unwrap();
    minutes
}

async fn set_interval(database: &TestDatabase, interval: &str) {
    let db = database.connect().await;
    let sql = format!(
        "DO $$ BEGIN PERFORM alter_job(job_id, schedule_interval => INTERVAL '{interval}') FROM timescaledb_information.jobs \
         WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_name = '{HOURLY}'; END $$"
    );
    execute(&db, &sql).await;
    db.close().await.unwrap();
}

/// A reading of so many minutes ago; of the future where there are fewer than none.
async fn insert(database: &TestDatabase, minutes: i64) {
    let db = database.connect().await;
    let at = moment_sql(db.get_database_backend(), Utc::now() - TimeDelta::minutes(minutes));
    execute(&db, &format!("INSERT INTO sensor_readings (timestamp, sensor_id, value) VALUES ({at}, 'a', 1.5)")).await;
    db.close().await.unwrap();
}

async fn the_interval_follows_what_is_written(database: TestDatabase) {
    database.up_of("telemetry", || tests::area("telemetry"), None).await;
    let has_job = database.backend() == Backend::Timescale;
    let is = |minutes: u32| has_job.then_some(minutes);
    assert_eq!(interval(&database).await, is(30));
    // What a clock that is ahead sends is not written now, and an hour ago is long ago.
    insert(&database, -600).await;
    insert(&database, 70).await;

    let planned = maintained(&database, &["--dry-run"]);
    assert_eq!(planned.contains("would let its job run every 1 hour instead of 30 minutes"), has_job, "{planned}");
    assert_eq!(interval(&database).await, is(30), "a dry run changes nothing");
    let done = maintained(&database, &[]);
    assert_eq!(done.contains("every 1 hour instead of 30 minutes from now on: little was written"), has_job, "{done}");
    assert_eq!(interval(&database).await, is(60));
    // The reading of 70 minutes ago is older than an hour, and not than an hour and a half.
    maintained(&database, &[]);
    assert_eq!(interval(&database).await, is(60));
    let db = database.connect().await;
    execute(&db, "DELETE FROM sensor_readings").await;
    db.close().await.unwrap();
    for _ in 0..2 {
        maintained(&database, &[]);
        assert_eq!(interval(&database).await, is(90), "no longer than that");
    }
    insert(&database, 1).await;
    let done = maintained(&database, &[]);
    assert_eq!(done.contains("every 45 minutes instead of 90 minutes from now on: more is written"), has_job, "{done}");
    for _ in 0..2 {
        maintained(&database, &[]);
        assert_eq!(interval(&database).await, is(30), "no shorter than that");
    }
}

async fn an_interval_within_the_bounds_is_no_drift(database: TestDatabase) {
    database.up_of("telemetry", || tests::area("telemetry"), None).await;
    for (interval, is_drift) in
        [("45 minutes", false), ("90 minutes", false), ("91 minutes", true), ("29 minutes", true)]
    {
        set_interval(&database, interval).await;
        let finished = told(&database, &["check"]);
        assert_eq!(finished.code, if is_drift { 4 } else { 0 }, "{interval}: {finished:#?}");
        let note = "runs at an interval within its bounds, which `maintain` lets follow what is written";
        assert_eq!(finished.stdout.contains(note), !is_drift, "{interval}: {finished:#?}");
    }
    // Applied again, a job within the bounds stays as it is; reverted, it has the interval of before.
    set_interval(&database, "60 minutes").await;
    let finished = told(&database, &["report"]);
    assert!(finished.code == 0 && !finished.stdout.contains("90 minutes"), "{finished:#?}");
    told(&database, &["down"]).ended_with(0);
    assert_eq!(interval(&database).await, Some(30));
    set_interval(&database, "90 minutes").await;
    // Without bounds it is.
    told(&database, &["check"]).ended_with(4);
    told(&database, &["up"]).ended_with(0);
    assert_eq!(interval(&database).await, Some(90));
    // Out of bounds it comes back into them.
    set_interval(&database, "6 hours").await;
    maintained(&database, &[]);
    assert_eq!(interval(&database).await, Some(90));
}
