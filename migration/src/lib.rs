//! The schema of the platform: one module per area, one file per revision.
//!
//! `cargo run -p migration -- up` applies it; see [`migration_engine::cli`] for the commands.
//!
//! # How to add a revision
//!
//! `cargo run -p migration -- generate add_sensor_site --area alarms` writes the file and lists it. Fill in `up` and
//! `down`, then `make schema entities` brings the dumps and the entities up to date. A revision names tables and columns
//! itself and never uses `entity`: it has to mean the same for ever.

mod archive;
pub mod areas;
mod baseline;
mod partitions;
mod plain_table;
mod portable;
mod retention;
mod seed;
mod summary;

pub use areas::{alarms::Migrator, platform};

use migration_engine::Project;

/// The default area.
pub fn project() -> Project {
    areas::alarms::project()
}
