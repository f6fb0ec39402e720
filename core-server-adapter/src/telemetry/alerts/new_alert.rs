//! An anomaly alert that is to be raised.

use chrono::{DateTime, Utc};
use entity::{
    TextList,
    telemetry::{AnomalyAlertSeverity, AnomalyAlertStatus},
};
use sea_orm::{
    DbBackend,
    prelude::Json,
    sea_query::{Expr, Value},
};
use serde::Serialize;
use uuid::Uuid;

use super::PLACE;
use crate::{
    AdapterError,
    condition::label,
    moment::bound,
    telemetry::TYPE_CHARACTERS,
    text::{self, NAME_CHARACTERS},
    value::{long_text, moment, name, now, texts},
};

/// An anomaly alert that is to be raised.
///
/// ```
/// use core_server_adapter::telemetry::{AnomalyAlertSeverity, NewAnomalyAlert};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Drift {
///     mean_before: f64,
///     mean_now: f64,
/// }
///
/// let alert = NewAnomalyAlert::new("bearing-7", "drift", AnomalyAlertSeverity::High, 0.93)
///     .description("mean temperature has risen")
///     .evidence(&Drift { mean_before: 73.2, mean_now: 88.1 })?
///     .recommended_actions(["check the lubrication", "plan an inspection"]);
/// # Ok::<(), core_server_adapter::AdapterError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewAnomalyAlert {
    sensor_id: String,
    anomaly_type: String,
    severity: AnomalyAlertSeverity,
    confidence: f64,
    description: Option<String>,
    evidence: Option<Json>,
    recommended_actions: TextList,
    detected_at: Option<DateTime<Utc>>,
}

impl NewAnomalyAlert {
    /// A model found an anomaly of a kind of its own, up to 100 characters, in what a registered sensor measured. It is
    /// sure to the degree of `confidence`, in [0, 1].
    pub fn new(
        sensor: impl Into<String>,
        anomaly_type: impl Into<String>,
        severity: AnomalyAlertSeverity,
        confidence: f64,
    ) -> Self {
        Self {
            sensor_id: sensor.into(),
            anomaly_type: anomaly_type.into(),
            severity,
            confidence,
            description: None,
            evidence: None,
            recommended_actions: TextList::default(),
            detected_at: None,
        }
    }

    /// A sentence for people; up to 65,535 bytes.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// What the model goes by, of any type; [`AnomalyAlert::evidence_as`](super::AnomalyAlert::evidence_as) reads it back.
    /// JSON `null` counts as nothing.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for what JSON cannot hold, such as a map whose keys are no texts.
    pub fn evidence<T: Serialize + ?Sized>(mut self, evidence: &T) -> Result<Self, AdapterError> {
        let json = serde_json::to_value(evidence)
            .map_err(|error| PLACE.invalid("evidence", format!("cannot be written as JSON: {error}")))?;
        self.evidence = Some(json).filter(|json| !json.is_null());
        Ok(self)
    }

    /// What to do about it, in this order; up to 65,535 bytes in all.
    #[must_use]
    pub fn recommended_actions<T: Into<String>>(mut self, actions: impl IntoIterator<Item = T>) -> Self {
        self.recommended_actions = actions.into_iter().collect();
        self
    }

    /// When it was found; when it is raised, if not set.
    #[must_use]
    pub fn detected_at(mut self, at: impl Into<DateTime<Utc>>) -> Self {
        self.detected_at = Some(at.into());
        self
    }

    /// Checks the alert as [`AnomalyAlertRepository::raise`](super::AnomalyAlertRepository::raise) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        name(PLACE, "sensor_id", &self.sensor_id, NAME_CHARACTERS)?;
        name(PLACE, "anomaly_type", &self.anomaly_type, TYPE_CHARACTERS)?;
        if !(0.0..=1.0).contains(&self.confidence) {
            return Err(PLACE.invalid("confidence", format!("is {}; allowed is 0 to 1", self.confidence)));
        }
        long_text(PLACE, "description", self.description.as_deref())?;
        text::check_json(self.evidence.as_ref()).map_err(|reason| PLACE.invalid("evidence", reason))?;
        texts(PLACE, "recommended_actions", &self.recommended_actions)?;
        self.detected_at.map_or(Ok(()), |at| moment(PLACE, "created_at", at).map(drop))
    }

    /// Bytes, roughly.
    pub(super) fn size(&self) -> usize {
        let actions: usize = self.recommended_actions.0.iter().map(String::len).sum();
        let description = self.description.as_ref().map_or(0, String::len);
        300 + description + actions + crate::batch::json_size(self.evidence.as_ref())
    }

    /// Values in the order of [`COLUMNS`](super::repository::COLUMNS).
    pub(super) fn into_values(self, id: Uuid, backend: DbBackend) -> Result<Vec<Expr>, AdapterError> {
        let now = now();
        let at = self.detected_at.map_or(Ok(now), |at| moment(PLACE, "created_at", at).map(bound))?;
        Ok(vec![
            Expr::val(id),
            Expr::val(self.sensor_id),
            Expr::val(self.anomaly_type),
            label(&self.severity),
            Expr::val(self.confidence),
            Expr::val(self.description),
            Expr::val(Value::Json(self.evidence.map(Box::new))),
            Expr::val(self.recommended_actions.value(backend)),
            label(&AnomalyAlertStatus::Open),
            Expr::val(at),
            Expr::val(now),
        ])
    }
}
