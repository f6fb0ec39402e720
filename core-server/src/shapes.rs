//! What the adapter takes and gives, for the `OpenAPI` document alone: the adapter knows no HTTP. A test compares this with
//! what is really answered.
#![allow(missing_docs, dead_code, non_camel_case_types, clippy::struct_field_names, reason = "for the document alone")]

use chrono::{DateTime, Utc};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($word:ident)+ })+) => {
        $($(#[$about])* #[derive(ToSchema)] pub enum $name { $($word,)+ })+
    };
}

macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $field:ident: $type:ty,)+ })+) => {
        $($(#[$about])* #[derive(ToSchema)] pub struct $name { $($(#[$meaning])* $field: $type,)+ })+
    };
}

words! {
    /// What raised the alarm.
    AlarmOrigin { threshold anomaly_model }
    /// How bad it is.
    AlarmSeverity { info warning critical }
    /// How far it is dealt with.
    AlarmStatus { active acknowledged resolved }
    /// What somebody found.
    AlarmVerdict { real false_alarm known }
    /// What somebody did.
    AlarmActionKind { acknowledged resolved verdict task }
    /// Whether a sensor is in service.
    SensorStatus { active inactive maintenance faulty }
    /// What stands for a bucket without readings.
    Gaps { leave_out empty last linear }
}

shapes! {
    /// An alarm that is to be raised.
    NewAlarm {
        /// At most a day ahead.
        raised_at: DateTime<Utc>,
        /// 1 to 255 characters.
        sensor_id: String,
        severity: AlarmSeverity,
        origin: AlarmOrigin,
        /// 0 to 1; for an alarm of a model, and for no other.
        anomaly_score: Option<f64>,
        /// What was measured, in the sensor's unit.
        value: Option<f64>,
        /// The limit that was crossed, in the sensor's unit.
        threshold: Option<f64>,
        /// A sentence for people.
        message: Option<String>,
        /// Anything else worth keeping.
        context: Option<Value>,
        /// Which model found it.
        model_name: Option<String>, model_version: Option<String>,
    }
    /// An alarm.
    Alarm {
        id: Uuid, raised_at: DateTime<Utc>, sensor_id: String, severity: AlarmSeverity, status: AlarmStatus, value: Option<f64>,
        threshold: Option<f64>, message: String, context: Option<Value>, acknowledged_at: Option<DateTime<Utc>>,
        acknowledged_by: Option<String>, resolved_at: Option<DateTime<Utc>>, origin: AlarmOrigin, anomaly_score: Option<f64>,
        model_name: Option<String>, model_version: Option<String>,
        /// When the condition was last seen again.
        last_seen_at: Option<DateTime<Utc>>,
        /// How often it was seen again.
        repeats: i32,
    }
    /// Something that was done about an alarm.
    AlarmAction {
        id: Uuid, alarm_id: Uuid, raised_at: DateTime<Utc>, action: AlarmActionKind, acted_at: DateTime<Utc>, actor: Option<String>,
        verdict: Option<AlarmVerdict>,
        /// The maintenance task, in telemetry.
        task_id: Option<Uuid>,
        note: Option<String>,
    }
    /// A part of the list of alarms.
    AlarmPage {
        items: Vec<Alarm>,
        /// The cursor of the older alarms that follow.
        next: Option<String>,
        /// The cursor of the newer alarms before.
        previous: Option<String>,
    }
    /// Number of alarms of one origin and severity.
    AlarmCount { origin: AlarmOrigin, severity: AlarmSeverity, count: u64, }
    /// An alarm that was to be acknowledged.
    Acknowledged {
        alarm: Alarm,
        /// Whether this request acknowledged it.
        first: bool,
    }
    /// A sensor that is to be registered.
    NewSensor {
        /// Its name, up to 255 characters.
        sensor_id: String,
        /// What it measures.
        r#type: String,
        location: Option<String>,
        /// `active` when not given.
        status: Option<SensorStatus>,
    }
    /// A sensor.
    Sensor {
        id: Uuid, sensor_id: String, r#type: String, location: Option<String>, status: SensorStatus, created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    }
    /// What a sensor measured, as it is stored.
    Reading {
        timestamp: DateTime<Utc>, sensor_id: String, sensor_type: Option<String>, value: f64, unit: Option<String>,
        quality: Option<f64>, sensor_metadata: Option<Value>, created_at: DateTime<Utc>, id: i32,
    }
    /// A sensor and its last reading.
    SensorState { sensor: Sensor, last: Option<Reading>, }
    /// A part of the list of sensors.
    SensorPage { items: Vec<SensorState>, next: Option<String>, previous: Option<String>, }
    /// What a sensor measured.
    NewReading {
        sensor_id: String, timestamp: DateTime<Utc>,
        /// Finite, in the sensor's unit.
        value: f64,
        sensor_type: Option<String>, unit: Option<String>, quality: Option<f64>, sensor_metadata: Option<Value>,
    }
    /// What became of a list of readings.
    Added {
        /// Readings that were written.
        new: u64,
        /// Readings that were there before.
        already_there: u64,
    }
    /// What a sensor measured in a bucket of time.
    ReadingBucket {
        /// Begin of the bucket.
        bucket: DateTime<Utc>,
        /// Number of readings; 0 when the values are made up.
        count: i64,
        average: Option<f64>, minimum: Option<f64>, maximum: Option<f64>,
    }
}

/// One alarm, or a list.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    One(NewAlarm),
    Many(Vec<NewAlarm>),
}

/// Which alarms, and which part of the list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlarmQuery {
    origin: Option<AlarmOrigin>,
    severity: Option<AlarmSeverity>,
    status: Option<AlarmStatus>,
    /// Only what is not resolved.
    open: Option<bool>,
    /// The sensor's id, exactly.
    sensor: Option<String>,
    /// Raised at this time or later.
    from: Option<DateTime<Utc>>,
    /// Raised before this time.
    to: Option<DateTime<Utc>>,
    /// Rows at most, 1 to 1,000; 50 when not given.
    limit: Option<u32>,
    /// Where to go on; the newest rows when not given.
    cursor: Option<String>,
}
