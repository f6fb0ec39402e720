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
    condition::{column, is_label, is_text, label, within},
    filter::narrowing,
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

    pub(crate) fn condition(&self) -> Condition {
        let done = [MaintenanceTaskStatus::Completed, MaintenanceTaskStatus::Cancelled];
        // A bound that holds everything is left out, and would let tasks without an end through.
        let bounded = self.due != Period::ALL;
        within(Column::ScheduledEnd, self.due)
            .add_option(bounded.then(|| Column::ScheduledEnd.is_not_null()))
            .add_option(is_text(Column::EquipmentId, self.equipment.as_deref()))
            .add_option(is_text(Column::SensorId, self.sensor.as_deref()))
            .add_option(is_label(Column::TaskType, self.task_type.as_ref()))
            .add_option(is_label(Column::Priority, self.priority.as_ref()))
            .add_option(is_label(Column::Status, self.status.as_ref()))
            .add_option(self.open.then(|| column(Column::Status).is_not_in(done.iter().map(label))))
    }
}

narrowing!(MaintenanceTaskFilter {
    /// Only on this equipment.
    text equipment(equipment_id);
    /// Only because of this sensor.
    text sensor(sensor_id);
    /// Only of this kind.
    value task_type: MaintenanceTaskType;
    /// Only of this priority.
    value priority: MaintenanceTaskPriority;
    /// Only with this status.
    value status: MaintenanceTaskStatus;
    /// Only what is neither completed nor cancelled.
    flag open;
    /// Only what is scheduled to end in this period.
    period due;
});

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

    pub(crate) fn condition(&self) -> Condition {
        use maintenance_log::Column;
        within(Column::CompletionDate, self.period)
            .add_option(self.task.map(|task| Column::TaskId.eq(task)))
            .add_option(is_text(Column::EquipmentId, self.equipment.as_deref()))
            .add_option(is_text(Column::TechnicianId, self.technician.as_deref()))
            .add_option(is_label(Column::Status, self.status.as_ref()))
    }
}

narrowing!(MaintenanceLogFilter {
    /// Only of this task.
    value task: Uuid;
    /// Only on this equipment.
    text equipment(equipment_id);
    /// Only by this technician.
    text technician(technician_id);
    /// Only with this end.
    value status: MaintenanceLogStatus;
    /// Only work that ended in this period.
    period period;
});
