//! Sets and reads configurations.

use entity::twin::{
    MachineConfiguration,
    machine_configuration::{Column, Entity},
};
use migration_timescale::Dialect;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait, sea_query::OnConflict};

use super::{ConfigurationRepository, NewConfiguration, PLACE};
use crate::{AdapterError, Page, PageRequest, rows::committed};

/// What a configuration that is there takes over from a new one.
const CHANGED: [Column; 7] = [
    Column::BaselineTemp,
    Column::TempVariation,
    Column::BaselineVibration,
    Column::VibrationVariation,
    Column::OperationalPattern,
    Column::Thresholds,
    Column::UpdatedAt,
];

impl<C: ConnectionTrait> ConfigurationRepository<'_, C> {
    /// Sets the configuration of a type of machine, in place of the one it has; gives it as it is stored. What is not given
    /// is not set any more.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a value the schema does not allow; failures of the database.
    pub async fn set(&self, new: &NewConfiguration) -> Result<MachineConfiguration, AdapterError> {
        new.validate()?;
        let failed = || PLACE.while_doing("setting a configuration");
        let backend = self.db.get_database_backend();
        let mut same = match Dialect::of(backend) {
            // Of this tenant, where rows have one: the key has another column then, under its name.
            Dialect::Postgres => OnConflict::constraint("machine_configurations_machine_type_key"),
            Dialect::MySql | Dialect::Sqlite => OnConflict::column(Column::MachineType),
        };
        let replace = same.update_columns(CHANGED).to_owned();
        let insert = Entity::insert(new.clone().into_row()).on_conflict(replace);
        self.db.execute_raw(insert.build(backend)).await.map_err(failed())?;
        let stored = committed(Entity::find().filter(Column::MachineType.eq(new.machine_type())), backend);
        stored.one(self.db).await.map_err(failed())?.ok_or_else(|| PLACE.not_found(&new.machine_type()))
    }

    /// The configuration of a type of machine.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, machine_type: &str) -> Result<MachineConfiguration, AdapterError> {
        self.find(machine_type).await?.ok_or_else(|| PLACE.not_found(&machine_type))
    }

    /// The configuration of a type of machine, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, machine_type: &str) -> Result<Option<MachineConfiguration>, AdapterError> {
        Entity::find()
            .filter(Column::MachineType.eq(machine_type))
            .one(self.db)
            .await
            .map_err(PLACE.while_reading("looking a configuration up"))
    }

    /// A page of the configurations, those that were set first last.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(&self, request: &PageRequest<i64>) -> Result<Page<MachineConfiguration, i64>, AdapterError> {
        let columns = (Column::CreatedAt, Column::Id);
        let failed = PLACE.while_reading("listing configurations");
        request.read(self.db, Entity::find(), columns, failed, |one| (one.created_at.to_utc(), one.id)).await
    }
}
