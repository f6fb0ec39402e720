//! Registers sensors. A sensor that is registered already stays as it is.

use migration_timescale::Dialect;
use std::collections::HashSet;

use entity::telemetry::{
    Sensor,
    sensor::{self, Column},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    TransactionSession, TransactionTrait, sea_query::OnConflict,
};

use super::{NewSensor, PLACE, SensorRepository};
use crate::{
    AdapterError,
    batch::{Added, batches},
    transaction,
    value::now,
};

impl<C: ConnectionTrait> SensorRepository<'_, C> {
    /// Registers a sensor, unless one of its `sensor_id` is there; gives the one that is registered now. Whether it measures
    /// what was meant is the caller's to compare, with [`NewSensor::kind`].
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a value the schema does not allow; failures of the database.
    pub async fn register(&self, new: &NewSensor) -> Result<Sensor, AdapterError> {
        new.validate()?;
        insert(self.db, vec![new.clone()]).await.map_err(PLACE.while_doing("registering a sensor"))?;
        // The latest state, not that of the transaction's snapshot: another program may have registered it since.
        let found = sensor::Entity::find().filter(Column::SensorId.eq(&new.sensor_id));
        let found = if self.db.get_database_backend() == DbBackend::MySql { found.lock_exclusive() } else { found };
        let found = found.one(self.db).await.map_err(PLACE.while_reading("looking a sensor up"))?;
        found.ok_or_else(|| PLACE.not_found(&new.sensor_id))
    }
}

impl<C: ConnectionTrait + TransactionTrait> SensorRepository<'_, C> {
    /// Registers those of the sensors that are not there, all or none: in a transaction of its own, or a savepoint of the
    /// caller's.
    ///
    /// On MySQL the numbers are those at the start: sensors that another program adds meanwhile count as new.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn register_many(&self, new: &[NewSensor]) -> Result<Added, AdapterError> {
        let failed = || PLACE.while_doing("registering sensors");
        for (row, sensor) in new.iter().enumerate() {
            sensor.validate().map_err(|error| error.in_row(row))?;
        }
        let size = |sensor: &NewSensor| 200 + sensor.sensor_id.len() + sensor.kind.len();
        let all = new.len() as u64;
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        let mut added = 0;
        for batch in batches(new.to_vec(), self.db.get_database_backend(), size) {
            // SeaORM binds each value, of which PostgreSQL takes 65,535.
            for part in batch.chunks(1_000) {
                added += insert(&transaction, part.to_vec()).await.map_err(failed())?;
            }
        }
        transaction.commit().await.map_err(failed())?;
        Ok(Added { new: added, already_there: all.saturating_sub(added) })
    }
}

/// The number of rows that were added.
async fn insert<C: ConnectionTrait>(db: &C, batch: Vec<NewSensor>) -> Result<u64, DbErr> {
    let backend = db.get_database_backend();
    // MySQL reports a row that was left alone as affected, so what is new has to be known before.
    let missing = match Dialect::of(backend) {
        Dialect::MySql => Some(count_missing(db, &batch).await?),
        Dialect::Postgres | Dialect::Sqlite => None,
    };
    let now = now();
    let rows = batch.into_iter().map(|sensor| sensor.into_row(now).into_active_model());
    let skip = OnConflict::column(Column::SensorId).do_nothing_on([Column::SensorId]).to_owned();
    let insert = sensor::Entity::insert_many(rows).on_conflict(skip);
    let affected = db.execute_raw(insert.build(backend)).await?.rows_affected();
    Ok(missing.unwrap_or(affected))
}

async fn count_missing<C: ConnectionTrait>(db: &C, batch: &[NewSensor]) -> Result<u64, DbErr> {
    let wanted: HashSet<&str> = batch.iter().map(|sensor| sensor.sensor_id.as_str()).collect();
    let found: Vec<String> = sensor::Entity::find()
        .select_only()
        .column(Column::SensorId)
        .filter(Column::SensorId.is_in(wanted.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok((wanted.len() as u64).saturating_sub(found.len() as u64))
}
