//! A reading that is to be written.

use chrono::{DateTime, Utc};
use sea_orm::prelude::Json;
use serde::{Deserialize, Serialize};

use super::PLACE;
use crate::{
    AdapterError,
    telemetry::{TYPE_CHARACTERS, UNIT_CHARACTERS},
    text::{self, NAME_CHARACTERS},
    value::{moment, name, optional_name},
};

/// What a sensor measured.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::telemetry::NewReading;
///
/// let reading = NewReading::new("bearing-7", Utc::now(), 73.97).kind("temperature").unit("°F").quality(1.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReading {
    pub(crate) sensor_id: String,
    pub(crate) timestamp: DateTime<Utc>,
    pub(crate) value: f64,
    #[serde(default, rename = "sensor_type")]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    pub(crate) unit: Option<String>,
    #[serde(default)]
    pub(crate) quality: Option<f64>,
    #[serde(default, rename = "sensor_metadata")]
    pub(crate) metadata: Option<Json>,
}

impl NewReading {
    /// `sensor` measured `value`, in its unit, at `timestamp`. The sensor need not be registered. The value is finite.
    pub fn new(sensor: impl Into<String>, timestamp: impl Into<DateTime<Utc>>, value: f64) -> Self {
        Self {
            sensor_id: sensor.into(),
            timestamp: timestamp.into(),
            value,
            kind: None,
            unit: None,
            quality: None,
            metadata: None,
        }
    }

    /// What the sensor measures, up to 100 characters.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// The unit of the value, up to 50 characters.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// How far the value can be trusted, on the scale of the source; finite.
    #[must_use]
    pub fn quality(mut self, quality: f64) -> Self {
        self.quality = Some(quality);
        self
    }

    /// Anything else worth keeping. JSON `null` counts as nothing. PostgreSQL keeps numbers by value, not by spelling.
    #[must_use]
    pub fn metadata(mut self, metadata: Json) -> Self {
        self.metadata = Some(metadata).filter(|metadata| !metadata.is_null());
        self
    }

    /// Checks the reading as [`ReadingRepository::insert`](super::ReadingRepository::insert) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.stored_at().map(drop)
    }

    /// Checks everything the schema would refuse, and gives the time that will be stored.
    pub(crate) fn stored_at(&self) -> Result<DateTime<Utc>, AdapterError> {
        name(PLACE, "sensor_id", &self.sensor_id, NAME_CHARACTERS)?;
        optional_name(PLACE, "sensor_type", self.kind.as_deref(), TYPE_CHARACTERS)?;
        optional_name(PLACE, "unit", self.unit.as_deref(), UNIT_CHARACTERS)?;
        for (column, number) in [("value", Some(self.value)), ("quality", self.quality)] {
            text::check_number(number).map_err(|reason| PLACE.invalid(column, reason))?;
        }
        text::check_json(self.metadata.as_ref()).map_err(|reason| PLACE.invalid("sensor_metadata", reason))?;
        moment(PLACE, "timestamp", self.timestamp)
    }
}
