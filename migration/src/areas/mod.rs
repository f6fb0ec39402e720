//! The areas: each is one database schema with its own history.

pub mod alarms;
pub mod telemetry;
