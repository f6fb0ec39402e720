//! Which plugins.

use entity::plugins::plugin::Column;
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};

use crate::{condition::is_text, filter::narrowing};

/// Which plugins; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PluginFilter {
    /// Its category, exactly.
    pub category: Option<String>,
    /// Whether it runs.
    pub enabled: Option<bool>,
}

impl PluginFilter {
    /// All plugins.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        Condition::all()
            .add_option(is_text(Column::Category, self.category.as_deref()))
            .add_option(self.enabled.map(|enabled| Column::Enabled.eq(enabled)))
    }
}

narrowing!(PluginFilter {
    /// Only of this category.
    text category;
    /// Only those that run, or that do not.
    value enabled: bool;
});
