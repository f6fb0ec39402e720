//! A `maintain` that is killed anywhere is finished by the next: readers see the same rows as after an undisturbed one.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use chrono::{DateTime, TimeDelta, Utc};
use migration_timescale::{Interval, moment_sql};
use sea_orm::DatabaseConnection;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, execute},
    process::Finished,
    rows_as_text,
    wire::{Fault, Means, Moment, Proxy},
};

use crate::{engine::killed::settle, migration, telemetry};

const AGGREGATES: [&str; 3] = ["hourly", "daily", "weekly"];
/// Statements from one kill to the next; `EVERY_STATEMENT=1` leaves none out.
const STRIDE: usize = 9;

/// Into how many parts the time of a run on SQLite is divided.
const STEPS: u32 = 20;

pub(super) fn maintain(area: &str, url: &str) -> Command {
    let mut command = migration(&std::env::temp_dir());
    command.args(["--area", area, "--database-url", url, "maintain"]).env("DATABASE_SCHEMA", "public");
    command
}

/// A database with the area, whose jobs are there where the server has some.
async fn prepared(backend: Backend) -> TestDatabase {
    let database = TestDatabase::create(backend).await;
    telemetry::up_to(&database, 7).await.close().await;
    if backend == Backend::Timescale {
        let db = database.connect().await;
        insert(&db, days_ago(100), 100 * 24, 0).await;
        for width in AGGREGATES {
            execute(&db, &format!("CALL refresh_continuous_aggregate('sensor_readings_summary_{width}', NULL, NULL)"))
                .await;
        }
        db.close().await.unwrap();
    }
    database
}

fn days_ago(days: i64) -> DateTime<Utc> {
    Interval::hours(1).bucket_of(Utc::now() - TimeDelta::days(days))
}

/// A reading of each of two sensors every hour, so many minutes past it.
async fn insert(db: &DatabaseConnection, from: DateTime<Utc>, hours: i64, minute: i64) {
    let backend = db.get_database_backend();
    let rows = (0..hours).flat_map(|hour| {
        let at = moment_sql(backend, from + TimeDelta::hours(hour) + TimeDelta::minutes(minute));
        ["a", "b"].map(|sensor| format!("({at}, '{sensor}', {minute}{hour}.5)"))
    });
    let rows: Vec<String> = rows.collect();
    for some in rows.chunks(2000) {
        execute(db, &format!("INSERT INTO sensor_readings (timestamp, sensor_id, value) VALUES {}", some.join(", ")))
            .await;
    }
}

/// Makes work for `maintain`; gives what readers have to see of the aggregates afterwards.
///
/// Where jobs refresh, that is rows that came in late; else everything, and retention of what is older than 180 days.
async fn work(db: &DatabaseConnection, backend: Backend, round: usize) -> Vec<String> {
    if backend == Backend::Timescale {
        insert(db, days_ago(80), 40 * 24, i64::try_from(round).unwrap() + 1).await;
        return grouped(db).await;
    }
    for width in AGGREGATES {
        execute(db, &format!("DELETE FROM sensor_readings_summary_{width}_materialized")).await;
    }
    execute(db, "DELETE FROM sensor_readings").await;
    insert(db, days_ago(200), 15 * 24, 0).await;
    insert(db, days_ago(10), 9 * 24, 0).await;
    // Nothing is stored: the views group the readings.
    seen(db, backend).await
}

/// Buckets as readers see them.
async fn seen(db: &DatabaseConnection, backend: Backend) -> Vec<String> {
    let row = match backend {
        Backend::Mariadb => "CONCAT_WS('|', bucket, sensor_id, max_value, min_value, reading_count)",
        _ => "concat_ws('|', bucket, sensor_id, max_value, min_value, reading_count)",
    };
    let mut rows = Vec::new();
    for width in AGGREGATES {
        let sql = format!("SELECT {row} FROM sensor_readings_summary_{width} ORDER BY bucket, sensor_id");
        rows.extend(rows_as_text(db, &sql).await);
    }
    rows
}

/// The same from the readings.
async fn grouped(db: &DatabaseConnection) -> Vec<String> {
    let mut rows = Vec::new();
    for width in ["1 hour", "1 day", "7 days"] {
        let sql = format!(
            "SELECT concat_ws('|', time_bucket('{width}', timestamp), sensor_id, max(value), min(value), count(*)) FROM sensor_readings \
             GROUP BY time_bucket('{width}', timestamp), sensor_id ORDER BY time_bucket('{width}', timestamp), sensor_id"
        );
        rows.extend(rows_as_text(db, &sql).await);
    }
    rows
}

