//! Records and reads maintenance logs.

use chrono::{DateTime, Utc};
use entity::telemetry::{
    MaintenanceLog, MaintenanceTask,
    maintenance_log::{self, Column},
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{LOGS, MaintenanceLogFilter, MaintenanceLogRepository, NewMaintenanceLog};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> MaintenanceLogRepository<'_, C> {
    /// Records what was done about a task, which stays as it is; gives the log as it is stored. A task may have several:
    /// work that was not finished, for example. See
    /// [`complete_with_log`](super::MaintenanceTaskRepository::complete_with_log) for the last one.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a value the schema does not allow; failures of the database.
    pub async fn record(
        &self,
        task: &MaintenanceTask,
        log: &NewMaintenanceLog,
    ) -> Result<MaintenanceLog, AdapterError> {
        let row = log.row(task.id, &task.equipment_id)?;
        row.insert(self.db).await.map_err(LOGS.while_doing("recording a maintenance log"))
    }

    /// The log of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: Uuid) -> Result<MaintenanceLog, AdapterError> {
        self.find(id).await?.ok_or_else(|| LOGS.not_found(&id))
    }

    /// The log of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, id: Uuid) -> Result<Option<MaintenanceLog>, AdapterError> {
        maintenance_log::Entity::find_by_id(id)
            .one(self.db)
            .await
            .map_err(LOGS.while_reading("looking a maintenance log up"))
    }

    /// A page of the logs that match, work that ended last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &MaintenanceLogFilter,
        request: &PageRequest,
    ) -> Result<Page<MaintenanceLog>, AdapterError> {
        let query = maintenance_log::Entity::find().filter(filter.checked(LOGS)?.condition());
        let order = (Column::CompletionDate, Column::Id);
        let key = |log: &MaintenanceLog| (DateTime::<Utc>::from(log.completion_date), log.id);
        request.read(self.db, query, order, LOGS.while_reading("listing maintenance logs"), key).await
    }
}
