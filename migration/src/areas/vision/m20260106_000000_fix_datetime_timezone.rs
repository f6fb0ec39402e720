//! Every moment that was made without a zone is one of UTC.
//!
//! Where there is no such type the values say it (SQLite), or always meant it (MySQL). PostgreSQL rewrites the tables
//! under an exclusive lock. What was written in the years 1970 to 9999 is taken, as in all later columns.
//!
//! Known as `fix_datetime_tz` in the system that it comes from.

use migration_engine::{Describe, project::describe::Allowed};
use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::column::run;
use crate::portable::moment_check;

/// The tables, and their columns that had no zone.
pub(super) const COLUMNS: [(&str, &[&str]); 7] = [
    ("cameras", &["created_at", "last_seen_at"]),
    ("gpu_stats", &["recorded_at"]),
    ("logs", &["timestamp"]),
    ("detections", &["detected_at"]),
    ("events", &["started_at", "ended_at"]),
    ("activity_baselines", &["last_updated"]),
    ("class_baselines", &["last_updated"]),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in COLUMNS {
            match Dialect::of(manager.get_database_backend()) {
                Dialect::Postgres => run(manager, &with_zone(table, columns)).await?,
                Dialect::Sqlite => {
                    for column in columns {
                        let marked = format!("UPDATE {table} SET {column} = replace({column}, ' ', 'T') || '+00:00'");
                        run(manager, &format!("{marked} WHERE {column} NOT LIKE '%+00:00'")).await?;
                    }
                }
                Dialect::MySql => {}
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in COLUMNS {
            match Dialect::of(manager.get_database_backend()) {
                Dialect::Postgres => run(manager, &without_zone(table, columns)).await?,
                Dialect::Sqlite => {
                    for column in columns {
                        let bare = format!("replace(substr({column}, 1, length({column}) - 6), 'T', ' ')");
                        run(manager, &format!("UPDATE {table} SET {column} = {bare} WHERE {column} LIKE '%+00:00'"))
                            .await?;
                    }
                }
                Dialect::MySql => {}
            }
        }
        Ok(())
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn allows(&self) -> &'static [Allowed] {
        &[
            Allowed {
                rule: "changing-column-type",
                reason: "a moment without a zone is read as UTC once and for all; the tables are rewritten at a quiet time",
            },
            Allowed {
                rule: "constraint-missing-not-valid",
                reason: "the change of the type rewrites the table, which checks its rows on the way",
            },
            Allowed { rule: "prefer-timestamp-tz", reason: "only on the way back" },
        ]
    }
}

fn with_zone(table: &str, columns: &[&str]) -> String {
    let changes = columns.iter().map(|column| {
        let check = moment_check(DbBackend::Postgres, column);
        format!(
            "ALTER COLUMN {column} TYPE timestamptz USING {column} AT TIME ZONE 'UTC', \
             ADD CONSTRAINT {table}_{column}_check CHECK ({check})"
        )
    });
    format!("ALTER TABLE {table} {}", changes.collect::<Vec<_>>().join(", "))
}

fn without_zone(table: &str, columns: &[&str]) -> String {
    let changes = columns.iter().map(|column| {
        format!(
            "DROP CONSTRAINT {table}_{column}_check, ALTER COLUMN {column} TYPE timestamp USING {column} AT TIME ZONE 'UTC'"
        )
    });
    format!("ALTER TABLE {table} {}", changes.collect::<Vec<_>>().join(", "))
}
