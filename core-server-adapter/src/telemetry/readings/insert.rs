//! Writes readings, one or many.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::telemetry::{
    SensorReading,
    sensor_reading::{self, ActiveModel, Column},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Statement,
    TransactionSession, TransactionTrait,
    sea_query::{OnConflict, Value},
};

use super::{NewReading, PLACE, ReadingRepository};
use crate::{
    AdapterError,
    batch::{OnExisting, batches, json_size},
    telemetry::Added,
};

impl<C: ConnectionTrait> ReadingRepository<'_, C> {
    /// Writes one reading; gives it as it is stored: its time to the microsecond, in UTC.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when the sensor has a reading of that moment;
    /// - failures of the database.
    pub async fn insert(&self, reading: &NewReading) -> Result<SensorReading, AdapterError> {
        let at = reading.stored_at()?;
        row(reading.clone(), at).insert(self.db).await.map_err(PLACE.while_doing("writing a reading"))
    }
}

impl<C: ConnectionTrait + TransactionTrait> ReadingRepository<'_, C> {
    /// Writes all of the readings or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// The summaries look a few hours back for what came in late. After writing older readings, call
    /// [`refresh_summaries`](crate::telemetry::Operations::refresh_summaries) for their time.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn insert_many(&self, readings: &[NewReading]) -> Result<u64, AdapterError> {
        self.write(readings, OnExisting::Fail).await
    }

    /// Writes those of the readings that are not there, all or none. A reading is there when its sensor has one of that
    /// moment, also among `readings`: the first is kept.
    ///
    /// On MySQL the numbers are those at the start: readings that another program adds meanwhile count as new.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert), but [`AdapterError::AlreadyExists`]; [`AdapterError::InvalidValue`] tells the row,
    /// counted from 0.
    pub async fn insert_missing(&self, readings: &[NewReading]) -> Result<Added, AdapterError> {
        let new = self.write(readings, OnExisting::Skip).await?;
        Ok(Added { new, already_there: (readings.len() as u64).saturating_sub(new) })
    }

    async fn write(&self, readings: &[NewReading], existing: OnExisting) -> Result<u64, AdapterError> {
        let failed = || PLACE.while_doing("writing readings");
        let checked = |(row, reading): (usize, &NewReading)| {
            let timestamp = reading.stored_at().map_err(|error| error.in_row(row))?;
            Ok(NewReading { timestamp, ..reading.clone() })
        };
        let readings = readings.iter().enumerate().map(checked).collect::<Result<Vec<_>, AdapterError>>()?;
        let size = |reading: &NewReading| 150 + reading.sensor_id.len() + json_size(reading.metadata.as_ref());
        let batches = batches(readings, self.db.get_database_backend(), size);
        if batches.is_empty() {
            return Ok(0);
        }
        // Also for one statement: when it fails within a transaction of the caller's, PostgreSQL would let nothing follow it.
        let transaction = self.db.begin().await.map_err(failed())?;
        let mut new = 0;
        for batch in batches {
            // Dropping the transaction on an error rolls it back.
            new += insert_batch(&transaction, batch, existing).await.map_err(failed())?;
        }
        transaction.commit().await.map_err(failed())?;
        Ok(new)
    }
}

/// The number of rows that were added.
async fn insert_batch<C: ConnectionTrait>(db: &C, batch: Vec<NewReading>, existing: OnExisting) -> Result<u64, DbErr> {
    let backend = db.get_database_backend();
    if backend == DbBackend::Postgres {
        return Ok(db.execute_raw(unnest(batch, existing)).await?.rows_affected());
    }
    // MySQL reports a row that was left alone as affected, so what is new has to be known before.
    let new = match (backend, existing) {
        (DbBackend::MySql, OnExisting::Skip) => Some(count_missing(db, &batch).await?),
        _ => None,
    };
    let rows = batch.into_iter().map(|reading| {
        let at = reading.timestamp;
        row(reading, at)
    });
    let mut insert = sensor_reading::Entity::insert_many(rows);
    if existing == OnExisting::Skip {
        let key = [Column::Timestamp, Column::SensorId];
        insert = insert.on_conflict(OnConflict::columns(key).do_nothing_on(key).to_owned());
    }
    let affected = db.execute_raw(insert.build(backend)).await?.rows_affected();
    Ok(new.unwrap_or(affected))
}

