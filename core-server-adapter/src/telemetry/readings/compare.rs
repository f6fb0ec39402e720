//! Two windows of a sensor side by side: has it drifted?

use entity::telemetry::sensor_reading;
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, Query, SelectStatement, UnionType},
};
use serde::{Deserialize, Serialize};

use super::{PLACE, ReadingFilter, ReadingRepository};
use crate::{AdapterError, Period};

/// What a sensor measured in a period, in its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowStatistics {
    /// Number of readings.
    pub count: u64,
    /// Arithmetic mean; none without readings.
    pub mean: Option<f64>,
    /// Standard deviation of the sample (divided by the number less one); none with fewer than two readings.
    pub standard_deviation: Option<f64>,
    /// Smallest value; none without readings.
    pub minimum: Option<f64>,
    /// Largest value; none without readings.
    pub maximum: Option<f64>,
}

/// Two windows of a sensor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What it is compared with.
    pub reference: WindowStatistics,
    /// What is compared.
    pub current: WindowStatistics,
}

impl Comparison {
    /// By how many standard deviations the mean has moved: Cohen's d with the pooled standard deviation (J. Cohen,
    /// Statistical Power Analysis for the Behavioral Sciences, 1988, section 2.2). Positive when values have risen. None
    /// with fewer than two readings in either window, and when neither varies.
    #[allow(clippy::cast_precision_loss, reason = "numbers of readings are below 2^52")]
    pub fn effect_size(&self) -> Option<f64> {
        let Self { reference, current } = self;
        let degrees = |window: &WindowStatistics| window.count.saturating_sub(1) as f64;
        let squares =
            |window: &WindowStatistics| window.standard_deviation.map(|deviation| deviation.powi(2) * degrees(window));
        let pooled = (squares(reference)? + squares(current)?) / (degrees(reference) + degrees(current));
        Some((current.mean? - reference.mean?) / pooled.sqrt()).filter(|size| size.is_finite())
    }
}

#[derive(FromQueryResult)]
struct Row {
    part: String,
    count: i64,
    mean: Option<f64>,
    variance: Option<f64>,
    minimum: Option<f64>,
    maximum: Option<f64>,
}

impl<C: ConnectionTrait> ReadingRepository<'_, C> {
    /// Compares a window of a sensor with an earlier one, in one statement: both are seen at the same moment. The values
    /// themselves come from [`stream`](Self::stream).
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn compare(&self, sensor: &str, reference: Period, current: Period) -> Result<Comparison, AdapterError> {
        let backend = self.db.get_database_backend();
        let mut query = statistics("reference", sensor, reference, backend)?;
        query.union(UnionType::All, statistics("current", sensor, current, backend)?);
        let rows = Row::find_by_statement(backend.build(&query))
            .all(self.db)
            .await
            .map_err(PLACE.while_reading("comparing windows"))?;
        let of = |part: &str| rows.iter().find(|row| row.part == part).map(Row::statistics).unwrap_or_default();
        Ok(Comparison { reference: of("reference"), current: of("current") })
    }
}

impl Row {
    fn statistics(&self) -> WindowStatistics {
        WindowStatistics {
            count: u64::try_from(self.count).unwrap_or_default(),
            mean: self.mean,
            // Rounding may leave a little less than nothing.
            standard_deviation: self.variance.map(|variance| variance.max(0.0).sqrt()),
            minimum: self.minimum,
            maximum: self.maximum,
        }
    }
}

fn statistics(
    part: &'static str,
    sensor: &str,
    period: Period,
    backend: DbBackend,
) -> Result<SelectStatement, AdapterError> {
    let condition = ReadingFilter::new().sensor(sensor).period(period).condition()?;
    let values = sensor_reading::Entity::find().select_only().filter(condition.clone());
    let variance = if backend == DbBackend::Sqlite {
        // It has no variance. In two passes, because the difference of the sums of squares loses its digits.
        let mut mean = values.clone().expr(Expr::cust("AVG(value)"));
        let mean = QueryTrait::query(&mut mean).take();
        let centred = Expr::cust_with_exprs("value - ?", [Expr::SubQuery(None, Box::new(mean.into()))]);
        let mut all = Query::select();
        all.expr_as(centred, "centred").from(sensor_reading::Entity).cond_where(condition);
        let mut squares = Query::select();
        squares.expr(Expr::cust("SUM(centred * centred) / (COUNT(*) - 1)")).from_subquery(all, "centred_values");
        Expr::SubQuery(None, Box::new(squares.into()))
    } else {
        Expr::cust("VAR_SAMP(value)")
    };
    let mut query = values
        .expr_as(Expr::cust(format!("'{part}'")), "part")
        .expr_as(Expr::cust("COUNT(*)"), "count")
        .expr_as(Expr::cust("AVG(value)"), "mean")
        .expr_as(variance, "variance")
        .expr_as(Expr::cust("MIN(value)"), "minimum")
        .expr_as(Expr::cust("MAX(value)"), "maximum");
    Ok(QueryTrait::query(&mut query).take())
}
