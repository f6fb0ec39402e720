//! Creates and reads maintenance tasks.

use chrono::{DateTime, Utc};
use entity::telemetry::{
    MaintenanceTask,
    maintenance_task::{self, Column},
};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{MaintenanceTaskFilter, MaintenanceTaskRepository, NewMaintenanceTask, TASKS};
use crate::{AdapterError, Page, PageRequest, rows::insert};

/// What is written, in this order.
pub(super) const COLUMNS: [Column; 12] = [
    Column::Id,
    Column::EquipmentId,
    Column::SensorId,
    Column::TaskType,
    Column::Priority,
    Column::Status,
    Column::ScheduledStart,
    Column::ScheduledEnd,
    Column::RequiredSkills,
    Column::PartsNeeded,
    Column::CreatedAt,
    Column::UpdatedAt,
];

impl<C: ConnectionTrait> MaintenanceTaskRepository<'_, C> {
    /// Creates a task; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::Unregistered`] when the sensor is not registered;
    /// - failures of the database.
    pub async fn create(&self, task: &NewMaintenanceTask) -> Result<MaintenanceTask, AdapterError> {
        let failed = |error: DbErr| TASKS.while_doing("creating a maintenance task")(error);
        task.validate()?;
        let id = Uuid::now_v7();
        let values = task.clone().into_values(id, self.db.get_database_backend())?;
        let statement = insert(maintenance_task::Entity, COLUMNS, [values]).map_err(failed)?;
        self.db.execute(&statement).await.map_err(failed)?;
        self.get(id).await
    }

    /// The task of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: Uuid) -> Result<MaintenanceTask, AdapterError> {
        self.find(id).await?.ok_or_else(|| TASKS.not_found(&id))
    }

    /// The task of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, id: Uuid) -> Result<Option<MaintenanceTask>, AdapterError> {
        maintenance_task::Entity::find_by_id(id)
            .one(self.db)
            .await
            .map_err(TASKS.while_reading("looking a maintenance task up"))
    }

    /// A page of the tasks that match, those created last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &MaintenanceTaskFilter,
        request: &PageRequest,
    ) -> Result<Page<MaintenanceTask>, AdapterError> {
        let query = maintenance_task::Entity::find().filter(filter.checked(TASKS)?.condition());
        let order = (Column::CreatedAt, Column::Id);
        let key = |task: &MaintenanceTask| (DateTime::<Utc>::from(task.created_at), task.id);
        request.read(self.db, query, order, TASKS.while_reading("listing maintenance tasks"), key).await
    }
}
