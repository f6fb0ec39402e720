//! A plugin that is to be registered or brought up to date.

use entity::plugins::Plugin;
use sea_orm::prelude::Json;
use uuid::Uuid;

use super::PLACE;
use crate::{
    AdapterError,
    plugins::{ID_CHARACTERS, NAME_CHARACTERS},
    value::{json, long_text, name, now, optional_name},
};

/// Characters of a version and a category at most.
const SHORT_CHARACTERS: usize = 50;

/// What is to be known of a plugin.
///
/// ```
/// use core_server_adapter::plugins::NewPlugin;
/// use serde_json::json;
///
/// let plugin = NewPlugin::new("vibration", "Vibration analysis", "1.2.0")
///     .category("quality")
///     .config(json!({ "window": 512 }));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewPlugin {
    plugin_id: String,
    name: String,
    version: String,
    description: Option<String>,
    category: Option<String>,
    enabled: bool,
    config: Option<Json>,
}

impl NewPlugin {
    /// A plugin that runs. `plugin_id` is its business key, up to 100 characters; its name has up to 200, its version up to
    /// 50.
    pub fn new(plugin_id: impl Into<String>, name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            plugin_id: plugin_id.into(),
            name: name.into(),
            version: version.into(),
            description: None,
            category: None,
            enabled: true,
            config: None,
        }
    }

    /// What it does, for people; up to 65,535 bytes.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// What sort of plugin it is, up to 50 characters.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// It is registered, and does not run yet.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// How it is set up. JSON `null` counts as nothing.
    #[must_use]
    pub fn config(mut self, config: impl Into<Json>) -> Self {
        self.config = Some(config.into()).filter(|config| !config.is_null());
        self
    }

    /// Its business key.
    pub fn plugin_id(&self) -> &str {
        &self.plugin_id
    }

    /// Checks the plugin as [`PluginRepository::register`](super::PluginRepository::register) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        name(PLACE, "plugin_id", &self.plugin_id, ID_CHARACTERS)?;
        name(PLACE, "name", &self.name, NAME_CHARACTERS)?;
        name(PLACE, "version", &self.version, SHORT_CHARACTERS)?;
        long_text(PLACE, "description", self.description.as_deref())?;
        optional_name(PLACE, "category", self.category.as_deref(), SHORT_CHARACTERS)?;
        json(PLACE, "config", self.config.as_ref())
    }

    /// The row that is written.
    pub(super) fn into_row(self) -> Plugin {
        let now = now();
        Plugin {
            id: Uuid::now_v7(),
            plugin_id: self.plugin_id,
            name: self.name,
            version: self.version,
            description: self.description,
            category: self.category,
            enabled: self.enabled,
            config: self.config,
            created_at: now,
            updated_at: now,
        }
    }
}
