//! The features of a window, from its readings one after the other: any number takes the same memory.

use chrono::{DateTime, Utc};
use entity::telemetry::SensorReading;
use serde::{Deserialize, Serialize};

/// Name of the feature set that is computed here.
pub const FEATURE_SET: &str = "statistics";

/// Its version: what [`WindowFeatures`] has and how it is computed.
pub const FEATURE_SET_VERSION: i32 = 1;

/// What the good readings of a window have in common, in the unit of the sensor. None where there are too few readings, and
/// where a number would be beyond what a double can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowFeatures {
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Standard deviation of the sample (divided by the number less one); of two readings or more.
    pub standard_deviation: Option<f64>,
    /// Root of the mean of the squares: what vibrations are compared by.
    pub root_mean_square: Option<f64>,
    /// Smallest value.
    pub minimum: Option<f64>,
    /// Largest value.
    pub maximum: Option<f64>,
    /// The first value.
    pub first: Option<f64>,
    /// The last value.
    pub last: Option<f64>,
    /// Slope of the line of least squares; of two readings or more.
    pub slope_per_hour: Option<f64>,
    /// The longest time between two readings that follow each other; of two readings or more.
    pub longest_gap_seconds: Option<f64>,
}

/// Sums over the readings so far. Means and squares around them are carried on from reading to reading (B. P. Welford,
/// Technometrics 4, 1962): sums of squares would lose their digits.
#[derive(Debug, Default)]
pub(super) struct Running {
    count: u64,
    first: Option<(DateTime<Utc>, f64)>,
    last: Option<(DateTime<Utc>, f64)>,
    minimum: f64,
    maximum: f64,
    mean: f64,
    squares: f64,
    /// Hours since the first reading.
    mean_hours: f64,
    squares_of_hours: f64,
    products: f64,
    longest_gap: f64,
}

impl Running {
    /// The next reading in the order of time.
    pub(super) fn push(&mut self, reading: &SensorReading) {
        let (at, value) = (reading.timestamp.to_utc(), reading.value);
        let (begin, _) = *self.first.get_or_insert((at, value));
        if let Some((before, _)) = self.last.replace((at, value)) {
            self.longest_gap = self.longest_gap.max(seconds(before, at));
            self.minimum = self.minimum.min(value);
            self.maximum = self.maximum.max(value);
        } else {
            (self.minimum, self.maximum) = (value, value);
        }
        self.count += 1;
        let count = self.count();
        let hours = seconds(begin, at) / 3600.0;
        let (off, off_hours) = (value - self.mean, hours - self.mean_hours);
        self.mean += off / count;
        self.mean_hours += off_hours / count;
        self.squares += off * (value - self.mean);
        self.squares_of_hours += off_hours * (hours - self.mean_hours);
        self.products += off_hours * (value - self.mean);
    }

    /// Number of readings, and their features.
    pub(super) fn finish(&self) -> (u64, WindowFeatures) {
        let of = |least: u64, number: f64| {
            // Zero without a sign: not every backend's JSON has another.
            Some(number + 0.0).filter(|number| self.count >= least && number.is_finite())
        };
        let count = self.count();
        let features = WindowFeatures {
            mean: of(1, self.mean),
            standard_deviation: of(2, (self.squares / (count - 1.0)).sqrt()),
            root_mean_square: of(1, (self.mean * self.mean + self.squares / count).sqrt()),
            minimum: of(1, self.minimum),
            maximum: of(1, self.maximum),
            first: self.first.and_then(|(_, value)| of(1, value)),
            last: self.last.and_then(|(_, value)| of(1, value)),
            slope_per_hour: of(2, self.products / self.squares_of_hours),
            longest_gap_seconds: of(2, self.longest_gap),
        };
        (self.count, features)
    }

    #[allow(clippy::cast_precision_loss, reason = "numbers of readings are below 2^52")]
    fn count(&self) -> f64 {
        self.count as f64
    }
}

#[allow(clippy::cast_precision_loss, reason = "a window has fewer than 2^52 microseconds")]
fn seconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to.timestamp_micros() - from.timestamp_micros()) as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(readings: &[(i64, f64)]) -> (u64, WindowFeatures) {
        let mut running = Running::default();
        for (second, value) in readings {
            let timestamp = DateTime::from_timestamp(*second, 0).unwrap().fixed_offset();
            running.push(&SensorReading {
                id: 0,
                timestamp,
                sensor_id: "s".to_owned(),
                sensor_type: None,
                value: *value,
                unit: None,
                quality: None,
                sensor_metadata: None,
                created_at: timestamp,
            });
        }
        running.finish()
    }

    #[test]
    fn features_are_what_they_say() {
        let (count, found) = features(&[(0, 2.0), (3600, 4.0), (7200, 6.0), (14_400, 10.0)]);
        assert_eq!(count, 4);
        let expected = WindowFeatures {
            mean: Some(5.5),
            standard_deviation: Some((35.0_f64 / 3.0).sqrt()),
            root_mean_square: Some(39.0_f64.sqrt()),
            minimum: Some(2.0),
            maximum: Some(10.0),
            first: Some(2.0),
            last: Some(10.0),
            slope_per_hour: Some(2.0),
            longest_gap_seconds: Some(7200.0),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn too_few_readings_have_no_spread() {
        assert_eq!(features(&[]), (0, WindowFeatures::default()));
        let (_, one) = features(&[(5, -3.0)]);
        assert_eq!((one.mean, one.root_mean_square, one.first), (Some(-3.0), Some(3.0), Some(-3.0)));
        assert_eq!((one.standard_deviation, one.slope_per_hour, one.longest_gap_seconds), (None, None, None));
    }

    #[test]
    fn what_no_double_can_hold_is_none() {
        let (count, found) = features(&[(0, f64::MAX), (1, -f64::MAX)]);
        assert_eq!((count, found.standard_deviation, found.maximum), (2, None, Some(f64::MAX)));
    }

    #[test]
    fn digits_are_not_lost_far_from_zero() {
        let readings: Vec<(i64, f64)> =
            (0..1000).map(|second| (second, if second % 2 == 0 { 1e9 } else { 1e9 + 1.0 })).collect();
        let spread = features(&readings).1.standard_deviation.unwrap();
        assert!((spread - (250.0_f64 / 999.0).sqrt()).abs() < 1e-6, "{spread}");
    }
}
