//! Performance metrics: how a machine did over a while.

use chrono::{DateTime, Utc};
pub use entity::analytics::PerformanceMetric;
use entity::analytics::performance_metric::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait, TransactionTrait,
    prelude::Decimal,
};

use super::{SHORT, VERSION, rows::insert_all, share};
use crate::{
    AdapterError, Period,
    condition::within,
    error::Place,
    page::{check_limit, limited},
    repository::repository,
    rows::insert_numbered,
    value::{decimal, moment, name, now, optional_name},
};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "performance_metrics" };
/// Digits of a measure, and how many of them are after the point.
const MEASURE: (u32, u32) = (5, 2);
/// Rows of a trend at most.
pub const MAX_TREND: u32 = 10_000;

repository! {
    /// The performance metrics of a database, over a pool or within a transaction.
    MetricRepository
}

/// Metrics of a machine that are to be recorded. Measures have up to 3 digits before the point and 2 after it.
///
/// ```
/// use chrono::Utc;
/// use core_server_adapter::analytics::NewMetric;
///
/// let metric = NewMetric::new("press-2", Utc::now())
///     .average_temperature("81.25".parse()?)
///     .uptime_percentage("99.5".parse()?)
///     .anomaly_count(3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NewMetric {
    machine_id: String,
    calculation_time: DateTime<Utc>,
    average_load: Option<Decimal>,
    average_temperature: Option<Decimal>,
    average_vibration: Option<Decimal>,
    uptime_percentage: Option<Decimal>,
    efficiency_rating: Option<Decimal>,
    anomaly_count: Option<u32>,
    ml_model_version: Option<String>,
}

impl NewMetric {
    /// Nothing yet about a machine, named in up to 50 characters, at a moment.
    pub fn new(machine: impl Into<String>, at: impl Into<DateTime<Utc>>) -> Self {
        Self {
            machine_id: machine.into(),
            calculation_time: at.into(),
            average_load: None,
            average_temperature: None,
            average_vibration: None,
            uptime_percentage: None,
            efficiency_rating: None,
            anomaly_count: None,
            ml_model_version: None,
        }
    }

    /// The load, on average.
    #[must_use]
    pub fn average_load(mut self, load: Decimal) -> Self {
        self.average_load = Some(load);
        self
    }

    /// The temperature in °C, on average.
    #[must_use]
    pub fn average_temperature(mut self, temperature: Decimal) -> Self {
        self.average_temperature = Some(temperature);
        self
    }

    /// The vibration, on average.
    #[must_use]
    pub fn average_vibration(mut self, vibration: Decimal) -> Self {
        self.average_vibration = Some(vibration);
        self
    }

    /// How much of the time it ran, from 0 to 100.
    #[must_use]
    pub fn uptime_percentage(mut self, percentage: Decimal) -> Self {
        self.uptime_percentage = Some(percentage);
        self
    }

    /// How well it did.
    #[must_use]
    pub fn efficiency_rating(mut self, rating: Decimal) -> Self {
        self.efficiency_rating = Some(rating);
        self
    }

    /// How many anomalies there were; up to 2,147,483,647.
    #[must_use]
    pub fn anomaly_count(mut self, count: u32) -> Self {
        self.anomaly_count = Some(count);
        self
    }

    /// Version of the model that had a say in it: up to 20 characters.
    #[must_use]
    pub fn ml_model_version(mut self, version: impl Into<String>) -> Self {
        self.ml_model_version = Some(version.into());
        self
    }

    /// Checks the metrics as [`MetricRepository::record`] will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.row().map(drop)
    }

    fn row(&self) -> Result<ActiveModel, AdapterError> {
        name(PLACE, "machine_id", &self.machine_id, SHORT)?;
        for (column, measure) in [
            ("average_load", self.average_load),
            ("average_temperature", self.average_temperature),
            ("average_vibration", self.average_vibration),
            ("efficiency_rating", self.efficiency_rating),
        ] {
            decimal(PLACE, column, measure, MEASURE)?;
        }
        share(PLACE, "uptime_percentage", self.uptime_percentage, MEASURE)?;
        let count = self.anomaly_count.map(i32::try_from).transpose();
        let count = count.map_err(|_| PLACE.invalid("anomaly_count", format!("is more than {}", i32::MAX)))?;
        optional_name(PLACE, "ml_model_version", self.ml_model_version.as_deref(), VERSION)?;
        Ok(ActiveModel {
            id: NotSet,
            machine_id: Set(self.machine_id.clone()),
            calculation_time: Set(moment(PLACE, "calculation_time", self.calculation_time)?.fixed_offset()),
            average_load: Set(self.average_load),
            average_temperature: Set(self.average_temperature),
            average_vibration: Set(self.average_vibration),
            uptime_percentage: Set(self.uptime_percentage),
            efficiency_rating: Set(self.efficiency_rating),
            anomaly_count: Set(count),
            ml_model_version: Set(self.ml_model_version.clone()),
            created_at: Set(now().fixed_offset()),
        })
    }
}

impl<C: ConnectionTrait> MetricRepository<'_, C> {
    /// Records the metrics of a machine; gives them as they are stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - failures of the database.
    pub async fn record(&self, metric: &NewMetric) -> Result<PerformanceMetric, AdapterError> {
        let recorded = insert_numbered(self.db, metric.row()?, Column::Id).await;
        recorded.map_err(PLACE.while_doing("recording performance metrics"))
    }

    /// The metrics of a machine in a period, oldest first: the last `limit` of them.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`MAX_TREND`]; failures of the database.
    pub async fn trend(
        &self,
        machine: &str,
        period: Period,
        limit: u32,
    ) -> Result<Vec<PerformanceMetric>, AdapterError> {
        check_limit(limit, MAX_TREND)?;
        let query = Entity::find()
            .filter(Column::MachineId.eq(machine))
            .filter(within(Column::CalculationTime, period))
            .order_by_desc(Column::CalculationTime)
            .order_by_desc(Column::Id);
        let statement = limited(query.build(self.db.get_database_backend()), limit);
        let newest_first = Entity::find().from_raw_sql(statement).all(self.db).await;
        let mut trend = newest_first.map_err(PLACE.while_doing("reading a trend"))?;
        trend.reverse();
        Ok(trend)
    }

    /// The last metrics of a machine, if there are any.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn latest(&self, machine: &str) -> Result<Option<PerformanceMetric>, AdapterError> {
        Ok(self.trend(machine, Period::ALL, 1).await?.pop())
    }
}

impl<C: ConnectionTrait + TransactionTrait> MetricRepository<'_, C> {
    /// Records all of the metrics or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn record_many(&self, metrics: &[NewMetric]) -> Result<u64, AdapterError> {
        let row = |(number, metric): (usize, &NewMetric)| {
            metric.row().map(|row| (200, row)).map_err(|error| error.in_row(number))
        };
        let rows = metrics.iter().enumerate().map(row).collect::<Result<_, _>>()?;
        insert_all(self.db, rows, PLACE, "recording performance metrics").await?;
        Ok(metrics.len() as u64)
    }
}
