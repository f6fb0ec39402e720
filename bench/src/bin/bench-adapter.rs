//! What the adapter costs beside the driver alone, as ratios of one run: rows in, pages and single alarms out.
//!
//! `make bench-adapter` runs it on the test suite's PostgreSQL; `TEST_POSTGRES_URL` names another server, a TimescaleDB for
//! example.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, PageRequest,
    alarms::{Alarm, AlarmFilter, AlarmOrigin, AlarmSeverity, AlarmStatus, NewAlarm, RawAlarm},
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, TransactionTrait, sqlx};
use tests::{Backend, TestDatabase};
use uuid::Uuid;

const ROWS: u32 = 100_000;
const PAGES: u32 = 300;
/// Each ratio is of the medians of so many runs.
const RUNS: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let test = TestDatabase::create(Backend::Postgres).await.up(None).await;
    let database = Database::connect(&DatabaseConfig::new(test.url())?.max_connections(1)).await?;
    let alarms = generate();
    let new = alarms.iter().map(new_alarm).collect::<std::result::Result<Vec<_>, _>>()?;

    println!("{ROWS} alarms in, ratio to COPY by the driver (less is slower)");
    let copy = median(&database, || copy(&database, &alarms)).await?;
    println!("  COPY, text               1.00  ({:.0} alarms/s)", rate(copy));
    let raise_many =
        median(&database, || async { database.alarms().raise_many(&new).await.map(drop).map_err(Into::into) }).await?;
    println!("  raise_many               {:.2}", ratio(copy, raise_many));
    let missing =
        median(&database, || async { database.alarms().raise_missing(&new).await.map(drop).map_err(Into::into) })
            .await?;
    println!("  raise_missing            {:.2}", ratio(copy, missing));
    let insert_many = median(&database, || insert_many(&database, &alarms)).await?;
    println!("  SeaORM insert_many       {:.2}", ratio(copy, insert_many));
    let single = timed(single(&database, &alarms[..2000])).await? * (ROWS / 2000);
    println!("  SeaORM insert, one each  {:.3}", ratio(copy, single));

    clear(&database).await?;
    database.alarms().raise_many(&new).await?;
    database.connection().execute_unprepared("ANALYZE alarms").await?;
    println!("{PAGES} pages of 50 model alarms, newest first, time in ratio to the driver with the same SQL");
    let driver = timed(pages_by_driver(&database)).await?;
    println!("  driver, prepared         1.00  ({:.2} ms each)", driver.as_secs_f64() * 1000.0 / f64::from(PAGES));
    let list = timed(pages(&database)).await?;
    println!("  list                     {:.2}", list.as_secs_f64() / driver.as_secs_f64());
    database.close().await;
    Ok(())
}

fn generate() -> Vec<Alarm> {
    let first = Utc::now() - TimeDelta::days(30);
    (0..ROWS)
        .map(|number| {
            let model = number % 10 == 0;
            Alarm {
                id: Uuid::now_v7(),
                raised_at: (first + TimeDelta::milliseconds(i64::from(number) * 20_000)).fixed_offset(),
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

async fn copy(database: &Database, alarms: &[Alarm]) -> Result<()> {
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
    let mut session = database.connection().get_postgres_connection_pool().acquire().await?;
    let mut sink = session
        .copy_in_raw("COPY alarms (id, raised_at, sensor_id, severity, status, value, threshold, message, origin, anomaly_score) FROM STDIN")
        .await?;
    sink.send(text.into_bytes()).await?;
    sink.finish().await?;
    Ok(())
}

async fn insert_many(database: &Database, alarms: &[Alarm]) -> Result<()> {
    let transaction = database.connection().begin().await?;
    // 14 values a row, 65,535 a statement.
    for batch in alarms.chunks(4_000) {
        let rows = batch.iter().map(|alarm| alarm.clone().into_active_model().reset_all());
        entity::alarms::alarm::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn single(database: &Database, alarms: &[Alarm]) -> Result<()> {
    clear(database).await?;
    for alarm in alarms {
        alarm.clone().into_active_model().reset_all().insert(database.connection()).await?;
    }
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
             acknowledged_by, resolved_at, origin::text, anomaly_score FROM alarms \
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
