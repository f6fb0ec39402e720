//! An alert that is to be raised.

use chrono::{DateTime, Utc};
use entity::analytics::{AlertSeverity, AlertStatus, alert::ActiveModel};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    prelude::Json,
};
use uuid::Uuid;

use super::PLACE;
use crate::{
    AdapterError,
    analytics::{
        LONG, SHORT,
        json::{given, size_of},
    },
    value::{json, long_text, moment, name, now, optional_name},
};

/// An alert that is to be raised.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::analytics::{AlertSeverity, NewAlert};
/// use serde_json::json;
///
/// let alert = NewAlert::new("press-2", AlertSeverity::High, "overheating", Utc::now())
///     .description("20 °C above the limit")
///     .details(json!({ "limit": 80, "measured": 100 }))
///     .assigned_to("ana");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    pub(super) alert_id: String,
    machine_id: String,
    severity: AlertSeverity,
    alert_type: String,
    timestamp: DateTime<Utc>,
    description: Option<String>,
    details: Option<Json>,
    assigned_to: Option<String>,
}

impl NewAlert {
    /// Something happened to a machine at a moment. Machine and type are names of up to 50 characters. The alert gets an id
    /// of its own.
    pub fn new(
        machine: impl Into<String>,
        severity: AlertSeverity,
        alert_type: impl Into<String>,
        at: impl Into<DateTime<Utc>>,
    ) -> Self {
        Self {
            alert_id: Uuid::now_v7().to_string(),
            machine_id: machine.into(),
            severity,
            alert_type: alert_type.into(),
            timestamp: at.into(),
            description: None,
            details: None,
            assigned_to: None,
        }
    }

    /// The id that the alert has elsewhere: up to 50 characters, of which no other alert has the same.
    #[must_use]
    pub fn id(mut self, alert_id: impl Into<String>) -> Self {
        self.alert_id = alert_id.into();
        self
    }

    /// A sentence for people; up to 65,535 bytes.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// What else is known. JSON `null` counts as nothing.
    #[must_use]
    pub fn details(mut self, details: impl Into<Json>) -> Self {
        self.details = given(details);
        self
    }

    /// Who is to deal with it: up to 100 characters.
    #[must_use]
    pub fn assigned_to(mut self, person: impl Into<String>) -> Self {
        self.assigned_to = Some(person.into());
        self
    }

    /// Checks the alert as [`AlertRepository::raise`](super::AlertRepository::raise) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.row().map(drop)
    }

    /// Bytes, roughly.
    pub(super) fn size(&self) -> usize {
        300 + self.description.as_ref().map_or(0, String::len) + size_of(&[&self.details])
    }

    /// The row as it will be stored.
    pub(super) fn row(&self) -> Result<ActiveModel, AdapterError> {
        name(PLACE, "alert_id", &self.alert_id, SHORT)?;
        name(PLACE, "machine_id", &self.machine_id, SHORT)?;
        name(PLACE, "alert_type", &self.alert_type, SHORT)?;
        optional_name(PLACE, "assigned_to", self.assigned_to.as_deref(), LONG)?;
        long_text(PLACE, "description", self.description.as_deref())?;
        json(PLACE, "details", self.details.as_ref())?;
        let now = now();
        Ok(ActiveModel {
            id: NotSet,
            alert_id: Set(self.alert_id.clone()),
            machine_id: Set(self.machine_id.clone()),
            severity: Set(self.severity),
            alert_type: Set(self.alert_type.clone()),
            timestamp: Set(moment(PLACE, "timestamp", self.timestamp)?.fixed_offset()),
            description: Set(self.description.clone()),
            details: Set(self.details.clone()),
            status: Set(AlertStatus::New),
            assigned_to: Set(self.assigned_to.clone()),
            resolution_time: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        })
    }
}
