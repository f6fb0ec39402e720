//! Which readings.

use entity::telemetry::sensor_reading::Column;
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use serde::{Deserialize, Serialize};

use crate::{
    AdapterError, Period,
    condition::{is_text, within},
    filter::narrowing,
};

/// Which readings; what is not given does not narrow.
///
/// ```
/// use core_server_adapter::{
///     Period,
///     telemetry::{Band, ReadingFilter},
/// };
///
/// let outliers = ReadingFilter::new().sensor("bearing-7").band(Band::Outside { low: 10.0, high: 90.0 });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadingFilter {
    /// The sensor's id, exactly.
    pub sensor: Option<String>,
    /// What the sensor measures, exactly.
    #[serde(rename = "sensor_type")]
    pub kind: Option<String>,
    /// When it was measured.
    pub period: Period,
    /// What was measured.
    pub band: Option<Band>,
    /// Only of good quality: 0.8 or more.
    pub good: bool,
}

/// As the partial index of good readings has it: a bound number would not prove that it covers the query.
const GOOD: &str = "quality >= 0.8";

/// A range of values, in the unit of the sensor; finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Band {
    /// From `low` to `high`, both included.
    Inside {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// Below `low` or above `high`.
    Outside {
        /// Lowest value that does not count.
        low: f64,
        /// Highest value that does not count.
        high: f64,
    },
}

impl ReadingFilter {
    /// All readings.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Result<Condition, AdapterError> {
        let band = self.band.map(Band::condition).transpose()?;
        Ok(within(Column::Timestamp, self.period)
            .add_option(is_text(Column::SensorId, self.sensor.as_deref()))
            .add_option(is_text(Column::SensorType, self.kind.as_deref()))
            .add_option(band)
            .add_option(self.good.then(|| Expr::cust(GOOD))))
    }
}

narrowing!(ReadingFilter {
    /// Only of this sensor; upper and lower case differ on every backend.
    text sensor(sensor_id);
    /// Only of sensors that measure this.
    text kind(sensor_type);
    /// Only measured in this period.
    period period;
    /// Only values in this range, or outside of it.
    value band: Band;
    /// Only readings of good quality: 0.8 or more. Those without a quality are left out.
    flag good;
});

impl Band {
    fn condition(self) -> Result<Condition, AdapterError> {
        let (Self::Inside { low, high } | Self::Outside { low, high }) = self;
        // Not every backend can compare with NaN or the infinities.
        if !low.is_finite() || !high.is_finite() || low > high {
            let reason = format!("goes from {low} to {high}; give finite numbers, the lower one first");
            return Err(AdapterError::InvalidPage { parameter: "band", reason });
        }
        Ok(match self {
            Self::Inside { .. } => Condition::all().add(Column::Value.gte(low)).add(Column::Value.lte(high)),
            Self::Outside { .. } => Condition::any().add(Column::Value.lt(low)).add(Column::Value.gt(high)),
        })
    }
}
