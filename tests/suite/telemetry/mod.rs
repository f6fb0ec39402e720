//! The area `telemetry`: its schema, its revisions and what they do with rows.

mod aggregates;
mod hypertable;
mod ids;
mod retention;
mod rules;

use migration::areas::telemetry::project;
use migration_engine::Runner;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tests::{Backend, TestDatabase, fixtures, rows_as_text};

use crate::rows::at;

/// Position of the revisions, from one.
mod revision {
    pub const TABLES: u32 = 1;
    pub const HYPERTABLE: u32 = 2;
    pub const INDEX: u32 = 3;
    pub const IDS: u32 = 4;
    pub const HOURLY: u32 = 5;
    pub const STACKED: u32 = 6;
    pub const RETENTION: u32 = 7;
}

/// A runner of the area, with its first revisions applied.
pub async fn up_to(database: &TestDatabase, revision: u32) -> Runner {
    database.up_of("telemetry", project, Some(revision)).await;
    database.runner_of(project()).await
}

/// Readings: when, of which sensor, and the value.
async fn insert_readings(db: &DatabaseConnection, backend: Backend, readings: &[(&str, &str, f64)]) {
    let rows = readings.iter().map(|(when, sensor, value)| format!("({}, '{sensor}', {value:?})", at(backend, when)));
    let sql = format!(
        "INSERT INTO sensor_readings (timestamp, sensor_id, value) VALUES {}",
        rows.collect::<Vec<_>>().join(", ")
    );
    db.execute_unprepared(&sql).await.expect("readings");
}

/// What the seeds of the project put in after its first revisions.
pub async fn seed(runner: &Runner, revisions: std::ops::RangeInclusive<u32>) {
    let manager = sea_orm_migration::SchemaManager::new(runner.connection());
    for position in revisions {
        let name = &project().revision_names()[position as usize - 1];
        project().description(name).expect("described").seed(&manager).await.expect("seed");
    }
}

/// All columns of all readings, in the order of the key.
async fn readings<C: ConnectionTrait>(db: &C, backend: Backend) -> Vec<String> {
    let row = match backend {
        Backend::Sqlite => {
            "concat_ws('|', timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata, created_at, id)"
        }
        Backend::Mariadb => {
            "CONCAT_WS('|', timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata, created_at, id)"
        }
        Backend::Postgres | Backend::Timescale => {
            "ROW(timestamp, sensor_id, sensor_type, value, unit, quality, sensor_metadata, created_at, id)::text"
        }
    };
    rows_as_text(db, &format!("SELECT {row} FROM sensor_readings ORDER BY timestamp, sensor_id")).await
}

/// All readings, and the hours, days and weeks of them that are there.
pub async fn everything<C: ConnectionTrait>(db: &C, backend: Backend) -> Vec<String> {
    let mut rows = readings(db, backend).await;
    for aggregate in ["hourly", "daily", "weekly"].map(|width| format!("sensor_readings_summary_{width}")) {
        if fixtures::has_table(db, &aggregate).await {
            let row = match backend {
                Backend::Mariadb => "CONCAT_WS('|', bucket, sensor_id, max_value, min_value, reading_count)",
                _ => "concat_ws('|', bucket, sensor_id, max_value, min_value, reading_count)",
            };
            rows.extend(rows_as_text(db, &format!("SELECT {row} FROM {aggregate} ORDER BY bucket, sensor_id")).await);
        }
    }
    rows
}
