//! An alert that is to be raised.

use chrono::{DateTime, FixedOffset, Utc};
use entity::vision::AlertSeverity;
use sea_orm::prelude::Json;

use super::PLACE;
use crate::{
    AdapterError,
    text::NAME_CHARACTERS,
    value::{json, moment, now, optional_name},
};

/// An alert that is to be raised.
///
/// ```
/// use core_server_adapter::vision::{AlertSeverity, NewAlert};
/// use serde_json::json;
///
/// # let event = 1;
/// let alert = NewAlert::new(event, AlertSeverity::High).dedup_key("door person").channels(json!(["mail"]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    pub(super) event_id: i64,
    pub(super) rule_id: Option<i64>,
    pub(super) severity: AlertSeverity,
    pub(super) channels: Option<Json>,
    pub(super) details: Option<Json>,
    pub(super) dedup_key: Option<String>,
    pub(super) created_at: DateTime<FixedOffset>,
}

impl NewAlert {
    /// An alert on an event, raised now.
    pub fn new(event: i64, severity: AlertSeverity) -> Self {
        Self {
            event_id: event,
            rule_id: None,
            severity,
            channels: None,
            details: None,
            dedup_key: None,
            created_at: now(),
        }
    }

    /// The rule that asked for it.
    #[must_use]
    pub fn rule(mut self, rule: i64) -> Self {
        self.rule_id = Some(rule);
        self
    }

    /// Where it is to be delivered. JSON `null` counts as nothing, here and below.
    #[must_use]
    pub fn channels(mut self, channels: impl Into<Json>) -> Self {
        self.channels = Some(channels.into()).filter(|json| !json.is_null());
        self
    }

    /// Anything else worth telling.
    #[must_use]
    pub fn details(mut self, details: impl Into<Json>) -> Self {
        self.details = Some(details.into()).filter(|json| !json.is_null());
        self
    }

    /// What it says, in up to 255 characters: of alerts that say the same, one is delivered in a while.
    #[must_use]
    pub fn dedup_key(mut self, key: impl Into<String>) -> Self {
        self.dedup_key = Some(key.into());
        self
    }

    /// It was raised at another moment.
    #[must_use]
    pub fn raised_at(mut self, at: impl Into<DateTime<Utc>>) -> Self {
        self.created_at = at.into().fixed_offset();
        self
    }

    /// Checks the alert as [`AlertRepository::raise`](super::AlertRepository::raise) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// As it will be stored.
    pub(super) fn checked(&self) -> Result<Self, AdapterError> {
        optional_name(PLACE, "dedup_key", self.dedup_key.as_deref(), NAME_CHARACTERS)?;
        json(PLACE, "channels", self.channels.as_ref())?;
        json(PLACE, "details", self.details.as_ref())?;
        let created_at = moment(PLACE, "created_at", self.created_at.to_utc())?.fixed_offset();
        Ok(Self { created_at, ..self.clone() })
    }
}
