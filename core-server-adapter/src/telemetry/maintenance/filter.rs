//! Which maintenance tasks and logs.

use entity::telemetry::{
    MaintenanceLogStatus, MaintenanceTaskPriority, MaintenanceTaskStatus, MaintenanceTaskType, maintenance_log,
    maintenance_task::Column,
};
use sea_orm::{ColumnTrait, Condition, ExprTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Period,
    condition::{column, label, within},
};

/// Which maintenance tasks; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaintenanceTaskFilter {
    /// The equipment, exactly.
    pub equipment: Option<String>,
    /// The sensor's id, exactly.
    pub sensor: Option<String>,
    /// What kind of work.
    pub task_type: Option<MaintenanceTaskType>,
    /// How urgent.
    pub priority: Option<MaintenanceTaskPriority>,
    /// How far it is.
    pub status: Option<MaintenanceTaskStatus>,
    /// Only what is neither completed nor cancelled.
    pub open: bool,
    /// By when it is to be done: its scheduled end. Tasks without one are left out when a side is given.
    pub due: Period,
}

impl MaintenanceTaskFilter {
    /// All tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only on this equipment.
    #[must_use]
    pub fn equipment(mut self, equipment: impl Into<String>) -> Self {
        self.equipment = Some(equipment.into());
        self
    }

    /// Only because of this sensor.
    #[must_use]
    pub fn sensor(mut self, sensor: impl Into<String>) -> Self {
        self.sensor = Some(sensor.into());
        self
    }

    /// Only of this kind.
    #[must_use]
    pub fn task_type(mut self, task_type: MaintenanceTaskType) -> Self {
        self.task_type = Some(task_type);
        self
    }

    /// Only of this priority.
    #[must_use]
    pub fn priority(mut self, priority: MaintenanceTaskPriority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Only with this status.
    #[must_use]
    pub fn status(mut self, status: MaintenanceTaskStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only what is neither completed nor cancelled.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Only what is scheduled to end in this period.
    #[must_use]
    pub fn due(mut self, period: Period) -> Self {
        self.due = period;
        self
    }

    pub(crate) fn condition(&self) -> Condition {
        let done = [MaintenanceTaskStatus::Completed, MaintenanceTaskStatus::Cancelled];
        // A bound that holds everything is left out, and would let tasks without an end through.
        let bounded = self.due != Period::ALL;
        within(Column::ScheduledEnd, self.due)
            .add_option(bounded.then(|| Column::ScheduledEnd.is_not_null()))
            .add_option(self.equipment.as_deref().map(|equipment| Column::EquipmentId.eq(equipment)))
            .add_option(self.sensor.as_deref().map(|sensor| Column::SensorId.eq(sensor)))
            .add_option(self.task_type.as_ref().map(|of| column(Column::TaskType).eq(label(of))))
            .add_option(self.priority.as_ref().map(|priority| column(Column::Priority).eq(label(priority))))
            .add_option(self.status.as_ref().map(|status| column(Column::Status).eq(label(status))))
            .add_option(self.open.then(|| column(Column::Status).is_not_in(done.iter().map(label))))
    }
}

/// Which maintenance logs; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MaintenanceLogFilter {
    /// The task.
    pub task: Option<Uuid>,
    /// The equipment, exactly.
    pub equipment: Option<String>,
    /// Who did it, exactly.
    pub technician: Option<String>,
    /// How the work ended.
    pub status: Option<MaintenanceLogStatus>,
    /// When the work ended.
    pub period: Period,
}

impl MaintenanceLogFilter {
    /// All logs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only of this task.
    #[must_use]
    pub fn task(mut self, task: Uuid) -> Self {
        self.task = Some(task);
        self
    }

    /// Only on this equipment.
    #[must_use]
    pub fn equipment(mut self, equipment: impl Into<String>) -> Self {
        self.equipment = Some(equipment.into());
        self
    }

    /// Only by this technician.
    #[must_use]
    pub fn technician(mut self, technician: impl Into<String>) -> Self {
        self.technician = Some(technician.into());
        self
    }

    /// Only with this end.
    #[must_use]
    pub fn status(mut self, status: MaintenanceLogStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only work that ended in this period.
    #[must_use]
    pub fn period(mut self, period: Period) -> Self {
        self.period = period;
        self
    }

    pub(crate) fn condition(&self) -> Condition {
        use maintenance_log::Column;
        within(Column::CompletionDate, self.period)
            .add_option(self.task.map(|task| Column::TaskId.eq(task)))
            .add_option(self.equipment.as_deref().map(|equipment| Column::EquipmentId.eq(equipment)))
            .add_option(self.technician.as_deref().map(|technician| Column::TechnicianId.eq(technician)))
            .add_option(self.status.as_ref().map(|status| column(Column::Status).eq(label(status))))
    }
}
