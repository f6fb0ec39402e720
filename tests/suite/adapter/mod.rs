//! The adapter: a folder per area.

mod alarms;
mod telemetry;
