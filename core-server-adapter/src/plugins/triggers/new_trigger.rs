//! A look at an alert that is to be recorded.

use chrono::{DateTime, Utc};
use entity::plugins::alert_trigger::ActiveModel;
use sea_orm::{ActiveValue::Set, prelude::Json};
use uuid::Uuid;

use super::PLACE;
use crate::{
    AdapterError,
    value::{json, long_text, moment},
};

/// Whether an alert triggered when it was looked at.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::plugins::NewTrigger;
///
/// # let alert = uuid::Uuid::nil();
/// let trigger = NewTrigger::new(alert, Utc::now(), true).value(5.9).message("rms is above 5");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewTrigger {
    alert_id: Uuid,
    time: DateTime<Utc>,
    triggered: bool,
    value: Option<Json>,
    message: Option<String>,
}

impl NewTrigger {
    /// The alert of this id was looked at, and triggered or not.
    pub fn new(alert: Uuid, time: impl Into<DateTime<Utc>>, triggered: bool) -> Self {
        Self { alert_id: alert, time: time.into(), triggered, value: None, message: None }
    }

    /// By what value. JSON `null` counts as nothing.
    #[must_use]
    pub fn value(mut self, value: impl Into<Json>) -> Self {
        self.value = Some(value.into()).filter(|value| !value.is_null());
        self
    }

    /// A sentence for people; up to 65,535 bytes.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Checks it as [`TriggerRepository::record`](super::TriggerRepository::record) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.clone().into_row().map(drop)
    }

    /// The row that is written.
    pub(super) fn into_row(self) -> Result<ActiveModel, AdapterError> {
        json(PLACE, "value", self.value.as_ref())?;
        long_text(PLACE, "message", self.message.as_deref())?;
        Ok(ActiveModel {
            time: Set(moment(PLACE, "time", self.time)?.into()),
            alert_id: Set(self.alert_id),
            triggered: Set(self.triggered),
            value: Set(self.value),
            message: Set(self.message),
        })
    }
}
