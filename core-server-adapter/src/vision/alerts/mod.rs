//! Alerts: what somebody is to be told of, once in a while.
//!
//! An alert has a version, which every change counts up. Who changes it says which one was read, and is refused when
//! somebody else was faster: [`AdapterError::ChangedMeanwhile`](crate::AdapterError::ChangedMeanwhile).
//!
//! # How to add a query
//!
//! A method of [`AlertRepository`] in the file of its purpose: `raise.rs` writes, `due.rs` says what is to be delivered,
//! `lifecycle.rs` changes.

mod due;
mod lifecycle;
mod new_alert;
mod raise;

#[doc(inline)]
pub use entity::vision::{Alert, AlertSeverity, AlertStatus};
pub use new_alert::NewAlert;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "alerts" };

repository! {
    /// The alerts of a database, over a pool or within a transaction.
    AlertRepository
}
