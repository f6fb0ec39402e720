//! The schema of the platform: one module per area, one file per revision.
//!
//! `cargo run -p migration -- up` applies it; see [`migration_engine::cli`] for the commands.
//!
//! # How to add a revision
//!
//! `cargo run -p migration -- generate add_sensor_site --area alarms` writes the file and lists it. Fill in `up` and
//! `down`, then `make schema entities` brings the dumps and the entities up to date. A revision names tables and columns
//! itself and never uses `entity`: it has to mean the same for ever.
//!
//! # How to add an area
//!
//! A folder under `src/areas` with a `mod.rs` like [`areas::alarms`], a line in [`areas`] and one in [`platform`]; then a
//! line in `entity/codegen` and a module of its entities.

pub mod areas;
mod plain_table;
mod portable;
mod seed;
mod summary;

pub use areas::alarms::Migrator;

use migration_engine::{Areas, Project};

/// The default area.
pub fn project() -> Project {
    areas::alarms::project()
}

/// What the command line runs: every area, the default first.
pub fn platform() -> Areas {
    Areas::new("alarms", areas::alarms::project()).and("telemetry", areas::telemetry::project())
}
