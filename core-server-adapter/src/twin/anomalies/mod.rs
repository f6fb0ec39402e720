//! Anomalies of machines: recorded, one or many, and listed by machine, severity and period.
//!
//! # How to add a query
//!
//! A method of [`AnomalyRepository`] in the file of its purpose: `record.rs` writes, `list.rs` reads. Bound the time wherever
//! possible: chunks are found by it.

mod filter;
mod list;
mod new_anomaly;
mod record;

#[doc(inline)]
pub use entity::twin::{Anomaly, AnomalySeverity};
pub use filter::AnomalyFilter;
pub use new_anomaly::NewAnomaly;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "anomaly_history" };

repository! {
    /// The anomalies of a database, over a pool or within a transaction.
    AnomalyRepository
}
