//! Which anomaly alerts.

use entity::telemetry::{AnomalyAlertSeverity, AnomalyAlertStatus, anomaly_alert::Column};
use sea_orm::{Condition, ExprTrait};
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{column, is_label, is_text, label, within},
    filter::narrowing,
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

    pub(crate) fn condition(&self) -> Condition {
        let settled = [AnomalyAlertStatus::Resolved, AnomalyAlertStatus::Dismissed];
        within(Column::CreatedAt, self.period)
            .add_option(is_text(Column::SensorId, self.sensor.as_deref()))
            .add_option(is_text(Column::AnomalyType, self.anomaly_type.as_deref()))
            .add_option(is_label(Column::Severity, self.severity.as_ref()))
            .add_option(is_label(Column::Status, self.status.as_ref()))
            .add_option(self.unsettled.then(|| column(Column::Status).is_not_in(settled.iter().map(label))))
    }
}

narrowing!(AnomalyAlertFilter {
    /// Only of this sensor.
    text sensor(sensor_id);
    /// Only of this kind.
    text anomaly_type;
    /// Only of this severity.
    value severity: AnomalyAlertSeverity;
    /// Only with this status.
    value status: AnomalyAlertStatus;
    /// Only what is neither resolved nor dismissed.
    flag unsettled;
    /// Only found in this period.
    period period;
});
