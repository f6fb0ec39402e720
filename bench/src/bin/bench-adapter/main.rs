//! What the adapter costs beside psql and the driver alone, as ratios of one run: rows in, pages, counts and exports out, and
//! the ways to a session. It prints a table.
//!
//! `make bench-adapter` runs it on the TimescaleDB that `TEST_TIMESCALEDB_URL` names, where rows go into hypertables, and
//! without one on the test suite's PostgreSQL. Where `python3` has `SQLAlchemy` and asyncpg, which `make bench` installs, it
//! shows what they take.

mod peers;
mod readings;
mod ways;

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use bench::notes;
use chrono::{TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, PageRequest,
    alarms::{Alarm, AlarmFilter, AlarmOrigin, AlarmSeverity, AlarmStatus, NewAlarm, RawAlarm},
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, TransactionTrait,
    sqlx::{self, Row},
};
use tests::{Backend, TestDatabase};
use uuid::Uuid;

const ROWS: u32 = 200_000;
const SINGLE: u16 = 2_000;
const PAGES: u32 = 300;
/// Each ratio is of the medians of so many runs.
const RUNS: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let native = std::env::var_os("TEST_TIMESCALEDB_URL").is_some();
    let backend = if native { Backend::Timescale } else { Backend::Postgres };
    let test = TestDatabase::create(backend).await.up(None).await;
    let database = Database::connect(&DatabaseConfig::new(test.url())?.max_connections(2)).await?;
    let version = "SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) \
        || coalesce((SELECT ', TimescaleDB ' || extversion FROM pg_extension WHERE extname = 'timescaledb'), '')";
    let table = Table { server: tests::scalar(database.connection(), version).await.unwrap_or_default() };
    println!("{}, {} cores\n", table.server, std::thread::available_parallelism()?);
    println!("| what | floor (1.0) | measured |\n|-|-|-|");
    alarms(&table, &database, test.url()).await?;
    database.close().await;
    drop(test);
    readings::measure(&table, backend).await?;
    Box::pin(ways::measure()).await
}

/// What is printed.
struct Table {
    server: String,
}

/// A row of the table: the time over that of the floor, or the rate where more is better.
fn row(what: &str, floor: &str, ratio: f64, remark: &str) {
    println!("| {what} | {floor} | {ratio:.2}{remark} |");
}

impl Table {
    /// A row that is a figure of its own.
    fn figure(&self, name: &str, ratio: f64, remark: &str) -> Result<()> {
        let Some(figure) = bench::figures::find(name) else { return Err(format!("no figure {name}").into()) };
        row(figure.what, figure.floor, ratio, remark);
        Ok(notes::figure(&self.server, name, ratio)?)
    }
}

async fn alarms(table: &Table, database: &Database, url: &str) -> Result<()> {
    let alarms = generate();
    let new = alarms.iter().map(new_alarm).collect::<std::result::Result<Vec<_>, _>>()?;
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), text(&alarms)?)?;
    let copy =
        median(database, || async { psql(url, &format!("\\copy {COLUMNS} FROM '{}'", file.path().display())) }).await?;
    let raise_many =
        median(database, || async { database.alarms().raise_many(&new).await.map(drop).map_err(Into::into) }).await?;
    let in_rate = format!("; {:.0} rows/s", rate(raise_many));
    table.figure("raise-many", ratio(copy, raise_many), &in_rate)?;
    let (first, second) = new.split_at(new.len() / 2);
    let two = median(database, || async {
        let alarms = database.alarms();
        let both = futures_util::future::try_join(alarms.raise_many(first), alarms.raise_many(second));
        both.await.map(drop).map_err(Into::into)
    })
    .await?;
    table.figure("raise-many-two", ratio(copy, two), "")?;
    let missing =
        median(database, || async { database.alarms().raise_missing(&new).await.map(drop).map_err(Into::into) })
            .await?;
    row("`raise_missing` of 200,000, all new, rate", "psql `\\copy`", ratio(copy, missing), "");
    let insert_many = median(database, || insert_many(database, &alarms)).await?;
    row("SeaORM's `insert_many` of 200,000, rate", "psql `\\copy`", ratio(copy, insert_many), "");

    let by_hand = median(database, || single_by_driver(database, &alarms[..usize::from(SINGLE)])).await?;
    let raise = median(database, || single(database, &new[..usize::from(SINGLE)])).await?;
    let each = format!("; {:.2} ms", raise.as_secs_f64() * 1_000.0 / f64::from(SINGLE));
    table.figure("raise", ratio(raise, by_hand), &each)?;

    clear(database).await?;
    database.alarms().raise_many(&new).await?;
    database.connection().execute_unprepared("ANALYZE alarms").await?;
    let driver = best(|| pages_by_driver(database)).await?;
    let list = best(|| pages(database)).await?;
    let each = format!("; {:.2} ms", list.as_secs_f64() * 1_000.0 / f64::from(PAGES));
    table.figure("page", ratio(list, driver), &each)?;
    let by_driver = best(|| counts_by_driver(database)).await?;
    let counts = best(|| counts(database)).await?;
    let each = format!("; {:.0} ms", counts.as_secs_f64() * 1_000.0);
    row("counts by origin and severity over 200,000", "driver, prepared", ratio(counts, by_driver), &each);
    clear(database).await?;
    peers::measure(table, url, copy, driver)
}

