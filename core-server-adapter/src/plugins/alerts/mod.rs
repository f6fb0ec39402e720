//! Alerts on what plugins measure: defined by people, switched on and off.
//!
//! When they triggered is in [`TriggerRepository`](super::TriggerRepository).
//!
//! # How to add a query
//!
//! A method of [`AlertRepository`] in `repository.rs`.

mod filter;
mod new_alert;
mod repository;

#[doc(inline)]
pub use entity::plugins::{Alert, PluginAlertSeverity};
pub use filter::AlertFilter;
pub use new_alert::NewAlert;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "alerts" };

repository! {
    /// The alerts of a database, over a pool or within a transaction.
    AlertRepository
}
