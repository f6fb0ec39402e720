//! Example data for a first look: two days of a small plant, of which people have dealt with the first; and a feeder that
//! goes on.

use std::{f64::consts::PI, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, PageRequest,
    alarms::{AlarmFilter, AlarmSeverity, AlarmVerdict, AnomalyScore, NewAlarm},
    telemetry::{NewReading, NewSensor},
};
use serde_json::json;

use crate::{
    App,
    feed::{Event, Kind},
};

/// The score from which the model of the example raises an alarm.
pub const CUT_OFF: f64 = 0.9;

/// The sensor that holds the scores of a model over a sensor: scores are a series like any other.
pub fn score_of(sensor: &str) -> String {
    format!("{sensor}:score")
}

struct Machine {
    sensor: &'static str,
    kind: &'static str,
    unit: &'static str,
    mean: f64,
    /// A machine without one is looked after by a model.
    limit: Option<f64>,
    /// Nothing has been heard of it for a day.
    is_silent: bool,
}

const PLANT: [Machine; 4] = [
    Machine { sensor: "bearing-7", kind: "temperature", unit: "°C", mean: 66.0, limit: Some(80.0), is_silent: false },
    Machine { sensor: "motor-4", kind: "vibration", unit: "mm/s", mean: 2.4, limit: None, is_silent: false },
    Machine { sensor: "pump-2", kind: "pressure", unit: "bar", mean: 6.1, limit: Some(7.5), is_silent: false },
    Machine { sensor: "press-3", kind: "force", unit: "kN", mean: 210.0, limit: None, is_silent: true },
];

impl Machine {
    /// What is measured in a minute of its life, and how odd a model finds that. Every so often there is a fault.
    fn measures(&self, minute: f64, place: f64, every: f64) -> (f64, f64) {
        let wave = (minute / 14.0).sin() + (minute / 2.7).sin() / 3.0;
        let (phase, lasts) = ((minute + place * every / 4.0).rem_euclid(every), (every / 20.0).max(3.0));
        let fault = if phase < lasts { (phase / lasts * PI).sin() } else { 0.0 };
        (self.mean * (1.0 + wave / 40.0 + fault * 0.3), (0.25 + wave / 12.0 + fault * 0.85).clamp(0.0, 0.99))
    }

    fn alarm(&self, at: DateTime<Utc>, value: f64, score: f64) -> Result<NewAlarm, AdapterError> {
        let severity = |is_bad: bool| if is_bad { AlarmSeverity::Critical } else { AlarmSeverity::Warning };
        let Self { sensor, kind, .. } = self;
        let alarm = match self.limit {
            Some(limit) => NewAlarm::threshold(*sensor, severity(value > limit * 1.02), at)
                .threshold_value(limit)
                .message(format!("{kind} above its limit")),
            None => NewAlarm::anomaly(*sensor, severity(score > 0.95), at, AnomalyScore::new(score)?)
                .message(format!("pattern of {kind} not seen before"))
                .model("example detector")
                .model_version("1")
                .context(json!({ "cut_off": CUT_OFF })),
        };
        Ok(alarm.value(value))
    }
}

/// Which machines are beyond what they should do: a condition is one alarm, however many readings it lasts.
#[derive(Default)]
struct Plant([bool; PLANT.len()]);

impl Plant {
    /// What is measured at a moment, and the alarms that begin then.
    fn step(
        &mut self,
        at: DateTime<Utc>,
        minute: f64,
        every: f64,
    ) -> Result<(Vec<NewReading>, Vec<NewAlarm>), AdapterError> {
        let (mut readings, mut alarms) = (Vec::new(), Vec::new());
        for ((machine, was_beyond), place) in PLANT.iter().zip(&mut self.0).zip(0_u8..) {
            if machine.is_silent && Utc::now() - at < TimeDelta::hours(25) {
                continue;
            }
            let (value, score) = machine.measures(minute, place.into(), every);
            let reading = NewReading::new(machine.sensor, at, value).kind(machine.kind).unit(machine.unit);
            readings.extend([reading, NewReading::new(score_of(machine.sensor), at, score).kind("anomaly_score")]);
            let is_beyond = machine.limit.map_or(score >= CUT_OFF, |limit| value > limit);
            if is_beyond && !*was_beyond {
                alarms.push(machine.alarm(at, value, score)?);
            }
            *was_beyond = is_beyond;
        }
        Ok((readings, alarms))
    }
}

async fn register(app: &App) -> Result<(), AdapterError> {
    for Machine { sensor, kind, .. } in PLANT {
        app.telemetry.sensors().register(&NewSensor::new(sensor, kind).location("hall 3")).await?;
    }
    Ok(())
}

/// Writes the example data, unless there is an alarm.
///
/// # Errors
///
/// Failures of the database.
pub async fn load(app: &App) -> Result<(), AdapterError> {
    let repository = app.alarms.alarms();
    if !repository.list(&AlarmFilter::new(), &PageRequest::first(1)).await?.items.is_empty() {
        return Ok(());
    }
    register(app).await?;
    let (mut plant, now) = (Plant::default(), Utc::now());
    let (mut readings, mut alarms) = (Vec::new(), Vec::new());
    for ago in (0..2_880_u16).rev().step_by(5) {
        let (more, raised) = plant.step(now - TimeDelta::minutes(ago.into()), -f64::from(ago), 700.0)?;
        readings.extend(more);
        alarms.extend(raised);
    }
    app.telemetry.readings().insert_missing(&readings).await?;
    let ids = repository.raise_many(&alarms).await?;
    for (place, id) in ids.iter().take(ids.len() / 2).enumerate() {
        repository.acknowledge(*id, "Ana").await?;
        let verdict = if place % 3 == 0 { AlarmVerdict::FalseAlarm } else { AlarmVerdict::Real };
        repository.judge(*id, "Ana", verdict, "").await?;
        repository.resolve_by(*id, "Bo").await?;
    }
    tracing::info!("example data: {} readings, {} alarms", readings.len(), ids.len());
    Ok(())
}

/// Measures the machines once a second, as if it were a minute, and raises an alarm every few.
pub async fn feed(app: App) {
    let (mut plant, mut ticks) = (Plant::default(), tokio::time::interval(Duration::from_secs(1)));
    if let Err(error) = register(&app).await {
        tracing::warn!("demo: {}", error.on_one_line());
    }
    for minute in 0_u32.. {
        ticks.tick().await;
        if let Err(error) = feed_once(&app, &mut plant, minute.into()).await {
            tracing::warn!("demo: {}", error.on_one_line());
        }
    }
}

async fn feed_once(app: &App, plant: &mut Plant, minute: f64) -> Result<(), AdapterError> {
    let (readings, alarms) = plant.step(Utc::now(), minute, 24.0)?;
    app.telemetry.readings().insert_missing(&readings).await?;
    for alarm in &alarms {
        app.feed.tell(Event::of(Kind::Raised, &app.alarms.alarms().raise(alarm).await?));
    }
    Ok(())
}