/// How many of the readings are not there yet, those that come twice counted once.
async fn count_missing<C: ConnectionTrait>(db: &C, batch: &[NewReading]) -> Result<u64, DbErr> {
    let keys: HashSet<(DateTime<Utc>, &str)> =
        batch.iter().map(|reading| (reading.timestamp, reading.sensor_id.as_str())).collect();
    let moments: HashSet<DateTime<Utc>> = keys.iter().map(|(at, _)| *at).collect();
    let sensors: HashSet<&str> = keys.iter().map(|(_, sensor)| *sensor).collect();
    // By each column, and compared here: MariaDB plans `(timestamp, sensor_id) IN (…)` in a time that grows with the square
    // of the list, half a second and more for a thousand.
    let found: Vec<(DateTime<Utc>, String)> = sensor_reading::Entity::find()
        .select_only()
        .columns([Column::Timestamp, Column::SensorId])
        .filter(Column::Timestamp.is_in(moments))
        .filter(Column::SensorId.is_in(sensors))
        .into_tuple()
        .all(db)
        .await?;
    let there = found.iter().filter(|(at, sensor)| keys.contains(&(*at, sensor.as_str()))).count() as u64;
    Ok((keys.len() as u64).saturating_sub(there))
}

/// A row as SeaORM inserts it. Its number and the time of writing are the database's.
fn row(reading: NewReading, at: DateTime<Utc>) -> ActiveModel {
    ActiveModel {
        timestamp: Set(at.into()),
        sensor_id: Set(reading.sensor_id),
        sensor_type: Set(reading.kind),
        value: Set(reading.value),
        unit: Set(reading.unit),
        quality: Set(reading.quality),
        sensor_metadata: Set(reading.metadata),
        created_at: NotSet,
        id: NotSet,
    }
}

/// The rows as one array per column: a statement that stays the same and comes close to the speed of COPY.
///
/// SeaORM's arrays hold no NULL. NaN and the empty text, which no reading can have there, stand for it.
fn unnest(batch: Vec<NewReading>, existing: OnExisting) -> Statement {
    const SQL: &str = "INSERT INTO sensor_readings (\"timestamp\", sensor_id, sensor_type, value, unit, quality, sensor_metadata) \
         SELECT \"timestamp\", sensor_id, NULLIF(sensor_type, ''), value, NULLIF(unit, ''), NULLIF(quality, 'NaN'), \
         NULLIF(sensor_metadata, '')::jsonb \
         FROM UNNEST($1::timestamptz[], $2::text[], $3::text[], $4::float8[], $5::text[], $6::float8[], $7::text[]) \
         AS new (\"timestamp\", sensor_id, sensor_type, value, unit, quality, sensor_metadata)";
    let mut columns = Columns::default();
    for reading in batch {
        columns.timestamp.push(reading.timestamp);
        columns.sensor_id.push(reading.sensor_id);
        columns.sensor_type.push(reading.kind.unwrap_or_default());
        columns.value.push(reading.value);
        columns.unit.push(reading.unit.unwrap_or_default());
        columns.quality.push(reading.quality.unwrap_or(f64::NAN));
        columns.metadata.push(reading.metadata.as_ref().map(ToString::to_string).unwrap_or_default());
    }
    let values: [Value; 7] = [
        columns.timestamp.into(),
        columns.sensor_id.into(),
        columns.sensor_type.into(),
        columns.value.into(),
        columns.unit.into(),
        columns.quality.into(),
        columns.metadata.into(),
    ];
    let sql = match existing {
        OnExisting::Fail => SQL.to_owned(),
        OnExisting::Skip => format!("{SQL} ON CONFLICT (\"timestamp\", sensor_id) DO NOTHING"),
    };
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

#[derive(Default)]
struct Columns {
    timestamp: Vec<DateTime<Utc>>,
    sensor_id: Vec<String>,
    sensor_type: Vec<String>,
    value: Vec<f64>,
    unit: Vec<String>,
    quality: Vec<f64>,
    metadata: Vec<String>,
}
