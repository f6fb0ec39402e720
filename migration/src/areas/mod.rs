//! The areas: each is one database schema with its own history.
//!
//! # How to add an area
//!
//! `cargo run -p migration -- new create_machines --area machines` writes the folder with its first revision and both
//! lines here. Fill in the revision; then `make schema entities`.

pub mod alarms;
pub mod analytics;
pub mod plugins;
pub mod telemetry;
pub mod twin;
pub mod vision;

migration_engine::areas!(pub platform: alarms, telemetry, twin, analytics, plugins, vision);
