//! A maintenance task that is to be created.

use chrono::{DateTime, Utc};
use entity::{
    TextList,
    telemetry::{MaintenanceTaskPriority, MaintenanceTaskStatus, MaintenanceTaskType},
};
use sea_orm::{DbBackend, sea_query::Expr};
use uuid::Uuid;

use super::TASKS;
use crate::{
    AdapterError,
    condition::label,
    moment::bound,
    text::NAME_CHARACTERS,
    value::{moment, name, now, optional_name, texts},
};

/// A maintenance task that is to be created: pending, or scheduled when its time is given.
///
/// ```
/// use core_server_adapter::telemetry::{MaintenanceTaskPriority, MaintenanceTaskType, NewMaintenanceTask};
///
/// let task = NewMaintenanceTask::new("press 2", MaintenanceTaskType::Predictive)
///     .sensor("bearing-7")
///     .priority(MaintenanceTaskPriority::High)
///     .required_skills(["hydraulics"])
///     .parts_needed(["bearing 6204"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMaintenanceTask {
    equipment_id: String,
    sensor_id: Option<String>,
    task_type: MaintenanceTaskType,
    priority: MaintenanceTaskPriority,
    schedule: Option<(DateTime<Utc>, DateTime<Utc>)>,
    required_skills: TextList,
    parts_needed: TextList,
}

impl NewMaintenanceTask {
    /// A task of medium priority on a piece of equipment, named in up to 255 characters.
    pub fn new(equipment: impl Into<String>, task_type: MaintenanceTaskType) -> Self {
        Self {
            equipment_id: equipment.into(),
            sensor_id: None,
            task_type,
            priority: MaintenanceTaskPriority::Medium,
            schedule: None,
            required_skills: TextList::default(),
            parts_needed: TextList::default(),
        }
    }

    /// The registered sensor that made it necessary.
    #[must_use]
    pub fn sensor(mut self, sensor: impl Into<String>) -> Self {
        self.sensor_id = Some(sensor.into());
        self
    }

    /// How urgent it is.
    #[must_use]
    pub fn priority(mut self, priority: MaintenanceTaskPriority) -> Self {
        self.priority = priority;
        self
    }

    /// When it is to be done; the end is not before the start.
    #[must_use]
    pub fn scheduled(mut self, start: impl Into<DateTime<Utc>>, end: impl Into<DateTime<Utc>>) -> Self {
        self.schedule = Some((start.into(), end.into()));
        self
    }

    /// What one has to be able to do; up to 65,535 bytes in all.
    #[must_use]
    pub fn required_skills<T: Into<String>>(mut self, skills: impl IntoIterator<Item = T>) -> Self {
        self.required_skills = skills.into_iter().collect();
        self
    }

    /// What is used up; up to 65,535 bytes in all.
    #[must_use]
    pub fn parts_needed<T: Into<String>>(mut self, parts: impl IntoIterator<Item = T>) -> Self {
        self.parts_needed = parts.into_iter().collect();
        self
    }

    /// Checks the task as [`MaintenanceTaskRepository::create`](super::MaintenanceTaskRepository::create) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        name(TASKS, "equipment_id", &self.equipment_id, NAME_CHARACTERS)?;
        optional_name(TASKS, "sensor_id", self.sensor_id.as_deref(), NAME_CHARACTERS)?;
        if let Some((start, end)) = self.schedule {
            schedule(start, end)?;
        }
        texts(TASKS, "required_skills", &self.required_skills)?;
        texts(TASKS, "parts_needed", &self.parts_needed)
    }

    /// Values in the order of [`COLUMNS`](super::tasks::COLUMNS).
    pub(super) fn into_values(self, id: Uuid, backend: DbBackend) -> Result<Vec<Expr>, AdapterError> {
        let (status, schedule) = match self.schedule {
            Some((start, end)) => (MaintenanceTaskStatus::Scheduled, Some(schedule(start, end)?)),
            None => (MaintenanceTaskStatus::Pending, None),
        };
        let now = now();
        Ok(vec![
            Expr::val(id),
            Expr::val(self.equipment_id),
            Expr::val(self.sensor_id),
            label(&self.task_type),
            label(&self.priority),
            label(&status),
            Expr::val(schedule.map(|(start, _)| bound(start))),
            Expr::val(schedule.map(|(_, end)| bound(end))),
            Expr::val(self.required_skills.value(backend)),
            Expr::val(self.parts_needed.value(backend)),
            Expr::val(now),
            Expr::val(now),
        ])
    }
}

/// Start and end as they will be stored.
pub(super) fn schedule(
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), AdapterError> {
    let (start, end) = (moment(TASKS, "scheduled_start", start)?, moment(TASKS, "scheduled_end", end)?);
    if end < start {
        let reason = format!("is {}, before the start; give one that is not", end.to_rfc3339());
        return Err(TASKS.invalid("scheduled_end", reason));
    }
    Ok((start, end))
}
