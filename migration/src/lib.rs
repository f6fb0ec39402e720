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
//! A folder under `src/areas` with a `mod.rs` like [`areas::alarms`], and a line in [`areas`].

pub mod areas;
mod portable;
mod seed;

pub use areas::alarms::Migrator;

use migration_engine::Project;

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "alarms.sqlite";

/// What the command line runs: the default area.
pub fn project() -> Project {
    areas::alarms::describe(Project::new(Migrator).embedded(EMBEDDED_FILE))
}
