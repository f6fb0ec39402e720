//! Maintenance: tasks that are planned and done, and logs of what was done.
//!
//! # How to add a query
//!
//! A method of [`MaintenanceTaskRepository`] (`tasks.rs` creates and reads, `task_lifecycle.rs` changes) or
//! [`MaintenanceLogRepository`] (`logs.rs`).

mod filter;
mod logs;
mod new_log;
mod new_task;
mod task_lifecycle;
mod tasks;

#[doc(inline)]
pub use entity::telemetry::{
    MaintenanceLog, MaintenanceLogStatus, MaintenanceTask, MaintenanceTaskPriority, MaintenanceTaskStatus,
    MaintenanceTaskType,
};
pub use filter::{MaintenanceLogFilter, MaintenanceTaskFilter};
pub use new_log::NewMaintenanceLog;
pub use new_task::NewMaintenanceTask;

use crate::{error::Place, repository::repository};

/// For errors about tasks.
const TASKS: Place = Place { area: super::AREA, table: "maintenance_tasks" };
/// For errors about logs.
const LOGS: Place = Place { area: super::AREA, table: "maintenance_logs" };

repository! {
    /// The maintenance tasks of a database, over a pool or within a transaction.
    MaintenanceTaskRepository
}

repository! {
    /// The maintenance logs of a database, over a pool or within a transaction.
    MaintenanceLogRepository
}
