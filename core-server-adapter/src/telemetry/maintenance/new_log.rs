//! A maintenance log that is to be recorded.

use chrono::{DateTime, Utc};
use entity::telemetry::{MaintenanceLogStatus, maintenance_log::ActiveModel};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::LOGS;
use crate::{
    AdapterError,
    text::NAME_CHARACTERS,
    value::{long_text, moment, name, now, optional_name},
};

/// What was done about a task.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::telemetry::{MaintenanceLogStatus, NewMaintenanceLog};
///
/// let log = NewMaintenanceLog::new(MaintenanceLogStatus::Completed, Utc::now())
///     .technician("ana")
///     .duration_hours(1.5)
///     .notes("bearing replaced");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewMaintenanceLog {
    status: MaintenanceLogStatus,
    completion_date: DateTime<Utc>,
    technician_id: Option<String>,
    actual_duration_hours: Option<f64>,
    notes: Option<String>,
}

impl NewMaintenanceLog {
    /// How the work ended, and when.
    pub fn new(status: MaintenanceLogStatus, completed_at: impl Into<DateTime<Utc>>) -> Self {
        Self {
            status,
            completion_date: completed_at.into(),
            technician_id: None,
            actual_duration_hours: None,
            notes: None,
        }
    }

    /// Who did it, up to 255 characters.
    #[must_use]
    pub fn technician(mut self, technician: impl Into<String>) -> Self {
        self.technician_id = Some(technician.into());
        self
    }

    /// How long it took, in hours; finite, 0 or more.
    #[must_use]
    pub fn duration_hours(mut self, hours: f64) -> Self {
        self.actual_duration_hours = Some(hours);
        self
    }

    /// Anything else; up to 65,535 bytes.
    #[must_use]
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.notes = Some(notes.into());
        self
    }

    /// Checks the log as [`MaintenanceLogRepository::record`](super::MaintenanceLogRepository::record) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.completed_at().map(drop)
    }

    fn completed_at(&self) -> Result<DateTime<Utc>, AdapterError> {
        optional_name(LOGS, "technician_id", self.technician_id.as_deref(), NAME_CHARACTERS)?;
        if let Some(hours) = self.actual_duration_hours.filter(|hours| !hours.is_finite() || *hours < 0.0) {
            return Err(LOGS.invalid("actual_duration_hours", format!("is {hours}; allowed is 0 or more")));
        }
        long_text(LOGS, "notes", self.notes.as_deref())?;
        moment(LOGS, "completion_date", self.completion_date)
    }

    pub(super) fn row(&self, task: Uuid, equipment: &str) -> Result<ActiveModel, AdapterError> {
        name(LOGS, "equipment_id", equipment, NAME_CHARACTERS)?;
        let now = now();
        Ok(ActiveModel {
            id: Set(Uuid::now_v7()),
            task_id: Set(task),
            equipment_id: Set(equipment.to_owned()),
            completion_date: Set(self.completed_at()?.fixed_offset()),
            technician_id: Set(self.technician_id.clone()),
            status: Set(self.status),
            actual_duration_hours: Set(self.actual_duration_hours),
            notes: Set(self.notes.clone()),
            created_at: Set(now),
            updated_at: Set(now),
        })
    }
}
