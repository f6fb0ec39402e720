//! Which part of the history of an alert.

use entity::plugins::alert_trigger::Column;
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};

use crate::{Period, condition::within, filter::narrowing};

/// Which part of the history; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TriggerFilter {
    /// Whether it triggered.
    pub triggered: Option<bool>,
    /// When it was looked at.
    pub period: Period,
}

impl TriggerFilter {
    /// All of it.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        let triggered = self.triggered.map(|triggered| Column::Triggered.eq(triggered));
        within(Column::Time, self.period).add_option(triggered)
    }
}

narrowing!(TriggerFilter {
    /// Only where it triggered, or where it did not.
    value triggered: bool;
    /// Only of this period.
    period period;
});
