//! How plugins are: when they ran, and how often in a row they failed.
//!
//! A plugin is healthy after a run that succeeded, degraded after one that failed, and unhealthy from
//! [`UNHEALTHY_AFTER`] failures in a row on. One that never ran has no status.
//!
//! # How to add a query
//!
//! A method of [`StatusRepository`] in the file of its purpose: `report.rs` writes, `read.rs` reads.

mod filter;
mod read;
mod report;

#[doc(inline)]
pub use entity::plugins::{PluginHealth, PluginStatus};
pub use filter::StatusFilter;
pub use report::UNHEALTHY_AFTER;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "plugin_status" };

repository! {
    /// The status of the plugins of a database, over a pool or within a transaction.
    StatusRepository
}
