//! Feature snapshots: what a model was trained on, computed once for a sensor and a window and kept as it was.
//!
//! Readings come in late and go when they are old. A snapshot that is taken again is the one that is stored, whatever
//! happened to the readings since.
//!
//! # How to add a feature
//!
//! A field of [`WindowFeatures`] in `statistics.rs`, computed from readings one after the other, and the next
//! [`FEATURE_SET_VERSION`]: snapshots of the version before stay what they are. A query is a method in `read.rs`.

mod filter;
mod read;
mod statistics;
mod take;
mod window;

#[doc(inline)]
pub use entity::telemetry::FeatureSnapshot;
pub use filter::FeatureSnapshotFilter;
pub use statistics::{FEATURE_SET, FEATURE_SET_VERSION, WindowFeatures};
pub use window::{MAX_WINDOW_DAYS, TrainingWindow};

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "feature_snapshots" };

repository! {
    /// The feature snapshots of a database, over a pool or within a transaction.
    FeatureSnapshotRepository
}
