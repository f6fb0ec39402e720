//! Queries, timed and explained.

use std::{collections::BTreeMap, fmt, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::Value;
use tests::scalar;

use crate::{Result, fill::Filled};

/// Each number is the median of so many runs, after one that is not counted.
const RUNS: usize = 11;
/// The sensor that is asked about.
const SENSOR: &str = "sensor-250";

/// A number with its unit.
pub struct Measured {
    pub value: f64,
    pub unit: &'static str,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            "ms" => write!(f, "{:.2} ms", self.value),
            "rows" => write!(f, "{:.0} rows", self.value),
            unit => write!(f, "{:.2}{unit}", self.value),
        }
    }
}

struct Timed {
    total_ms: f64,
    execution_ms: f64,
    planning_ms: f64,
    rows: f64,
}

/// All measures, by name.
pub async fn all(db: &DatabaseConnection, filled: &Filled) -> Result<BTreeMap<&'static str, Measured>> {
    let day = (filled.end - TimeDelta::hours(24), filled.end);
    let one = format!("sensor_id = '{SENSOR}' AND ");
    let queries = [
        hourly_of_readings(&one, day, db).await?,
        hourly_of_aggregate(&one, day),
        hourly_of_readings("", day, db).await?,
        hourly_of_aggregate("", day),
        latest(),
        window(filled.end),
        windows(filled.end),
    ];
    let [raw, aggregate, raw_all, aggregate_all, latest, window, windows] = timed(db, &queries).await?;
    let ms = |value| Measured { value, unit: "ms" };
    let rows = |value| Measured { value, unit: "rows" };
    let ratio = |one: f64, other: f64| Measured { value: one / other, unit: "" };
    Ok(BTreeMap::from([
        ("1 24 h hourly, one sensor, readings", ms(raw.total_ms)),
        ("1 24 h hourly, one sensor, aggregate", ms(aggregate.total_ms)),
        ("1 24 h hourly, one sensor, aggregate/readings", ratio(aggregate.total_ms, raw.total_ms)),
        ("1 24 h hourly, all sensors, aggregate/readings", ratio(aggregate_all.total_ms, raw_all.total_ms)),
        ("2 rows scanned for 24 h of one sensor, readings", rows(raw.rows)),
        ("2 rows scanned for 24 h of one sensor, aggregate", rows(aggregate.rows)),
        ("3 latest 1000 of one sensor", ms(latest.total_ms)),
        ("3 latest 1000 of one sensor, rows scanned", rows(latest.rows)),
        ("4 single-sensor window of 12 h", ms(window.total_ms)),
        ("4 single-sensor window of 12 h, execution", ms(window.execution_ms)),
        ("4 two windows of 12 h of one sensor", ms(windows.total_ms)),
        ("5 planning, 24 h hourly of one sensor, readings", ms(raw.planning_ms)),
        ("5 planning, 24 h hourly of one sensor, aggregate", ms(aggregate.planning_ms)),
    ]))
}

type Stretch = (DateTime<Utc>, DateTime<Utc>);

fn between(column: &str, (from, to): Stretch) -> String {
    format!("{column} >= '{}' AND {column} < '{}'", from.to_rfc3339(), to.to_rfc3339())
}

async fn hourly_of_readings(of: &str, day: Stretch, db: &DatabaseConnection) -> Result<String> {
    let timescale = scalar(db, "SELECT count(*)::text FROM pg_extension WHERE extname = 'timescaledb'").await;
    let bucket = match timescale.as_deref() {
        Some("1") => "time_bucket('1 hour', timestamp)",
        _ => "date_bin('1 hour', timestamp, '2000-01-03 00:00:00+00')",
    };
    Ok(format!(
        "SELECT sensor_id, {bucket} AS bucket, avg(value), max(value), min(value), count(*) FROM sensor_readings \
         WHERE {of}{} GROUP BY 1, 2",
        between("timestamp", day)
    ))
}

fn hourly_of_aggregate(of: &str, day: Stretch) -> String {
    format!(
        "SELECT sensor_id, bucket, avg_value, max_value, min_value, reading_count FROM sensor_readings_summary_hourly WHERE {of}{}",
        between("bucket", day)
    )
}

fn latest() -> String {
    format!(
        "SELECT timestamp, value FROM sensor_readings WHERE sensor_id = '{SENSOR}' ORDER BY timestamp DESC LIMIT 1000"
    )
}

fn window(end: DateTime<Utc>) -> String {
    format!(
        "SELECT count(*), avg(value), stddev_samp(value), min(value), max(value) FROM sensor_readings \
         WHERE sensor_id = '{SENSOR}' AND {}",
        between("timestamp", (end - TimeDelta::hours(12), end))
    )
}

fn windows(end: DateTime<Utc>) -> String {
    let half = TimeDelta::hours(12);
    format!(
        "SELECT timestamp >= '{}' AS newer, count(*), avg(value), stddev_samp(value) FROM sensor_readings \
         WHERE sensor_id = '{SENSOR}' AND {} GROUP BY 1",
        (end - half).to_rfc3339(),
        between("timestamp", (end - half * 2, end))
    )
}

/// Medians over several runs: the whole time as a client sees it; planning, execution and rows as the server tells them.
/// The queries take turns, so that noise falls on all alike.
async fn timed<const QUERIES: usize>(db: &DatabaseConnection, queries: &[String; QUERIES]) -> Result<[Timed; QUERIES]> {
    let mut runs: [Vec<Timed>; QUERIES] = std::array::from_fn(|_| Vec::new());
    for run in 0..=RUNS {
        for (sql, runs) in queries.iter().zip(&mut runs) {
            let started = Instant::now();
            db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
            let total_ms = started.elapsed().as_secs_f64() * 1000.0;
            let plan = explain(db, sql).await?;
            let ms = |key: &str| plan[key].as_f64().unwrap_or_default();
            let (planning_ms, execution_ms) = (ms("Planning Time"), ms("Execution Time"));
            if run > 0 {
                runs.push(Timed { total_ms, execution_ms, planning_ms, rows: scanned(&plan["Plan"]) });
            }
        }
    }
    Ok(runs.map(|runs| {
        let of = |part: fn(&Timed) -> f64| median(runs.iter().map(part).collect());
        Timed {
            total_ms: of(|run| run.total_ms),
            execution_ms: of(|run| run.execution_ms),
            planning_ms: of(|run| run.planning_ms),
            rows: of(|run| run.rows),
        }
    }))
}

async fn explain(db: &DatabaseConnection, sql: &str) -> Result<Value> {
    let text = format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}");
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, text)).await?.ok_or("no plan")?;
    let plan: Value = row.try_get_by_index(0)?;
    Ok(plan[0].clone())
}

/// Rows that the scans of tables read, those that a filter removed included. A chunk in the columnstore counts by the rows
/// that come out of it, not by its batches.
fn scanned(node: &Value) -> f64 {
    if node.get("Relation Name").is_some() {
        let of = |key: &str| node[key].as_f64().unwrap_or_default();
        return (of("Actual Rows") + of("Rows Removed by Filter")) * of("Actual Loops");
    }
    node["Plans"].as_array().into_iter().flatten().map(scanned).sum()
}

pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
