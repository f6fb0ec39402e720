//! Writes readings, one or many.

use std::{
    collections::{BTreeSet, HashSet},
    mem::take,
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::telemetry::{
    SensorReading,
    sensor_reading::{self, ActiveModel, Column},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect, Statement,
    TransactionTrait,
};

use super::{NewReading, PLACE, ReadingRepository};
use crate::{
    AdapterError,
    batch::{self, Added, Bulk, Copied, OnExisting, arrays, checked_rows, json_size},
    error::Place,
    moment,
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
        row(checked(reading)?).insert(self.db).await.map_err(PLACE.while_doing("writing a reading"))
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> ReadingRepository<'_, C> {
    /// Writes all of the readings or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// The summaries look a few hours back for what came in late. After writing older readings, call
    /// [`refresh_summaries`](crate::telemetry::Operations::refresh_summaries) for their time.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn insert_many(&self, readings: &[NewReading]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, readings, checked).await
    }

    /// Writes those of the readings that are not there, all or none. A reading is there when its sensor has one of that
    /// moment, also among `readings`: the first is kept.
    ///
    /// Only what is new takes a number (`id`), of which there are 2,147,483,647.
    ///
    /// On MySQL the counts are those at the start: readings that another program adds meanwhile count as new.
    ///
    /// # Errors
    ///
    /// As [`insert`](Self::insert), but [`AdapterError::AlreadyExists`]; [`AdapterError::InvalidValue`] tells the row,
    /// counted from 0.
    pub async fn insert_missing(&self, readings: &[NewReading]) -> Result<Added, AdapterError> {
        let new = batch::write(self.db, checked_rows(readings, checked)?, OnExisting::Skip).await?;
        Ok(Added { new, already_there: (readings.len() as u64).saturating_sub(new) })
    }
}

/// The reading as it will be stored.
fn checked(reading: &NewReading) -> Result<NewReading, AdapterError> {
    Ok(NewReading { timestamp: reading.stored_at()?, ..reading.clone() })
}

impl Bulk for NewReading {
    type Row = ActiveModel;
    type Key = (DateTime<Utc>, String);

    const PLACE: Place = PLACE;
    const DOING: &'static str = "writing readings";
    const KEY: &[Column] = &[Column::Timestamp, Column::SensorId];
    const COPIED: Option<&'static Copied<Self>> = Some(&Copied { table: "sensor_readings", columns: COLUMNS });

    fn key(&self) -> Self::Key {
        (self.timestamp, self.sensor_id.clone())
    }

    fn size(&self) -> usize {
        150 + self.sensor_id.len() + json_size(self.metadata.as_ref())
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, existing: OnExisting) -> Statement {
        let skip = (existing == OnExisting::Skip).then(|| (missing(&batch), sensors(&batch)));
        let (mut sql, mut values) = arrays::insert("sensor_readings", COLUMNS, &mut batch);
        if let Some((missing, sensors)) = skip {
            sql.push_str(&missing);
            values.push(sensors.into());
        }
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }

    /// By each column, and compared by the caller: MariaDB plans `(timestamp, sensor_id) IN (…)` in a time that grows with
    /// the square of the list, half a second and more for a thousand.
    async fn found<C: ConnectionTrait>(db: &C, keys: &HashSet<Self::Key>) -> Result<Vec<Self::Key>, DbErr> {
        let moments: HashSet<_> = keys.iter().map(|(at, _)| moment::bound(*at)).collect();
        let sensors: HashSet<&str> = keys.iter().map(|(_, sensor)| sensor.as_str()).collect();
        sensor_reading::Entity::find()
            .select_only()
            .columns(Self::KEY.iter().copied())
            .filter(Column::Timestamp.is_in(moments))
            .filter(Column::SensorId.is_in(sensors))
            .into_tuple()
            .all(db)
            .await
    }

    /// What is there is looked for from the first to the last moment of all sensors of a statement. A reading that is days
    /// late gets one of its own, so that no more than about 100 days of a sensor are looked through.
    fn groups(mut rows: Vec<Self>) -> Vec<Vec<Self>> {
        rows.sort_by_key(|reading| reading.timestamp);
        let sensors: HashSet<&str> = rows.iter().map(|reading| reading.sensor_id.as_str()).collect();
        let longest =
            (TimeDelta::days(100) / i32::try_from(sensors.len()).unwrap_or(i32::MAX)).max(TimeDelta::hours(1));
        let mut groups: Vec<Vec<Self>> = Vec::new();
        for reading in rows {
            match groups.last_mut() {
                Some(group) if reading.timestamp - group[0].timestamp <= longest => group.push(reading),
                _ => groups.push(vec![reading]),
            }
        }
        groups
    }
}

// Its number and the time of writing are the database's.
arrays::columns!(NewReading => ActiveModel, one {
    timestamp: moment = one.timestamp;
    sensor_id: text = take(&mut one.sensor_id);
    sensor_type: optional_text = one.kind.take();
    value: number = one.value;
    unit: optional_text = one.unit.take();
    quality: optional_number = one.quality;
    sensor_metadata: optional_json = one.metadata.take();
});

/// The condition that a reading is not there: ON CONFLICT alone, which is for those that another program writes meanwhile,
/// would have counted up a number for each row, and `id` has only so many. It also costs more in the columnstore, where it
/// looks into batches row by row.
///
/// The bounds repeat what the rows say, for TimescaleDB: it finds chunks and batches by them. Those of the time are literals
/// because a plan without them, which PostgreSQL may make for a statement it has seen often, opens every chunk.
fn missing(batch: &[NewReading]) -> String {
    let bound = |at: Option<DateTime<Utc>>| at.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Micros, true);
    let moments = || batch.iter().map(|reading| reading.timestamp);
    let (first, last) = (bound(moments().min()), bound(moments().max()));
    let sensors = COLUMNS.len() + 1;
    format!(
        " WHERE NOT EXISTS (SELECT FROM sensor_readings AS there \
         WHERE there.\"timestamp\" = new.\"timestamp\" AND there.sensor_id = new.sensor_id \
         AND there.\"timestamp\" BETWEEN '{first}' AND '{last}' AND there.sensor_id = ANY(${sensors}::text[])) \
         ON CONFLICT (\"timestamp\", sensor_id) DO NOTHING"
    )
}

/// Each sensor once.
fn sensors(batch: &[NewReading]) -> Vec<String> {
    let each: BTreeSet<&String> = batch.iter().map(|reading| &reading.sensor_id).collect();
    each.into_iter().cloned().collect()
}
