//! A span of time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// From a moment (included) to another (excluded); a side that is not given is open.
///
/// Half-open, so that periods that follow each other neither overlap nor leave a gap. An end before the start holds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Period {
    /// First moment in it.
    pub from: Option<DateTime<Utc>>,
    /// First moment after it.
    pub to: Option<DateTime<Utc>>,
}

impl Period {
    /// All of time.
    pub const ALL: Self = Self { from: None, to: None };

    /// `[from, to)`.
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self { from: Some(from), to: Some(to) }
    }

    /// `[from, …)`.
    pub fn since(from: DateTime<Utc>) -> Self {
        Self { from: Some(from), to: None }
    }

    /// `(…, to)`.
    pub fn until(to: DateTime<Utc>) -> Self {
        Self { from: None, to: Some(to) }
    }
}
