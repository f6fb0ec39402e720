//! Which sensors.

use entity::telemetry::{SensorStatus, sensor::Column};
use sea_orm::{ColumnTrait, Condition, ExprTrait};
use serde::{Deserialize, Serialize};

use crate::condition::{column, label};

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

    /// Only those that measure this.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Only with this status.
    #[must_use]
    pub fn status(mut self, status: SensorStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only at this place.
    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    pub(crate) fn condition(&self) -> Condition {
        Condition::all()
            .add_option(self.kind.as_deref().map(|kind| Column::Type.eq(kind)))
            .add_option(self.status.as_ref().map(|status| column(Column::Status).eq(label(status))))
            .add_option(self.location.as_deref().map(|location| Column::Location.eq(location)))
    }
}
