//! Performance metrics: how a machine did over a while.

use std::mem::take;

use chrono::{DateTime, Utc};
#[doc(inline)]
pub use entity::analytics::PerformanceMetric;
use entity::analytics::performance_metric::{ActiveModel, Column, Entity};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QueryTrait, Statement,
    TransactionTrait, prelude::Decimal,
};

use super::{SHORT, VERSION, share};
use crate::{
    AdapterError, Period,
    batch::{self, Bulk, OnExisting, arrays},
    condition::within,
    error::Place,
    page::{check_limit, limited},
    readable,
    repository::repository,
    rows::insert_numbered,
    value::{decimal, moment, name, optional_name},
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
        self.checked().map(drop)
    }

    /// As it will be stored.
    fn checked(&self) -> Result<Self, AdapterError> {
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
        if let Some(count) = self.anomaly_count.filter(|count| i32::try_from(*count).is_err()) {
            return Err(PLACE.invalid("anomaly_count", format!("is {count}; allowed is up to {}", i32::MAX)));
        }
        optional_name(PLACE, "ml_model_version", self.ml_model_version.as_deref(), VERSION)?;
        let calculation_time = moment(PLACE, "calculation_time", self.calculation_time)?;
        Ok(Self { calculation_time, ..self.clone() })
    }
}

impl Bulk for NewMetric {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "recording performance metrics";

    fn key(&self) {}

    fn size(&self) -> usize {
        200
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("performance_metrics", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

// Its number and the time of writing are the database's.
arrays::columns!(NewMetric => ActiveModel, one {
    machine_id: text = take(&mut one.machine_id);
    calculation_time: moment = one.calculation_time;
    average_load: optional_decimal = one.average_load;
    average_temperature: optional_decimal = one.average_temperature;
    average_vibration: optional_decimal = one.average_vibration;
    uptime_percentage: optional_decimal = one.uptime_percentage;
    efficiency_rating: optional_decimal = one.efficiency_rating;
    anomaly_count: optional_count = one.anomaly_count.and_then(|count| i32::try_from(count).ok());
    ml_model_version: optional_text = one.ml_model_version.take();
});

impl<C: ConnectionTrait> MetricRepository<'_, C> {
    /// Records the metrics of a machine; gives them as they are stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - failures of the database.
    pub async fn record(&self, metric: &NewMetric) -> Result<PerformanceMetric, AdapterError> {
        let recorded = insert_numbered(self.db, row(metric.checked()?), Column::Id).await;
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
        let newest_first = readable::all(self.db, statement, PLACE, readable::by_name).await;
        let mut trend: Vec<PerformanceMetric> = newest_first.map_err(PLACE.while_reading("reading a trend"))?;
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

impl<C: ConnectionTrait + TransactionTrait + 'static> MetricRepository<'_, C> {
    /// Records all of the metrics or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn record_many(&self, metrics: &[NewMetric]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, metrics, NewMetric::checked).await
    }
}
