//! The history of an alert: when it was looked at, whether it triggered, and by what value.
//!
//! The database keeps it for 90 days, also when the alert is deleted before.
//!
//! # How to add a query
//!
//! A method of [`TriggerRepository`] in `repository.rs`. Name the alert, and bound the time wherever possible: chunks are found
//! by it.

mod filter;
mod new_trigger;
mod repository;

#[doc(inline)]
pub use entity::plugins::AlertTrigger;
pub use filter::TriggerFilter;
pub use new_trigger::NewTrigger;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "alert_history" };

repository! {
    /// The history of the alerts of a database, over a pool or within a transaction.
    TriggerRepository
}
