//! An alert that is to be defined.

use entity::plugins::{Alert, PluginAlertSeverity};
use sea_orm::prelude::Json;
use uuid::Uuid;

use super::PLACE;
use crate::{
    AdapterError,
    plugins::{ID_CHARACTERS, NAME_CHARACTERS},
    value::{long_text, name, now, required_json},
};

/// An alert that is to be defined.
///
/// ```
/// use core_server_adapter::plugins::{NewAlert, PluginAlertSeverity};
/// use serde_json::json;
///
/// let condition = json!({ "metric": "rms", "above": 5, "for": "10 min" });
/// let alert = NewAlert::new("vibration", "bearing worn", condition, PluginAlertSeverity::Error);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    plugin_id: String,
    name: String,
    description: Option<String>,
    condition: Json,
    severity: PluginAlertSeverity,
    enabled: bool,
}

impl NewAlert {
    /// An alert that is looked at, on what a registered plugin measures. Its name has up to 200 characters; what its
    /// condition says is between those who write and check it, any JSON but `null`.
    pub fn new(
        plugin: impl Into<String>,
        name: impl Into<String>,
        condition: impl Into<Json>,
        severity: PluginAlertSeverity,
    ) -> Self {
        Self {
            plugin_id: plugin.into(),
            name: name.into(),
            description: None,
            condition: condition.into(),
            severity,
            enabled: true,
        }
    }

    /// A sentence for people; up to 65,535 bytes.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// It is defined, and not looked at yet.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// Checks the alert as [`AlertRepository::define`](super::AlertRepository::define) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        name(PLACE, "plugin_id", &self.plugin_id, ID_CHARACTERS)?;
        name(PLACE, "name", &self.name, NAME_CHARACTERS)?;
        long_text(PLACE, "description", self.description.as_deref())?;
        required_json(PLACE, "condition", &self.condition)
    }

    /// The row that is written.
    pub(super) fn into_row(self) -> Alert {
        let now = now();
        Alert {
            id: Uuid::now_v7(),
            plugin_id: self.plugin_id,
            name: self.name,
            description: self.description,
            condition: self.condition,
            severity: self.severity,
            enabled: self.enabled,
            created_at: now,
            updated_at: now,
        }
    }
}
