//! Alerts of machines: raised by services, dealt with by people.
//!
//! # How to add a query
//!
//! A method of [`AlertRepository`] in the file of its purpose: `repository.rs` raises and reads, `lifecycle.rs` changes,
//! `counts.rs` counts.

mod counts;
mod filter;
mod lifecycle;
mod new_alert;
mod repository;

pub use counts::AlertCount;
#[doc(inline)]
pub use entity::analytics::{Alert, AlertSeverity, AlertStatus};
pub use filter::AlertFilter;
pub use new_alert::NewAlert;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "alerts" };

repository! {
    /// The alerts of a database, over a pool or within a transaction.
    AlertRepository
}
