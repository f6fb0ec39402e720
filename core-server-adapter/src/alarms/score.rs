//! How sure an anomaly model is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PLACE;
use crate::AdapterError;

/// A model's score in [0, 1]: 0 is normal, 1 is certainly an anomaly. Never NaN.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct AnomalyScore(f64);

impl AnomalyScore {
    /// Checks the range.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for the column `anomaly_score` outside [0, 1], NaN and the infinities included.
    pub fn new(score: f64) -> Result<Self, AdapterError> {
        if (0.0..=1.0).contains(&score) {
            Ok(Self(score))
        } else {
            Err(PLACE.invalid("anomaly_score", format!("is {score}; allowed is 0 to 1")))
        }
    }

    /// The score in [0, 1].
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for AnomalyScore {
    type Error = AdapterError;

    fn try_from(score: f64) -> Result<Self, AdapterError> {
        Self::new(score)
    }
}

impl From<AnomalyScore> for f64 {
    fn from(score: AnomalyScore) -> Self {
        score.0
    }
}

impl fmt::Display for AnomalyScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_in_the_unit_interval() {
        for good in [0.0, -0.0, f64::MIN_POSITIVE, 0.5, 1.0] {
            assert!((AnomalyScore::new(good).unwrap().get() - good).abs() < f64::EPSILON);
        }
        for bad in [-f64::MIN_POSITIVE, 1.0 + f64::EPSILON, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = AnomalyScore::new(bad).unwrap_err().to_string();
            assert_eq!(error, format!("alarms: alarms.anomaly_score is {bad}; allowed is 0 to 1"));
        }
        assert!(serde_json::from_str::<AnomalyScore>("1.5").is_err());
    }
}
