//! Changes sensors.

use entity::telemetry::{
    Sensor, SensorStatus,
    sensor::{self, Column},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{PLACE, SensorRepository};
use crate::{
    AdapterError,
    condition::label,
    text::NAME_CHARACTERS,
    value::{now, optional_name},
};

impl<C: ConnectionTrait> SensorRepository<'_, C> {
    /// Puts a sensor into service, out of it, or in between; gives it as it is now.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is no such sensor; failures of the database.
    pub async fn set_status(&self, sensor_id: &str, status: SensorStatus) -> Result<Sensor, AdapterError> {
        self.set(sensor_id, Column::Status, label(&status)).await
    }

    /// Says where a sensor is, or with `None` that nobody knows; gives it as it is now.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such sensor;
    /// - [`AdapterError::InvalidValue`] for a location that is empty or longer than 255 characters;
    /// - failures of the database.
    pub async fn set_location(&self, sensor_id: &str, location: Option<&str>) -> Result<Sensor, AdapterError> {
        optional_name(PLACE, "location", location, NAME_CHARACTERS)?;
        self.set(sensor_id, Column::Location, Expr::val(location.map(ToOwned::to_owned))).await
    }

    async fn set(&self, sensor_id: &str, column: Column, value: Expr) -> Result<Sensor, AdapterError> {
        sensor::Entity::update_many()
            .col_expr(column, value)
            .col_expr(Column::UpdatedAt, Expr::val(now()))
            .filter(Column::SensorId.eq(sensor_id))
            .exec(self.db)
            .await
            .map_err(PLACE.while_doing("changing a sensor"))?;
        self.get(sensor_id).await
    }
}
