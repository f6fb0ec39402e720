//! Reads sensors, one, in pages, and with what they measured last.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::telemetry::{Sensor, SensorReading, sensor};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::{PLACE, SensorFilter, SensorRepository};
use crate::{AdapterError, Page, PageRequest, telemetry::ReadingRepository};

/// A sensor and its last reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensorState {
    /// The sensor.
    pub sensor: Sensor,
    /// What it measured last; none when it never has.
    pub last: Option<SensorReading>,
}

impl<C: ConnectionTrait> SensorRepository<'_, C> {
    /// The sensor of this business key.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, sensor_id: &str) -> Result<Sensor, AdapterError> {
        self.find(sensor_id).await?.ok_or_else(|| PLACE.not_found(&sensor_id))
    }

    /// The sensor of this business key, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, sensor_id: &str) -> Result<Option<Sensor>, AdapterError> {
        sensor::Entity::find()
            .filter(sensor::Column::SensorId.eq(sensor_id))
            .one(self.db)
            .await
            .map_err(PLACE.while_reading("looking a sensor up"))
    }

    /// A page of the sensors that match, those registered last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(&self, filter: &SensorFilter, request: &PageRequest) -> Result<Page<Sensor>, AdapterError> {
        let query = sensor::Entity::find().filter(filter.checked(PLACE)?.condition());
        let order = (sensor::Column::CreatedAt, sensor::Column::Id);
        let key = |sensor: &Sensor| (DateTime::<Utc>::from(sensor.created_at), sensor.id);
        request.read(self.db, query, order, PLACE.while_reading("listing sensors"), key).await
    }

    /// [`list`](Self::list), each sensor with its last reading.
    ///
    /// The readings take one more query, which looks each sensor's newest up in the index and reads none of the others.
    ///
    /// # Errors
    ///
    /// As [`list`](Self::list).
    pub async fn list_with_last_reading(
        &self,
        filter: &SensorFilter,
        request: &PageRequest,
    ) -> Result<Page<SensorState>, AdapterError> {
        let Page { items, next, previous, unreadable } = self.list(filter, request).await?;
        let names: Vec<&str> = items.iter().map(|sensor| sensor.sensor_id.as_str()).collect();
        let readings = ReadingRepository::new(self.db).last_of(&names).await?;
        let mut last: HashMap<String, SensorReading> =
            readings.into_iter().map(|reading| (reading.sensor_id.clone(), reading)).collect();
        let state = |sensor: Sensor| SensorState { last: last.remove(&sensor.sensor_id), sensor };
        Ok(Page { items: items.into_iter().map(state).collect(), next, previous, unreadable })
    }
}
