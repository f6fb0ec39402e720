//! A metric that is to be written.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::prelude::Json;

use super::PLACE;
use crate::{
    AdapterError,
    plugins::{ID_CHARACTERS, NAME_CHARACTERS},
    value::{json, moment, name, required_json},
};

/// What a plugin measured.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::plugins::NewMetric;
/// use serde_json::json;
///
/// let metric = NewMetric::new("vibration", "rms", Utc::now(), 0.37).tag("line", "3");
/// let spectrum = NewMetric::new("vibration", "spectrum", Utc::now(), json!([0.1, 0.7, 0.2]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewMetric {
    pub(super) time: DateTime<Utc>,
    pub(super) plugin_id: String,
    pub(super) metric_name: String,
    pub(super) value: Json,
    pub(super) tags: BTreeMap<String, String>,
}

impl NewMetric {
    /// `plugin`, up to 100 characters, measured `value` at `time` and calls it `name`, up to 200 characters. The plugin need
    /// not be registered. A value is any JSON but `null`; a number that is not finite is `null` in JSON.
    pub fn new(
        plugin: impl Into<String>,
        name: impl Into<String>,
        time: impl Into<DateTime<Utc>>,
        value: impl Into<Json>,
    ) -> Self {
        Self {
            time: time.into(),
            plugin_id: plugin.into(),
            metric_name: name.into(),
            value: value.into(),
            tags: BTreeMap::new(),
        }
    }

    /// Something to find it by again.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
        self.tags.insert(key.into(), text.into());
        self
    }

    /// Checks the metric as [`MetricRepository::insert`](super::MetricRepository::insert) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    pub(super) fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "plugin_id", &self.plugin_id, ID_CHARACTERS)?;
        name(PLACE, "metric_name", &self.metric_name, NAME_CHARACTERS)?;
        required_json(PLACE, "value", &self.value)?;
        json(PLACE, "tags", self.json_tags().as_ref())?;
        let time = moment(PLACE, "time", self.time)?;
        Ok(Self { time, ..self.clone() })
    }

    /// The tags, if there are any.
    pub(super) fn json_tags(&self) -> Option<Json> {
        let tags = self.tags.iter().map(|(key, text)| (key.clone(), Json::from(text.as_str())));
        (!self.tags.is_empty()).then(|| tags.collect())
    }
}
