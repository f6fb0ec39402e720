//! Which alerts.

use entity::analytics::{AlertSeverity, AlertStatus, alert::Column};
use sea_orm::{Condition, ExprTrait};
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{column, is_label, is_text, label, within},
    filter::narrowing,
};

/// Which alerts; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertFilter {
    /// The machine, exactly.
    pub machine: Option<String>,
    /// Who deals with it, exactly.
    pub assigned_to: Option<String>,
    /// What it is about, exactly.
    pub alert_type: Option<String>,
    /// How bad it is.
    pub severity: Option<AlertSeverity>,
    /// How far it is dealt with.
    pub status: Option<AlertStatus>,
    /// Only what is neither resolved nor dismissed.
    pub open: bool,
    /// When it happened.
    pub period: Period,
}

impl AlertFilter {
    /// All alerts.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        let closed = [AlertStatus::Resolved, AlertStatus::Dismissed];
        within(Column::Timestamp, self.period)
            .add_option(is_text(Column::MachineId, self.machine.as_deref()))
            .add_option(is_text(Column::AssignedTo, self.assigned_to.as_deref()))
            .add_option(is_text(Column::AlertType, self.alert_type.as_deref()))
            .add_option(is_label(Column::Severity, self.severity.as_ref()))
            .add_option(is_label(Column::Status, self.status.as_ref()))
            .add_option(self.open.then(|| column(Column::Status).is_not_in(closed.iter().map(label))))
    }
}

narrowing!(AlertFilter {
    /// Only of this machine.
    text machine(machine_id);
    /// Only what this person deals with.
    text assigned_to;
    /// Only about this.
    text alert_type;
    /// Only of this severity.
    value severity: AlertSeverity;
    /// Only with this status.
    value status: AlertStatus;
    /// Only what is neither resolved nor dismissed.
    flag open;
    /// Only what happened in this period.
    period period;
});