/// Runs a command of psql.
fn psql(url: &str, command: &str) -> Result<()> {
    let status = std::process::Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", command])
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("psql: {status}: {command}").into()) }
}

fn generate() -> Vec<Alarm> {
    let first = Utc::now() - TimeDelta::days(30);
    (0..ROWS)
        .map(|number| {
            let model = number % 10 == 0;
            Alarm {
                id: Uuid::now_v7(),
                raised_at: (first + TimeDelta::milliseconds(i64::from(number) * 10_000)).fixed_offset(),
                sensor_id: format!("sensor-{}", number % 500),
                severity: AlarmSeverity::Warning,
                status: AlarmStatus::Active,
                value: Some(91.5),
                threshold: (!model).then_some(80.0),
                message: "temperature out of the ordinary".to_owned(),
                context: None,
                acknowledged_at: None,
                acknowledged_by: None,
                resolved_at: None,
                origin: if model { AlarmOrigin::AnomalyModel } else { AlarmOrigin::Threshold },
                anomaly_score: model.then_some(0.9),
                model_name: None,
                model_version: None,
                last_seen_at: None,
                repeats: 0,
            }
        })
        .collect()
}

fn new_alarm(alarm: &Alarm) -> std::result::Result<NewAlarm, AdapterError> {
    let mut raw = RawAlarm::new(alarm.sensor_id.clone(), alarm.severity, alarm.raised_at, alarm.origin);
    (raw.anomaly_score, raw.value, raw.threshold) = (alarm.anomaly_score, alarm.value, alarm.threshold);
    raw.message.clone_from(&alarm.message);
    NewAlarm::try_from(raw)
}

async fn clear(database: &Database) -> Result<()> {
    database.connection().execute_unprepared("TRUNCATE alarms").await?;
    Ok(())
}

async fn timed(work: impl Future<Output = Result<()>>) -> Result<Duration> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed())
}

async fn median<F: Future<Output = Result<()>>>(database: &Database, work: impl Fn() -> F) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        clear(database).await?;
        times.push(timed(work()).await?);
    }
    times.sort();
    Ok(times[RUNS / 2])
}

/// The median of some runs that change nothing.
async fn best<F: Future<Output = Result<()>>>(work: impl Fn() -> F) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(timed(work()).await?);
    }
    times.sort();
    Ok(times[RUNS / 2])
}

const COLUMNS: &str =
    "alarms (id, raised_at, sensor_id, severity, status, value, threshold, message, origin, anomaly_score)";

