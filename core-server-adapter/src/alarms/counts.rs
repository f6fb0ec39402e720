//! How many alarms there are.

use serde::{Deserialize, Serialize};

use super::{AlarmOrigin, AlarmSeverity};

/// Number of alarms of one origin and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmCount {
    /// Where they come from.
    pub origin: AlarmOrigin,
    /// How bad they are.
    pub severity: AlarmSeverity,
    /// How many there are.
    pub count: u64,
}

/// Numbers of alarms by origin and severity, both in the order of their enums; what there is none of is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlarmCounts(pub Vec<AlarmCount>);

impl AlarmCounts {
    /// All alarms.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|count| count.count).sum()
    }

    /// Those of an origin.
    pub fn of_origin(&self, origin: AlarmOrigin) -> u64 {
        self.0.iter().filter(|count| count.origin == origin).map(|count| count.count).sum()
    }

    /// Those of an origin and severity.
    pub fn of(&self, origin: AlarmOrigin, severity: AlarmSeverity) -> u64 {
        self.0.iter().find(|count| count.origin == origin && count.severity == severity).map_or(0, |count| count.count)
    }
}
