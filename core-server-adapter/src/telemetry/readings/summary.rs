//! Hours, days and weeks of sensors, from the aggregates: 24 rows are read for a day of a sensor, instead of its readings.
//!
//! With the full licence of TimescaleDB they are continuous aggregates, elsewhere a table and a view of the same name; what
//! is not stored yet is computed when it is asked for. What was stored and changed later (an import of old readings) shows
//! after a [refresh](crate::telemetry::Operations::refresh_summaries).

use chrono::{DateTime, Utc};
use futures_util::{Stream, TryStreamExt};
use migration_timescale::{ContinuousAggregate, Interval, Number};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, StreamTrait, sea_query::Value};
use serde::{Deserialize, Serialize};

use super::ReadingRepository;
use crate::{AdapterError, Period, error::Place, moment};

/// For errors.
const PLACE: Place = Place { area: crate::telemetry::AREA, table: "sensor_readings_summary" };

/// How long the buckets of a summary are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Summary {
    /// Hours.
    Hourly,
    /// Days in UTC.
    Daily,
    /// Weeks from Monday, in UTC.
    Weekly,
}

impl Summary {
    /// All, each made of the one before it.
    pub const ALL: [Self; 3] = [Self::Hourly, Self::Daily, Self::Weekly];

    /// Length of a bucket.
    pub const fn width(self) -> Interval {
        match self {
            Self::Hourly => Interval::hours(1),
            Self::Daily => Interval::days(1),
            Self::Weekly => Interval::weeks(1),
        }
    }

    /// The view that readers ask.
    pub const fn view(self) -> &'static str {
        match self {
            Self::Hourly => "sensor_readings_summary_hourly",
            Self::Daily => "sensor_readings_summary_daily",
            Self::Weekly => "sensor_readings_summary_weekly",
        }
    }

    /// The aggregate as the newest revision defines it, for refreshing.
    pub(crate) fn aggregate(self) -> ContinuousAggregate {
        let below = match self {
            Self::Hourly => {
                return ContinuousAggregate::on("sensor_readings", self.view())
                    .bucket("bucket", "timestamp", self.width())
                    .group_by("sensor_id")
                    .aggregate("avg_value", "avg(value)")
                    .aggregate("max_value", "max(value)")
                    .aggregate("min_value", "min(value)")
                    .aggregate("reading_count", "count(*)");
            }
            Self::Daily => Self::Hourly,
            Self::Weekly => Self::Daily,
        };
        ContinuousAggregate::stacked_on(&below.aggregate(), self.view(), self.width())
            .group_by("sensor_id")
            .aggregate_as("avg_value", Number::Double, "sum(avg_value * reading_count) / sum(reading_count)")
            .aggregate("max_value", "max(max_value)")
            .aggregate("min_value", "min(min_value)")
            .aggregate_as("reading_count", Number::BigInt, "sum(reading_count)")
    }
}

/// What a sensor measured in an hour, a day or a week, in its unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, FromQueryResult)]
pub struct ReadingSummary {
    /// Begin of the bucket.
    pub bucket: DateTime<Utc>,
    /// The sensor.
    pub sensor_id: String,
    /// Arithmetic mean.
    #[sea_orm(from_alias = "avg_value")]
    pub average: f64,
    /// Smallest value.
    #[sea_orm(from_alias = "min_value")]
    pub minimum: f64,
    /// Largest value.
    #[sea_orm(from_alias = "max_value")]
    pub maximum: f64,
    /// Number of readings.
    #[sea_orm(from_alias = "reading_count")]
    pub count: i64,
}

impl<C: ConnectionTrait> ReadingRepository<'_, C> {
    /// The buckets of one or all sensors that begin in `period`, oldest first, and by sensor among those of one time. For
    /// more than fits into memory there is [`stream_summary`](Self::stream_summary).
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn summary(
        &self,
        summary: Summary,
        sensor: Option<&str>,
        period: Period,
    ) -> Result<Vec<ReadingSummary>, AdapterError> {
        let statement = statement(summary, sensor, period, self.db.get_database_backend());
        ReadingSummary::find_by_statement(statement)
            .all(self.db)
            .await
            .map_err(PLACE.while_reading("reading a summary"))
    }
}

impl<'db, C: ConnectionTrait + StreamTrait> ReadingRepository<'db, C> {
    /// [`summary`](Self::summary), row by row: any number takes the same memory. The stream holds one session until it ends
    /// or is dropped.
    ///
    /// # Errors
    ///
    /// Failures of the database, here or in the stream.
    pub async fn stream_summary(
        &self,
        summary: Summary,
        sensor: Option<&str>,
        period: Period,
    ) -> Result<impl Stream<Item = Result<ReadingSummary, AdapterError>> + Send + use<'db, C>, AdapterError> {
        let statement = statement(summary, sensor, period, ConnectionTrait::get_database_backend(self.db));
        let rows = ReadingSummary::find_by_statement(statement)
            .stream(self.db)
            .await
            .map_err(PLACE.while_reading("reading a summary"))?;
        Ok(rows.map_err(|error| PLACE.while_reading("reading a summary")(error)))
    }
}

fn statement(summary: Summary, sensor: Option<&str>, period: Period, backend: DbBackend) -> Statement {
    let mut values: Vec<Value> = Vec::new();
    let mut conditions = vec!["1 = 1".to_owned()];
    let mut bound = |condition: &str, value: Value| {
        values.push(value);
        let place = if backend == DbBackend::Postgres { format!("${}", values.len()) } else { "?".to_owned() };
        conditions.push(format!("{condition} {place}"));
    };
    if let Some(sensor) = sensor {
        bound("sensor_id =", sensor.into());
    }
    // Within the years that every backend can compare with.
    let storable = |at: DateTime<Utc>| moment::bound(moment::rounded_up(at).clamp(DateTime::UNIX_EPOCH, moment::LAST));
    if let Some(from) = period.from {
        bound("bucket >=", storable(from).into());
    }
    if let Some(to) = period.to {
        bound("bucket <", storable(to).into());
    }
    let sql = format!(
        "SELECT bucket, sensor_id, avg_value, min_value, max_value, reading_count FROM {} WHERE {} \
         ORDER BY bucket, sensor_id",
        summary.view(),
        conditions.join(" AND ")
    );
    Statement::from_sql_and_values(backend, sql, values)
}
