//! Predictive maintenance: sensors and their readings, anomaly alerts, maintenance tasks and logs.

mod m20260105_000000_create_telemetry;
mod m20260112_000000_partition_readings;
mod m20260119_000000_index_readings_by_sensor;
mod m20260126_000000_repair_reading_ids;
mod m20260202_000000_summarize_readings_hourly;
mod m20260209_000000_summarize_readings_daily_weekly;
mod m20260216_000000_retain_readings;
mod m20260223_000000_compress_hourly_summary;
mod rows;

use migration_engine::Project;
use sea_orm_migration::prelude::*;

/// Name of the area.
const AREA: &str = "telemetry";

/// The table that everything is about.
const READINGS: &str = "sensor_readings";

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "telemetry.sqlite";

/// The revisions of the area, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260105_000000_create_telemetry::Migration),
            Box::new(m20260112_000000_partition_readings::Migration),
            Box::new(m20260119_000000_index_readings_by_sensor::Migration),
            Box::new(m20260126_000000_repair_reading_ids::Migration),
            Box::new(m20260202_000000_summarize_readings_hourly::Migration),
            Box::new(m20260209_000000_summarize_readings_daily_weekly::Migration),
            Box::new(m20260216_000000_retain_readings::Migration),
            Box::new(m20260223_000000_compress_hourly_summary::Migration),
        ]
    }
}

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    Project::new(Migrator)
        .embedded(EMBEDDED_FILE)
        .describe(m20260105_000000_create_telemetry::Migration)
        .describe(m20260112_000000_partition_readings::Migration)
        .describe(m20260119_000000_index_readings_by_sensor::Migration)
        .describe(m20260126_000000_repair_reading_ids::Migration)
        .describe(m20260202_000000_summarize_readings_hourly::Migration)
        .describe(m20260209_000000_summarize_readings_daily_weekly::Migration)
        .describe(m20260216_000000_retain_readings::Migration)
        .describe(m20260223_000000_compress_hourly_summary::Migration)
}
