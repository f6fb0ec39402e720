//! Anomaly alerts: raised by models, looked at and closed by people.
//!
//! # How to add a query
//!
//! A method of [`AnomalyAlertRepository`] in the file of its purpose: `repository.rs` raises and reads, `lifecycle.rs`
//! changes.

mod filter;
mod lifecycle;
mod new_alert;
mod repository;

#[doc(inline)]
pub use entity::telemetry::{AnomalyAlert, AnomalyAlertSeverity, AnomalyAlertStatus};
pub use filter::AnomalyAlertFilter;
pub use new_alert::NewAnomalyAlert;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "anomaly_alerts" };

repository! {
    /// The anomaly alerts of a database, over a pool or within a transaction.
    AnomalyAlertRepository
}