fn text(alarms: &[Alarm]) -> Result<String> {
    let mut text = String::new();
    for alarm in alarms {
        let or_null = |value: Option<f64>| value.map_or("\\N".to_owned(), |value| value.to_string());
        writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t91.5\t{}\t{}\t{}\t{}",
            alarm.id,
            alarm.raised_at.to_rfc3339(),
            alarm.sensor_id,
            alarm.severity,
            alarm.status,
            or_null(alarm.threshold),
            alarm.message,
            alarm.origin,
            or_null(alarm.anomaly_score)
        )?;
    }
    Ok(text)
}

async fn insert_many(database: &Database, alarms: &[Alarm]) -> Result<()> {
    let transaction = database.connection().begin().await?;
    // 18 values a row, 65,535 a statement.
    for batch in alarms.chunks(3_500) {
        let rows = batch.iter().map(|alarm| alarm.clone().into_active_model().reset_all());
        entity::alarms::alarm::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn single(database: &Database, alarms: &[NewAlarm]) -> Result<()> {
    for alarm in alarms {
        database.alarms().raise(alarm).await?;
    }
    Ok(())
}

/// As somebody would write it who has only sqlx: the row comes back.
async fn single_by_driver(database: &Database, alarms: &[Alarm]) -> Result<()> {
    let pool = database.connection().get_postgres_connection_pool();
    for alarm in alarms {
        let row = sqlx::query(
            "INSERT INTO alarms (id, raised_at, sensor_id, severity, status, value, threshold, message, context, origin, \
             anomaly_score) VALUES ($1, $2, $3, $4::alarm_severity, $5::alarm_status, $6, $7, $8, $9, $10::alarm_origin, $11) \
             RETURNING id, raised_at, sensor_id, severity::text, status::text, value, threshold, message, context, \
             acknowledged_at, acknowledged_by, resolved_at, origin::text, anomaly_score, model_name, model_version, \
             last_seen_at, repeats",
        )
        .bind(alarm.id)
        .bind(alarm.raised_at)
        .bind(&alarm.sensor_id)
        .bind(alarm.severity.to_string())
        .bind(alarm.status.to_string())
        .bind(alarm.value)
        .bind(alarm.threshold)
        .bind(&alarm.message)
        .bind(None::<serde_json::Value>)
        .bind(alarm.origin.to_string())
        .bind(alarm.anomaly_score)
        .fetch_one(pool)
        .await?;
        assert_eq!(row.len(), 18);
    }
    Ok(())
}

async fn counts(database: &Database) -> Result<()> {
    let counts = database.alarms().counts(&AlarmFilter::new()).await?;
    assert_eq!(counts.total(), u64::from(ROWS));
    Ok(())
}

async fn counts_by_driver(database: &Database) -> Result<()> {
    let pool = database.connection().get_postgres_connection_pool();
    let rows = sqlx::query("SELECT origin::text, severity::text, count(id) FROM alarms GROUP BY origin, severity")
        .fetch_all(pool)
        .await?;
    assert!(!rows.is_empty());
    Ok(())
}

async fn pages(database: &Database) -> Result<()> {
    let filter = AlarmFilter::new().origin(AlarmOrigin::AnomalyModel);
    for _ in 0..PAGES {
        let page = database.alarms().list(&filter, &PageRequest::first(50)).await?;
        assert_eq!(page.items.len(), 50);
    }
    Ok(())
}

async fn pages_by_driver(database: &Database) -> Result<()> {
    let pool = database.connection().get_postgres_connection_pool();
    for _ in 0..PAGES {
        let rows = sqlx::query(
            "SELECT id, raised_at, sensor_id, severity::text, status::text, value, threshold, message, context, acknowledged_at, \
             acknowledged_by, resolved_at, origin::text, anomaly_score, model_name, model_version, last_seen_at, repeats FROM alarms \
             WHERE origin = 'anomaly_model' AND anomaly_score IS NOT NULL ORDER BY raised_at DESC, id DESC LIMIT 51",
        )
        .fetch_all(pool)
        .await?;
        assert_eq!(rows.len(), 51);
    }
    Ok(())
}

fn rate(time: Duration) -> f64 {
    f64::from(ROWS) / time.as_secs_f64()
}

fn ratio(floor: Duration, time: Duration) -> f64 {
    floor.as_secs_f64() / time.as_secs_f64()
}
