//! Predictive maintenance: sensors and their readings, anomaly alerts, maintenance tasks and logs.

mod m20260105_000000_create_telemetry;
mod m20260112_000000_partition_readings;
mod m20260119_000000_index_readings_by_sensor;
mod m20260126_000000_repair_reading_ids;
mod m20260202_000000_summarize_readings_hourly;
mod m20260209_000000_summarize_readings_daily_weekly;
mod m20260216_000000_retain_readings;
mod m20260223_000000_compress_hourly_summary;
mod m20261118_000000_index_good_readings;
mod m20261119_000000_create_feature_snapshots;
mod m20261120_000000_pace_hourly_refresh;
mod rows;

use migration_engine::{Project, revisions};

/// Name of the area.
const AREA: &str = "telemetry";

/// The table that everything is about.
const READINGS: &str = "sensor_readings";

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "telemetry.sqlite";

revisions! {
    /// The revisions of the area, oldest first.
    pub Migrator:
    m20260105_000000_create_telemetry,
    m20260112_000000_partition_readings,
    m20260119_000000_index_readings_by_sensor,
    m20260126_000000_repair_reading_ids,
    m20260202_000000_summarize_readings_hourly,
    m20260209_000000_summarize_readings_daily_weekly,
    m20260216_000000_retain_readings,
    m20260223_000000_compress_hourly_summary,
    m20261118_000000_index_good_readings,
    m20261119_000000_create_feature_snapshots,
    m20261120_000000_pace_hourly_refresh,
}

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    Migrator::project().embedded(EMBEDDED_FILE)
}
