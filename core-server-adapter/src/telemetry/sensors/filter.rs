//! Which sensors.

use entity::telemetry::{SensorStatus, sensor::Column};
use sea_orm::Condition;
use serde::{Deserialize, Serialize};

use crate::{
    condition::{is_label, is_text},
    filter::narrowing,
};

/// Which sensors; what is not given does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SensorFilter {
    /// What it measures, exactly.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether it is in service.
    pub status: Option<SensorStatus>,
    /// Where it is, exactly.
    pub location: Option<String>,
}

impl SensorFilter {
    /// All sensors.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn condition(&self) -> Condition {
        Condition::all()
            .add_option(is_text(Column::Type, self.kind.as_deref()))
            .add_option(is_label(Column::Status, self.status.as_ref()))
            .add_option(is_text(Column::Location, self.location.as_deref()))
    }
}

narrowing!(SensorFilter {
    /// Only those that measure this.
    text kind(type);
    /// Only with this status.
    value status: SensorStatus;
    /// Only at this place.
    text location;
});
