//! New readings in: COPY by the driver, what the adapter offers, and SeaORM's `insert_many`, each for minutes of its own
//! after the last reading.

use std::{
    collections::BTreeMap,
    fmt::Write,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    DatabaseConfig,
    telemetry::{NewReading, Telemetry},
};
use entity::telemetry::sensor_reading;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait, EntityTrait, TransactionTrait,
};

use crate::{
    Result,
    fill::{Filled, SENSORS},
    measure::{Measured, median},
};

/// Each number is the median of so many runs, after one that is not counted.
const RUNS: i64 = 5;
/// What a run writes: all sensors in so many minutes.
const MINUTES: i64 = 40;
/// Rows in a statement of SeaORM's, which binds each value: at most 65,535.
const ROWS: usize = 5_000;

/// A way to write readings.
#[derive(Clone, Copy)]
enum Way {
    Copy,
    Many,
    Missing,
    /// The same readings once more.
    Again,
    SeaOrm,
}

/// Readings a second, and beside COPY's. The runs alternate, so that noise falls on all alike.
pub async fn measure(url: &str, filled: &Filled) -> Result<BTreeMap<&'static str, Measured>> {
    let telemetry = Telemetry::open(&DatabaseConfig::new(url)?).await?;
    let ways = [Way::Copy, Way::Many, Way::Missing, Way::Again, Way::SeaOrm];
    let mut times = ways.map(|_| Vec::new());
    let mut next = filled.end;
    for run in 0..=RUNS {
        for (way, times) in ways.into_iter().zip(&mut times) {
            // Not for the same again.
            if !matches!(way, Way::Again) {
                next += TimeDelta::minutes(MINUTES);
            }
            let took = write(&telemetry, way, &readings(next)).await?;
            if run > 0 {
                times.push(took.as_secs_f64());
            }
        }
    }
    telemetry.close().await;
    let [copy, many, missing, again, sea_orm] = times.map(median);
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    let rate = (MINUTES.unsigned_abs() * SENSORS) as f64 / copy / 1e3;
    let ratio = |value| Measured { value, unit: "" };
    Ok(BTreeMap::from([
        ("7 insert by COPY of the driver, thousand readings/s", ratio(rate)),
        ("7 insert_many of the adapter/COPY, readings/s", ratio(copy / many)),
        ("7 insert_missing of the adapter, new/COPY, readings/s", ratio(copy / missing)),
        ("7 insert_missing of the adapter, there/COPY, readings/s", ratio(copy / again)),
        ("7 insert_many of SeaORM/COPY, readings/s", ratio(copy / sea_orm)),
    ]))
}

fn readings(from: DateTime<Utc>) -> Vec<NewReading> {
    let minutes = (0..MINUTES).flat_map(|minute| (1..=SENSORS).map(move |sensor| (minute, sensor)));
    minutes.map(|(minute, sensor)| new(from + TimeDelta::minutes(minute), sensor)).collect()
}

fn value(sensor: u64) -> f64 {
    f64::from(u32::try_from(sensor).unwrap_or_default()) / 100.0 + 20.0
}

fn new(at: DateTime<Utc>, sensor: u64) -> NewReading {
    NewReading::new(format!("sensor-{sensor}"), at, value(sensor)).unit("C").quality(1.0)
}

/// The time to write them, what is written made before.
async fn write(telemetry: &Telemetry, way: Way, readings: &[NewReading]) -> Result<Duration> {
    let rows = readings.iter().map(serde_json::to_value).collect::<std::result::Result<Vec<_>, _>>()?;
    let (started, written) = match way {
        Way::Copy => {
            let lines = rows.iter().try_fold(String::new(), |mut lines, row| {
                let text = |column: &str| row[column].as_str().unwrap_or_default();
                writeln!(lines, "{},{},{},C,1", text("timestamp"), text("sensor_id"), row["value"])?;
                Ok::<_, std::fmt::Error>(lines)
            })?;
            let started = Instant::now();
            let mut session = telemetry.connection().get_postgres_connection_pool().acquire().await?;
            let mut copy = session
                .copy_in_raw(
                    "COPY sensor_readings (timestamp, sensor_id, value, unit, quality) FROM STDIN WITH (FORMAT csv)",
                )
                .await?;
            copy.send(lines.as_bytes()).await?;
            (started, copy.finish().await?)
        }
        Way::Many => (Instant::now(), telemetry.readings().insert_many(readings).await?),
        Way::Missing | Way::Again => {
            let started = Instant::now();
            let added = telemetry.readings().insert_missing(readings).await?;
            (started, if matches!(way, Way::Again) { added.already_there } else { added.new })
        }
        Way::SeaOrm => {
            let rows = rows.iter().map(row).collect::<Result<Vec<_>>>()?;
            let started = Instant::now();
            let transaction = telemetry.connection().begin().await?;
            let mut written = 0;
            for rows in rows.chunks(ROWS) {
                let insert = sensor_reading::Entity::insert_many(rows.iter().cloned());
                written += transaction.execute(&sea_orm::QueryTrait::into_query(insert)).await?.rows_affected();
            }
            transaction.commit().await?;
            (started, written)
        }
    };
    let took = started.elapsed();
    let wanted = readings.len() as u64;
    if written == wanted { Ok(took) } else { Err(format!("{written} of {wanted} readings written").into()) }
}

fn row(reading: &serde_json::Value) -> Result<sensor_reading::ActiveModel> {
    let text = |column: &str| reading[column].as_str().unwrap_or_default().to_owned();
    Ok(sensor_reading::ActiveModel {
        timestamp: Set(text("timestamp").parse()?),
        sensor_id: Set(text("sensor_id")),
        sensor_type: Set(None),
        value: Set(reading["value"].as_f64().unwrap_or_default()),
        unit: Set(Some("C".to_owned())),
        quality: Set(Some(1.0)),
        sensor_metadata: Set(None),
        created_at: NotSet,
        id: NotSet,
    })
}
