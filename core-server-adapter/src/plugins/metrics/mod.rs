//! Metrics: what plugins measured, written one or many, and read by plugin, name, period and tags.
//!
//! A metric is known by its time, its plugin and its name. The database keeps them for 30 days.
//!
//! # How to add a query
//!
//! A method of [`MetricRepository`] in the file of its purpose: `insert.rs` writes, `list.rs` reads. Name the plugin, and bound
//! the time wherever possible: chunks and batches of the columnstore are found by both.

mod filter;
mod insert;
mod list;
mod new_metric;

#[doc(inline)]
pub use entity::plugins::PluginMetric;
pub use filter::MetricFilter;
pub use new_metric::NewMetric;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "plugin_metrics" };

repository! {
    /// The metrics of a database, over a pool or within a transaction.
    MetricRepository
}
