//! How each type of machine is set up: what is normal for it, and where its thresholds are.
//!
//! # How to add a query
//!
//! A method of [`ConfigurationRepository`] in `repository.rs`.

mod new_configuration;
mod repository;

#[doc(inline)]
pub use entity::twin::MachineConfiguration;
pub use new_configuration::NewConfiguration;

use crate::{error::Place, repository::repository};

/// For errors.
const PLACE: Place = Place { area: super::AREA, table: "machine_configurations" };

repository! {
    /// The configurations of a database, over a pool or within a transaction.
    ConfigurationRepository
}
