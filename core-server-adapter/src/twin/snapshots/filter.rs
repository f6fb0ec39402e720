//! Which snapshots.

use entity::twin::state_snapshot::Column;
use sea_orm::Condition;
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{is_text, within},
    filter::narrowing,
};

/// Which snapshots; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SnapshotFilter {
    /// The machine's id, exactly.
    #[serde(rename = "machine_id")]
    pub machine: Option<String>,
    /// When the machine was in that state.
    pub period: Period,
}

impl SnapshotFilter {
    /// All snapshots.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        within(Column::SnapshotTime, self.period).add_option(is_text(Column::MachineId, self.machine.as_deref()))
    }
}

narrowing!(SnapshotFilter {
    /// Only of this machine; upper and lower case differ on every backend.
    text machine(machine_id);
    /// Only of this period.
    period period;
});
