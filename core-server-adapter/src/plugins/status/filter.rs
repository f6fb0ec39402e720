//! Which status.

use entity::plugins::{PluginHealth, plugin_status::Column};
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};

use crate::{condition::is_label, filter::narrowing};

/// Which plugins by their status; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusFilter {
    /// How it is.
    pub health: Option<PluginHealth>,
    /// Only what failed when it last ran.
    pub failing: bool,
}

impl StatusFilter {
    /// All plugins that ever ran.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        Condition::all()
            .add_option(is_label(Column::HealthStatus, self.health.as_ref()))
            .add_option(self.failing.then(|| Column::ConsecutiveErrors.gt(0)))
    }
}

narrowing!(StatusFilter {
    /// Only of this health.
    value health: PluginHealth;
    /// Only what failed when it last ran: degraded and unhealthy.
    flag failing;
});
