//! Which anomalies.

use entity::twin::{AnomalySeverity, anomaly::Column};
use sea_orm::Condition;
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{is_label, is_text, within},
    filter::narrowing,
};

/// Which anomalies; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnomalyFilter {
    /// The machine's id, exactly.
    #[serde(rename = "machine_id")]
    pub machine: Option<String>,
    /// What kind of anomaly, exactly.
    pub anomaly_type: Option<String>,
    /// How bad it is.
    pub severity: Option<AnomalySeverity>,
    /// When it happened.
    pub period: Period,
}

impl AnomalyFilter {
    /// All anomalies.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        within(Column::Timestamp, self.period)
            .add_option(is_text(Column::MachineId, self.machine.as_deref()))
            .add_option(is_text(Column::AnomalyType, self.anomaly_type.as_deref()))
            .add_option(is_label(Column::Severity, self.severity.as_ref()))
    }
}

narrowing!(AnomalyFilter {
    /// Only of this machine; upper and lower case differ on every backend.
    text machine(machine_id);
    /// Only of this kind.
    text anomaly_type;
    /// Only of this severity.
    value severity: AnomalySeverity;
    /// Only of this period.
    period period;
});
