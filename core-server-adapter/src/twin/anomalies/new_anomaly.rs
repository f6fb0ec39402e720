//! An anomaly that is to be recorded.

use chrono::{DateTime, Utc};
use entity::twin::AnomalySeverity;
use sea_orm::prelude::Json;

use super::PLACE;
use crate::{
    AdapterError,
    twin::ID_CHARACTERS,
    value::{json, moment, name},
};

/// Something odd that a machine did.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::twin::{AnomalySeverity, NewAnomaly};
/// use serde_json::json;
///
/// let anomaly = NewAnomaly::new("press-1", "overheating", AnomalySeverity::High, Utc::now())
///     .sensor_data(json!({ "temperature": 88.1 }))
///     .details(json!("cooling was off"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewAnomaly {
    pub(super) machine_id: String,
    pub(super) anomaly_type: String,
    pub(super) severity: AnomalySeverity,
    pub(super) timestamp: DateTime<Utc>,
    pub(super) sensor_data: Option<Json>,
    pub(super) calculated_metrics: Option<Json>,
    pub(super) details: Option<Json>,
}

impl NewAnomaly {
    /// An anomaly of a kind of its own, up to 50 characters, that `machine`, up to 50 characters, had at `timestamp`.
    pub fn new(
        machine: impl Into<String>,
        anomaly_type: impl Into<String>,
        severity: AnomalySeverity,
        timestamp: impl Into<DateTime<Utc>>,
    ) -> Self {
        Self {
            machine_id: machine.into(),
            anomaly_type: anomaly_type.into(),
            severity,
            timestamp: timestamp.into(),
            sensor_data: None,
            calculated_metrics: None,
            details: None,
        }
    }

    /// What the sensors measured. JSON `null` counts as nothing, here and below.
    #[must_use]
    pub fn sensor_data(mut self, data: impl Into<Json>) -> Self {
        self.sensor_data = Some(data.into()).filter(|data| !data.is_null());
        self
    }

    /// What was computed from it.
    #[must_use]
    pub fn calculated_metrics(mut self, metrics: impl Into<Json>) -> Self {
        self.calculated_metrics = Some(metrics.into()).filter(|metrics| !metrics.is_null());
        self
    }

    /// Anything else worth keeping.
    #[must_use]
    pub fn details(mut self, details: impl Into<Json>) -> Self {
        self.details = Some(details.into()).filter(|details| !details.is_null());
        self
    }

    /// Checks the anomaly as [`AnomalyRepository::record`](super::AnomalyRepository::record) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    pub(super) fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "machine_id", &self.machine_id, ID_CHARACTERS)?;
        name(PLACE, "anomaly_type", &self.anomaly_type, ID_CHARACTERS)?;
        json(PLACE, "sensor_data", self.sensor_data.as_ref())?;
        json(PLACE, "calculated_metrics", self.calculated_metrics.as_ref())?;
        json(PLACE, "details", self.details.as_ref())?;
        let timestamp = moment(PLACE, "timestamp", self.timestamp)?;
        Ok(Self { timestamp, ..self.clone() })
    }
}
