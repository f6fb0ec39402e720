//! A sensor that is to be registered.

use chrono::{DateTime, FixedOffset};
use entity::telemetry::{Sensor, SensorStatus};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PLACE;
use crate::{
    AdapterError,
    telemetry::TYPE_CHARACTERS,
    text::NAME_CHARACTERS,
    value::{name, optional_name},
};

/// A sensor that is to be registered.
///
/// As JSON: `{"sensor_id":"bearing-7","type":"temperature","location":"hall 3, north","status":"active"}`, the last two if
/// there is something to say.
///
/// ```
/// use core_server_adapter::telemetry::NewSensor;
///
/// let sensor = NewSensor::new("bearing-7", "temperature").location("hall 3, north");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSensor {
    pub(crate) sensor_id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) location: Option<String>,
    #[serde(default = "active")]
    pub(crate) status: SensorStatus,
}

fn active() -> SensorStatus {
    SensorStatus::Active
}

impl NewSensor {
    /// A sensor in service. `sensor_id` is its business key, up to 255 characters; `kind` says what it measures, up to 100
    /// characters.
    pub fn new(sensor_id: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { sensor_id: sensor_id.into(), kind: kind.into(), location: None, status: active() }
    }

    /// Where it is, up to 255 characters.
    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// Whether it is in service; it is when not set.
    #[must_use]
    pub fn status(mut self, status: SensorStatus) -> Self {
        self.status = status;
        self
    }

    /// What it measures. A sensor that is registered already stays as it is, and may measure something else.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Checks the sensor as [`SensorRepository::register`](super::SensorRepository::register) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        name(PLACE, "sensor_id", &self.sensor_id, NAME_CHARACTERS)?;
        name(PLACE, "type", &self.kind, TYPE_CHARACTERS)?;
        optional_name(PLACE, "location", self.location.as_deref(), NAME_CHARACTERS)
    }

    /// The row that is written.
    pub(crate) fn into_row(self, now: DateTime<FixedOffset>) -> Sensor {
        Sensor {
            id: Uuid::now_v7(),
            sensor_id: self.sensor_id,
            r#type: self.kind,
            location: self.location,
            status: self.status,
            created_at: now,
            updated_at: now,
        }
    }
}
