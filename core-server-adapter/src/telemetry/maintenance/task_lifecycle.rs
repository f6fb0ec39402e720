//! Schedules, starts, completes and cancels.
//!
//! ```text
//! pending ──schedule──▶ scheduled ──start──▶ in_progress ──complete──▶ completed
//!    ├──────────────────────start───────────────▲
//!    └─────────┴──────cancel──────┴──▶ cancelled
//! ```

use chrono::{DateTime, Utc};
use entity::telemetry::{
    MaintenanceLog, MaintenanceTask,
    MaintenanceTaskStatus::{self, Cancelled, Completed, InProgress, Pending, Scheduled},
    maintenance_task::{Column, Entity},
};
use sea_orm::{ConnectionTrait, TransactionSession, TransactionTrait, sea_query::Expr};
use uuid::Uuid;

use super::{MaintenanceLogRepository, MaintenanceTaskRepository, NewMaintenanceLog, TASKS, new_task::schedule};
use crate::{
    AdapterError, moment,
    rows::{Changed, Lifecycle, Transition},
    transaction,
};

const LIFECYCLE: Lifecycle<Entity, MaintenanceTaskStatus> = Lifecycle {
    place: TASKS,
    id: Column::Id,
    status: Column::Status,
    updated_at: Some(Column::UpdatedAt),
    status_of: |task| task.status,
};

impl<C: ConnectionTrait> MaintenanceTaskRepository<'_, C> {
    /// Says when a task is to be done, or says it anew; gives the task as it is now.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such task;
    /// - [`AdapterError::NotAllowed`] unless it is pending or scheduled;
    /// - [`AdapterError::InvalidValue`] for an end before the start, or times outside the years 1970 to 9999;
    /// - failures of the database.
    pub async fn schedule(
        &self,
        id: Uuid,
        start: impl Into<DateTime<Utc>>,
        end: impl Into<DateTime<Utc>>,
    ) -> Result<MaintenanceTask, AdapterError> {
        let (start, end) = schedule(start.into(), end.into())?;
        let values = [(Column::ScheduledStart, start), (Column::ScheduledEnd, end)];
        let values = values.map(|(column, at)| (column, Expr::val(moment::bound(at)))).to_vec();
        let doing = "scheduling a maintenance task";
        let transition = Transition { from: &[Pending, Scheduled], to: Scheduled, values, doing };
        Ok(LIFECYCLE.change(self.db, id, transition).await?.row())
    }

    /// The work begins; gives the task as it is now. One that is in progress already stays as it is.
    ///
    /// # Errors
    ///
    /// As [`cancel`](Self::cancel), with [`AdapterError::NotAllowed`] when it is completed or cancelled.
    pub async fn start(&self, id: Uuid) -> Result<MaintenanceTask, AdapterError> {
        self.change(id, &[Pending, Scheduled], InProgress, "starting a maintenance task").await
    }

    /// The work is done; gives the task as it is now. One that is completed already stays as it is. See
    /// [`complete_with_log`](Self::complete_with_log) to say how it went.
    ///
    /// # Errors
    ///
    /// As [`cancel`](Self::cancel), with [`AdapterError::NotAllowed`] unless it is in progress.
    pub async fn complete(&self, id: Uuid) -> Result<MaintenanceTask, AdapterError> {
        self.change(id, &[InProgress], Completed, "completing a maintenance task").await
    }

    /// The work will not be done; gives the task as it is now. One that is cancelled already stays as it is.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such task;
    /// - [`AdapterError::NotAllowed`] when it is completed;
    /// - failures of the database.
    pub async fn cancel(&self, id: Uuid) -> Result<MaintenanceTask, AdapterError> {
        self.change(id, &[Pending, Scheduled, InProgress], Cancelled, "cancelling a maintenance task").await
    }

    async fn change(
        &self,
        id: Uuid,
        from: &[MaintenanceTaskStatus],
        to: MaintenanceTaskStatus,
        doing: &'static str,
    ) -> Result<MaintenanceTask, AdapterError> {
        let transition = Transition { from, to, values: Vec::new(), doing };
        Ok(LIFECYCLE.change(self.db, id, transition).await?.row())
    }
}

impl<C: ConnectionTrait + TransactionTrait> MaintenanceTaskRepository<'_, C> {
    /// The work is done, and this is how it went: both are written or neither, in a transaction of its own, or a savepoint
    /// of the caller's.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such task;
    /// - [`AdapterError::NotAllowed`] unless it is in progress, also when it is completed already: of two callers at once
    ///   one writes a log;
    /// - [`AdapterError::InvalidValue`] for a value of the log that the schema does not allow;
    /// - failures of the database.
    pub async fn complete_with_log(
        &self,
        id: Uuid,
        log: &NewMaintenanceLog,
    ) -> Result<(MaintenanceTask, MaintenanceLog), AdapterError> {
        let doing = "completing a maintenance task";
        log.validate()?;
        let transaction = transaction::begin(self.db).await.map_err(TASKS.while_doing(doing))?;
        let transition = Transition { from: &[InProgress], to: Completed, values: Vec::new(), doing };
        let task = match LIFECYCLE.change(&transaction, id, transition).await? {
            Changed::Now(task) => task,
            Changed::Before(task) => return Err(LIFECYCLE.not_allowed(&id, &task.status, &[InProgress], &Completed)),
        };
        let log = MaintenanceLogRepository::new(&transaction).record(&task, log).await?;
        transaction.commit().await.map_err(TASKS.while_doing(doing))?;
        Ok((task, log))
    }
}
