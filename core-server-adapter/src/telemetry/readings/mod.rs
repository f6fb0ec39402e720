//! Readings: written in bulk, read by sensor and time, compared, and exported however many there are.
//!
//! A reading is known by its time and its sensor. The order of lists and streams is the time, and the sensor among readings
//! of one moment.
//!
//! # How to add a query
//!
//! 1. Add a method to [`ReadingRepository`] in the file of its purpose: `insert.rs` writes, `list.rs` reads in pages and
//!    streams, `latest.rs` the newest, `compare.rs` windows, `buckets.rs` and `summary.rs`
//!    stretches of time, `export.rs` files.
//! 2. Conditions come from [`ReadingFilter`]. Bound the time wherever possible, and leave the column bare in the condition:
//!    that is what TimescaleDB excludes chunks by.
//! 3. `.map_err(PLACE.while_doing("…"))` turns database errors into [`AdapterError`](crate::AdapterError).
//! 4. What can be large is a stream: one query whose rows are read as they are used, over one session.

mod buckets;
mod compare;
mod export;
mod filter;
mod insert;
mod latest;
mod list;
mod new_reading;
mod summary;

pub use buckets::{Gaps, MAX_BUCKETS, ReadingBucket};
pub use compare::{Comparison, WindowStatistics};
#[doc(inline)]
pub use entity::telemetry::SensorReading;
pub use export::{CSV_HEADER, CsvChunk, Exported};
pub use filter::{Band, ReadingFilter};
pub use latest::MAX_LATEST;
pub use list::ReadingCursor;
pub use new_reading::NewReading;
pub use summary::{ReadingSummary, Summary};

use crate::{by_place::by_place, error::Place, repository::repository};

/// For errors.
pub(super) const PLACE: Place = Place { area: super::AREA, table: "sensor_readings" };

by_place!(decode: SensorReading {
    timestamp: value, sensor_id: value, sensor_type: value, value: value, unit: value, quality: value,
    sensor_metadata: value, created_at: value, id: value,
});

repository! {
    /// The readings of a database, over a pool or within a transaction.
    ReadingRepository
}
