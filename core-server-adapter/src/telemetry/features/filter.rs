//! Which feature snapshots.

use entity::telemetry::feature_snapshot::Column;
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};

use crate::{
    Period,
    condition::{is_text, within},
    filter::narrowing,
};

/// Which feature snapshots; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeatureSnapshotFilter {
    /// The sensor's id, exactly.
    pub sensor: Option<String>,
    /// Name of the feature set, exactly.
    pub feature_set: Option<String>,
    /// Version of the feature set.
    pub version: Option<i32>,
    /// When the window begins.
    pub period: Period,
}

impl FeatureSnapshotFilter {
    /// All snapshots.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn condition(&self) -> Condition {
        within(Column::WindowFrom, self.period)
            .add_option(is_text(Column::SensorId, self.sensor.as_deref()))
            .add_option(is_text(Column::FeatureSet, self.feature_set.as_deref()))
            .add_option(self.version.map(|version| Column::Version.eq(version)))
    }
}

narrowing!(FeatureSnapshotFilter {
    /// Only of this sensor.
    text sensor(sensor_id);
    /// Only of this feature set.
    text feature_set;
    /// Only of this version of a feature set.
    value version: i32;
    /// Only of windows that begin in this period.
    period period;
});