/// Runs it undisturbed, and compares.
async fn finish(database: &TestDatabase, expected: &[String], at: &str) {
    settle(database).await;
    let finished = tests::process::run(&mut maintain("telemetry", database.url()));
    assert_eq!(finished.code, 0, "{at}: {finished:#?}");
    assert!(!finished.stdout.contains("nothing done"), "{at}: {finished:#?}");
    let (db, backend) = (database.connect().await, database.backend());
    fixtures::assert_same(&seen(&db, backend).await, expected, at);
    if backend == Backend::Timescale {
        let grouped = grouped(&db).await;
        fixtures::assert_same(&grouped, expected, at);
    } else {
        assert_eq!(fixtures::count(&db, "sensor_readings").await, 9 * 24 * 2, "{at}");
    }
    db.close().await.unwrap();
}

/// Kills it at a statement; says at which, if it got so far.
pub(super) async fn killed_at(database: &TestDatabase, area: &str, statement: usize) -> Option<String> {
    let fault = Fault {
        statement,
        moment: if statement.is_multiple_of(2) { Moment::During } else { Moment::Before },
        means: Means::Kill,
    };
    let proxy = Proxy::start(database.url(), Some(fault)).await;
    let mut command = tokio::process::Command::from(maintain(area, proxy.url()));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let met = tokio::select! {
        () = proxy.reached() => true,
        _ = child.wait() => false,
    };
    if met {
        child.kill().await.unwrap();
    }
    let finished: Finished = child.wait_with_output().await.unwrap().into();
    assert!(met || finished.code == 0, "{finished:#?}");
    met.then(|| proxy.statements().get(statement - 1).cloned().unwrap_or_default())
}

async fn killed_on_a_server(backend: Backend) {
    let database = prepared(backend).await;
    let stride = if std::env::var_os("EVERY_STATEMENT").is_some() { 1 } else { STRIDE };
    let mut refreshes = 0;
    for round in 0.. {
        let statement = 1 + round * stride;
        let db = database.connect().await;
        let expected = work(&db, backend, round % 58).await;
        db.close().await.unwrap();
        let met = killed_at(&database, "telemetry", statement).await;
        let at = format!("round {round}, killed at {met:?}");
        finish(&database, &expected, &at).await;
        match met {
            Some(met) => refreshes += usize::from(met.contains("sensor_readings_summary_")),
            None => break,
        }
    }
    assert!(refreshes > 0, "statements about aggregates were among those");
}

#[tokio::test]
async fn anywhere_on_postgres() {
    killed_on_a_server(Backend::Postgres).await;
}

#[tokio::test]
#[ignore = "needs several sessions, and TimescaleDB in WebAssembly has one"]
async fn anywhere_on_timescaledb() {
    killed_on_a_server(Backend::Timescale).await;
}

#[tokio::test]
async fn anywhere_on_mariadb() {
    killed_on_a_server(Backend::Mariadb).await;
}

/// Statements of a file cannot be counted: it is killed after some time, a little later every time, until it was killed at
/// every time that it takes and half way.
#[tokio::test]
async fn anywhere_on_sqlite() {
    let database = prepared(Backend::Sqlite).await;
    let stored = "sensor_readings_summary_hourly_materialized";
    let mut halfway = 0;
    let mut whole = None;
    for round in 0..200 {
        let db = database.connect().await;
        let expected = work(&db, Backend::Sqlite, round).await;
        db.close().await.unwrap();
        let mut command = tokio::process::Command::from(maintain("telemetry", database.url()));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        match whole {
            // The first one is not killed: it tells how long one takes.
            None => {
                let started = Instant::now();
                child.wait().await.unwrap();
                whole = Some(started.elapsed());
            }
            Some(whole) => {
                tokio::time::sleep(whole * (u32::try_from(round).unwrap() % STEPS) / STEPS).await;
                child.kill().await.unwrap();
            }
        }
        let db = database.connect().await;
        let (hours, readings) = (fixtures::count(&db, stored).await, fixtures::count(&db, "sensor_readings").await);
        halfway += usize::from(hours > 0 && readings > 9 * 24 * 2 || (1..24 * 24 * 2).contains(&hours));
        db.close().await.unwrap();
        finish(&database, &expected, &format!("round {round}, {hours} hours were stored")).await;
        if halfway > 0 && u32::try_from(round).unwrap() >= STEPS {
            break;
        }
    }
    assert!(halfway > 0, "it was killed half way");
}
