//! Snapshots of the state of machines: recorded, one or many, and found again as of a moment.
//!
//! Two snapshots of a machine may have the same moment; the one that was recorded last counts.
//!
//! # How to add a query
//!
//! A method of [`SnapshotRepository`] in the file of its purpose: `record.rs` writes, `read.rs` reads. Name the machine, and
//! bound the time wherever possible: chunks and batches of the columnstore are found by both.

mod filter;
mod new_snapshot;
mod read;
mod record;

#[doc(inline)]
pub use entity::twin::StateSnapshot;
pub use filter::SnapshotFilter;
pub use new_snapshot::NewSnapshot;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "state_snapshots" };

repository! {
    /// The snapshots of a database, over a pool or within a transaction.
    SnapshotRepository
}
