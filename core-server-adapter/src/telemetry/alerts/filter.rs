//! Which anomaly alerts.

use entity::telemetry::{AnomalyAlertSeverity, AnomalyAlertStatus, anomaly_alert::Column};
use sea_orm::{ColumnTrait, Condition, ExprTrait};
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{column, label, within},
};

/// Which anomaly alerts; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnomalyAlertFilter {
    /// The sensor's id, exactly.
    pub sensor: Option<String>,
    /// What kind of anomaly, exactly.
    pub anomaly_type: Option<String>,
    /// How bad it is.
    pub severity: Option<AnomalyAlertSeverity>,
    /// How far it is dealt with.
    pub status: Option<AnomalyAlertStatus>,
    /// Only what is neither resolved nor dismissed.
    pub unsettled: bool,
    /// When it was found.
    pub period: Period,
}

impl AnomalyAlertFilter {
    /// All alerts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only of this sensor.
    #[must_use]
    pub fn sensor(mut self, sensor: impl Into<String>) -> Self {
        self.sensor = Some(sensor.into());
        self
    }

    /// Only of this kind.
    #[must_use]
    pub fn anomaly_type(mut self, anomaly_type: impl Into<String>) -> Self {
        self.anomaly_type = Some(anomaly_type.into());
        self
    }

    /// Only of this severity.
    #[must_use]
    pub fn severity(mut self, severity: AnomalyAlertSeverity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Only with this status.
    #[must_use]
    pub fn status(mut self, status: AnomalyAlertStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only what is neither resolved nor dismissed.
    #[must_use]
    pub fn unsettled(mut self) -> Self {
        self.unsettled = true;
        self
    }

    /// Only found in this period.
    #[must_use]
    pub fn period(mut self, period: Period) -> Self {
        self.period = period;
        self
    }

    pub(crate) fn condition(&self) -> Condition {
        let settled = [AnomalyAlertStatus::Resolved, AnomalyAlertStatus::Dismissed];
        within(Column::CreatedAt, self.period)
            .add_option(self.sensor.as_deref().map(|sensor| Column::SensorId.eq(sensor)))
            .add_option(self.anomaly_type.as_deref().map(|of| Column::AnomalyType.eq(of)))
            .add_option(self.severity.as_ref().map(|severity| column(Column::Severity).eq(label(severity))))
            .add_option(self.status.as_ref().map(|status| column(Column::Status).eq(label(status))))
            .add_option(self.unsettled.then(|| column(Column::Status).is_not_in(settled.iter().map(label))))
    }
}
