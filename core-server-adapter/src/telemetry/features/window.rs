//! The window that a model is trained on.

use chrono::{DateTime, TimeDelta, Utc};

use super::PLACE;
use crate::{
    AdapterError, moment,
    text::NAME_CHARACTERS,
    value::{self, name},
};

/// Days that a window has at most.
pub const MAX_WINDOW_DAYS: i64 = 366;

/// A sensor and a time that is over.
///
/// ```
/// use chrono::{TimeDelta, Utc};
/// use core_server_adapter::telemetry::TrainingWindow;
///
/// let yesterday = Utc::now() - TimeDelta::days(1);
/// let window = TrainingWindow::new("bearing-7", yesterday - TimeDelta::days(30), yesterday);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingWindow {
    pub(super) sensor_id: String,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

impl TrainingWindow {
    /// From `from` (included) to `to` (excluded). The sensor need not be registered.
    pub fn new(sensor: impl Into<String>, from: impl Into<DateTime<Utc>>, to: impl Into<DateTime<Utc>>) -> Self {
        Self { sensor_id: sensor.into(), from: from.into(), to: to.into() }
    }

    /// Checks the window as [`FeatureSnapshotRepository::take`](super::FeatureSnapshotRepository::take) will.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] with the column and what is allowed.
    pub fn validate(&self) -> Result<(), AdapterError> {
        self.checked().map(drop)
    }

    /// The window as it will be stored: to the microsecond, with the same readings in it.
    pub(super) fn checked(&self) -> Result<Self, AdapterError> {
        name(PLACE, "sensor_id", &self.sensor_id, NAME_CHARACTERS)?;
        let from = value::moment(PLACE, "window_from", moment::rounded_up(self.from))?;
        let to = value::moment(PLACE, "window_to", moment::rounded_up(self.to))?;
        let refused = |reason: String| Err(PLACE.invalid("window_to", format!("is {}, {reason}", to.to_rfc3339())));
        if to <= from {
            return refused(format!("which is not after window_from, {}; give a later one", from.to_rfc3339()));
        }
        if to - from > TimeDelta::days(MAX_WINDOW_DAYS) {
            let begin = from.to_rfc3339();
            return refused(format!(
                "more than {MAX_WINDOW_DAYS} days after window_from, {begin}; give an earlier one"
            ));
        }
        if to > Utc::now() {
            return refused("which is still to come, and readings with it; give a time that is over".to_owned());
        }
        Ok(Self { sensor_id: self.sensor_id.clone(), from, to })
    }
}
