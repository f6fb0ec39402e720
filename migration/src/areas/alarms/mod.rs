//! Alarms, with their origin and anomaly score. The default area.

mod m20250601_000000_create_alarms;
mod m20261101_000000_add_alarm_origin;

use migration_engine::Project;
use sea_orm_migration::prelude::*;

/// The revisions of the area, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20250601_000000_create_alarms::Migration),
            Box::new(m20261101_000000_add_alarm_origin::Migration),
        ]
    }
}

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "alarms.sqlite";

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    let project = Project::new(Migrator).embedded(EMBEDDED_FILE);
    project.describe(m20250601_000000_create_alarms::Migration).describe(m20261101_000000_add_alarm_origin::Migration)
}
