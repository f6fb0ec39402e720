//! The newest readings of sensors.

use entity::telemetry::{
    SensorReading,
    sensor_reading::{self, Column},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QueryTrait, Statement};

use super::{PLACE, ReadingRepository, decode};
use crate::{
    AdapterError, moment,
    page::{check_limit, limited},
    readable,
};
use chrono::{DateTime, Utc};

/// The most that [`ReadingRepository::latest`] gives.
pub const MAX_LATEST: u32 = 100_000;

/// One look into the index for each sensor, whatever the number of readings.
const LAST_OF: &str = "SELECT r.* FROM UNNEST($1::text[]) AS s (sensor_id) CROSS JOIN LATERAL \
     (SELECT * FROM sensor_readings AS r WHERE r.sensor_id = s.sensor_id ORDER BY r.\"timestamp\" DESC LIMIT 1) AS r";

impl<C: ConnectionTrait> ReadingRepository<'_, C> {
    /// The reading of a sensor at a moment.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, sensor: &str, at: impl Into<DateTime<Utc>>) -> Result<SensorReading, AdapterError> {
        let at = at.into();
        let absent = || PLACE.not_found(&format!("{sensor} at {}", at.to_rfc3339()));
        self.find(sensor, at).await?.ok_or_else(absent)
    }

    /// The reading of a sensor at a moment, if there is one. Moments count to the microsecond.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(
        &self,
        sensor: &str,
        at: impl Into<DateTime<Utc>>,
    ) -> Result<Option<SensorReading>, AdapterError> {
        let Ok(at) = moment::storable(at.into()) else { return Ok(None) };
        sensor_reading::Entity::find()
            .filter(Column::Timestamp.eq(moment::bound(at)))
            .filter(Column::SensorId.eq(sensor))
            .one(self.db)
            .await
            .map_err(PLACE.while_reading("looking a reading up"))
    }

    /// The newest `count` readings of a sensor, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a count outside 1 to [`MAX_LATEST`]; failures of the database.
    pub async fn latest(&self, sensor: &str, count: u32) -> Result<Vec<SensorReading>, AdapterError> {
        check_limit(count, MAX_LATEST)?;
        let query = sensor_reading::Entity::find().filter(Column::SensorId.eq(sensor)).order_by_desc(Column::Timestamp);
        let statement = limited(query.build(self.db.get_database_backend()), count);
        self.read(statement).await
    }

    /// The last reading of each of the sensors that have one, in no order.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn last_of(&self, sensors: &[&str]) -> Result<Vec<SensorReading>, AdapterError> {
        let backend = self.db.get_database_backend();
        let mut found = Vec::new();
        // As many as SQLite and MySQL take in one statement; PostgreSQL gets them as one value.
        let at_once = if backend == DbBackend::Postgres { usize::MAX } else { 1_000 };
        for sensors in sensors.chunks(at_once) {
            found.extend(self.read(last_of(sensors, backend)).await?);
        }
        Ok(found)
    }

    async fn read(&self, statement: Statement) -> Result<Vec<SensorReading>, AdapterError> {
        readable::all(self.db, statement, PLACE, decode)
            .await
            .map_err(PLACE.while_reading("reading the newest readings"))
    }
}

fn last_of(sensors: &[&str], backend: DbBackend) -> Statement {
    let names = sensors.iter().map(|sensor| (*sensor).to_owned());
    if backend == DbBackend::Postgres {
        let names: Vec<String> = names.collect();
        return Statement::from_sql_and_values(backend, LAST_OF, [names.into()]);
    }
    // MariaDB has no LATERAL. SQLite and MariaDB take the largest time of a sensor from the index.
    let each = vec!["SELECT ? AS sensor_id"; sensors.len()].join(" UNION ALL ");
    let sql = format!(
        "SELECT r.* FROM ({each}) AS s JOIN sensor_readings AS r ON r.sensor_id = s.sensor_id AND r.timestamp = \
         (SELECT MAX(x.timestamp) FROM sensor_readings AS x WHERE x.sensor_id = s.sensor_id)"
    );
    Statement::from_sql_and_values(backend, sql, names.map(Into::into))
}
