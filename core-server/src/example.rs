//! Example data for a first look: a bearing that runs hot, moved so that its last reading is of now; and a feeder that goes on.

use std::{f64::consts::TAU, time::Duration};

use chrono::{DateTime, NaiveDateTime, Utc};
use core_server_adapter::{
    AdapterError, PageRequest,
    alarms::{AlarmFilter, AlarmSeverity, AnomalyScore, NewAlarm},
    telemetry::{NewReading, NewSensor},
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    App,
    feed::{Event, Kind},
};

const FILE: &str = include_str!("../../core-server-adapter/examples/data/bearing_temperature.csv");
const SENSOR: &str = "bearing-7";
/// The limit of the temperature, in °C.
const LIMIT: f64 = 85.0;
/// The score from which the detector raises an alarm.
pub const CUT_OFF: f64 = 0.9;

/// The sensor that holds the scores of a model over a sensor: scores are a series like any other.
pub fn score_of(sensor: &str) -> String {
    format!("{sensor}:score")
}

/// A line of the example file.
#[derive(Debug, Deserialize)]
pub struct Row {
    timestamp: String,
    value: f64,
    anomaly_score: f64,
}

/// The example file, which is part of the program.
///
/// # Errors
///
/// When it is not a table of such lines.
pub fn rows() -> Result<Vec<Row>, csv::Error> {
    csv::Reader::from_reader(FILE.as_bytes()).deserialize().collect()
}

/// Writes the example data, unless there is an alarm.
///
/// # Errors
///
/// Failures of the database.
pub async fn load(app: &App, rows: &[Row]) -> Result<(), AdapterError> {
    if !app.alarms.alarms().list(&AlarmFilter::new(), &PageRequest::first(1)).await?.items.is_empty() {
        return Ok(());
    }
    let at = |row: &Row| NaiveDateTime::parse_from_str(&row.timestamp, "%F %T").unwrap_or_default().and_utc();
    let moved = Utc::now() - rows.last().map(at).unwrap_or_default();
    let (mut readings, mut alarms) = (Vec::new(), Vec::new());
    // A condition is one alarm, however many readings it lasts.
    let (mut was_hot, mut was_odd) = (false, false);
    for row in rows {
        let at = at(row) + moved;
        readings.extend(measured(SENSOR, "temperature", Some("°C"), at, row.value, row.anomaly_score));
        if row.anomaly_score >= CUT_OFF && !was_odd {
            alarms.push(odd(SENSOR, at, row.value, row.anomaly_score)?);
        }
        if row.value > LIMIT && !was_hot {
            alarms.push(hot(SENSOR, at, row.value, LIMIT, "temperature above its limit"));
        }
        (was_hot, was_odd) = (row.value > LIMIT, row.anomaly_score >= CUT_OFF);
    }
    app.telemetry.sensors().register(&NewSensor::new(SENSOR, "temperature").location("hall 3, north")).await?;
    app.telemetry.readings().insert_missing(&readings).await?;
    app.alarms.alarms().raise_many(&alarms).await?;
    tracing::info!("example data: {} readings, {} alarms of {SENSOR}", readings.len(), alarms.len());
    Ok(())
}

fn measured(
    sensor: &str,
    kind: &str,
    unit: Option<&str>,
    at: DateTime<Utc>,
    value: f64,
    score: f64,
) -> [NewReading; 2] {
    let reading = NewReading::new(sensor, at, value).kind(kind).quality(1.0);
    let reading = if let Some(unit) = unit { reading.unit(unit) } else { reading };
    [reading, NewReading::new(score_of(sensor), at, score).kind("anomaly_score")]
}

fn hot(sensor: &str, at: DateTime<Utc>, value: f64, limit: f64, message: &str) -> NewAlarm {
    let severity = if value > limit * 1.1 { AlarmSeverity::Critical } else { AlarmSeverity::Warning };
    NewAlarm::threshold(sensor, severity, at).value(value).threshold_value(limit).message(message)
}

fn odd(sensor: &str, at: DateTime<Utc>, value: f64, score: f64) -> Result<NewAlarm, AdapterError> {
    let severity = if score >= f64::midpoint(CUT_OFF, 1.0) { AlarmSeverity::Critical } else { AlarmSeverity::Warning };
    let alarm = NewAlarm::anomaly(sensor, severity, at, AnomalyScore::new(score)?).value(value);
    Ok(alarm
        .message("pattern not seen before")
        .model("example detector")
        .model_version("1")
        .context(json!({ "cut_off": CUT_OFF })))
}

/// Sensors of the feeder: name, what they measure, unit, mean, limit.
const FED: [(&str, &str, &str, f64, f64); 3] = [
    ("pump-2", "pressure", "bar", 6.1, 7.5),
    ("motor-4", "vibration", "mm/s", 2.4, 4.5),
    ("fan-11", "speed", "rpm", 1450.0, 1600.0),
];

/// Measures three sensors once a second, and raises an alarm every six.
pub async fn feed(app: App) {
    for (sensor, kind, ..) in FED {
        if let Err(error) = app.telemetry.sensors().register(&NewSensor::new(sensor, kind)).await {
            tracing::warn!("demo: {}", error.on_one_line());
        }
    }
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    for tick in 0_u32.. {
        ticks.tick().await;
        if let Err(error) = feed_once(&app, tick).await {
            tracing::warn!("demo: {}", error.on_one_line());
        }
    }
}

async fn feed_once(app: &App, tick: u32) -> Result<(), AdapterError> {
    let now = Utc::now();
    let peak = tick % 6 == 5;
    let turn = (tick / 6) as usize;
    let mut readings = Vec::new();
    for (place, (sensor, kind, unit, mean, limit)) in FED.into_iter().enumerate() {
        let wave = (f64::from(tick) / 20.0 * TAU).sin();
        let mine = peak && turn % FED.len() == place;
        let value = if mine { limit * 1.05 } else { mean * (1.0 + wave / 20.0) };
        let score = if mine { 0.96 } else { 0.2 + wave / 10.0 };
        readings.extend(measured(sensor, kind, Some(unit), now, value, score));
        if mine {
            let alarm = if turn.is_multiple_of(2) {
                hot(sensor, now, value, limit, &format!("{kind} above its limit"))
            } else {
                odd(sensor, now, value, score)?
            };
            let raised = app.alarms.alarms().raise(&alarm).await?;
            app.feed.tell(Event::of(Kind::Raised, &raised));
        }
    }
    app.telemetry.readings().insert_missing(&readings).await.map(drop)
}
