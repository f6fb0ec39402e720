//! Sensors: registered by their business key, moved and taken out of service, and their last reading.
//!
//! # How to add a query
//!
//! A method of [`SensorRepository`] in the file of its purpose: `register.rs` adds, `list.rs` reads, `change.rs` changes.

mod change;
mod filter;
mod list;
mod new_sensor;
mod register;

#[doc(inline)]
pub use entity::telemetry::{Sensor, SensorStatus};
pub use filter::SensorFilter;
pub use list::SensorState;
pub use new_sensor::NewSensor;

use crate::{error::Place, repository::repository};

/// For errors.
pub(super) const PLACE: Place = Place { area: super::AREA, table: "sensors" };

repository! {
    /// The sensors of a database, over a pool or within a transaction.
    SensorRepository
}
