//! Which alerts.

use entity::plugins::{PluginAlertSeverity, alert::Column};
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};

use crate::{
    condition::{is_label, is_text},
    filter::narrowing,
};

/// Which alerts; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertFilter {
    /// The plugin's id, exactly.
    #[serde(rename = "plugin_id")]
    pub plugin: Option<String>,
    /// How bad it is.
    pub severity: Option<PluginAlertSeverity>,
    /// Whether it is looked at.
    pub enabled: Option<bool>,
}

impl AlertFilter {
    /// All alerts.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        Condition::all()
            .add_option(is_text(Column::PluginId, self.plugin.as_deref()))
            .add_option(is_label(Column::Severity, self.severity.as_ref()))
            .add_option(self.enabled.map(|enabled| Column::Enabled.eq(enabled)))
    }
}

narrowing!(AlertFilter {
    /// Only on what this plugin measures.
    text plugin(plugin_id);
    /// Only of this severity.
    value severity: PluginAlertSeverity;
    /// Only those that are looked at, or that are not.
    value enabled: bool;
});
