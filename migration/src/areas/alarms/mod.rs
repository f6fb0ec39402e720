//! Alarms, with their origin and anomaly score, and what people did about them. The default area.

mod m20250601_000000_create_alarms;
mod m20261101_000000_add_alarm_origin;
mod m20261125_000000_add_alarm_model_and_repeats;
mod m20261126_000000_create_alarm_actions;

use migration_engine::{Project, revisions};

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "alarms.sqlite";

revisions! {
    /// The revisions of the area, oldest first.
    pub Migrator:
    m20250601_000000_create_alarms,
    m20261101_000000_add_alarm_origin,
    m20261125_000000_add_alarm_model_and_repeats,
    m20261126_000000_create_alarm_actions,
}

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    Migrator::project().embedded(EMBEDDED_FILE)
}
