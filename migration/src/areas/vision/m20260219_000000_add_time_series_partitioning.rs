//! Logs, GPU statistics and detections are cut by time: hypertables of 7-day chunks with TimescaleDB, monthly
//! partitions on plain PostgreSQL, one table elsewhere. Rows that are there move along, both ways, under an exclusive
//! lock.
//!
//! Events stay a plain table, since others refer to them. A detection is then known by its number and its time, and
//! nothing can refer to its number alone: `event_detections` and `entity_detections` keep the number without a foreign
//! key there. A key on both columns would keep TimescaleDB from compressing and from dropping chunks; docs/adr/0011 has
//! the measurements. What refers to a detection that is gone is set aside by `down`, which makes the key again.
//!
//! The partitions are those of 2026, and one for all other rows, so that no insert fails for want of one; a later year
//! is a revision.

use migration_engine::{Describe, project::describe::Allowed};
use migration_timescale::{Hypertable, TimescaleManager};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{aside, column::run};
use crate::partitions;

/// Tables and the column they are cut by.
const TABLES: [(&str, &str); 3] = [("logs", "timestamp"), ("gpu_stats", "recorded_at"), ("detections", "detected_at")];
/// Tables that refer to detections, and the other column of their key.
const REFERRING: [(&str, &str); 2] = [("event_detections", "event_id"), ("entity_detections", "entity_id")];
/// The year that has partitions.
const YEAR: i32 = 2026;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.enable_timescaledb().await?;
        let server = manager.capability().await?;
        if server.backend() == DbBackend::Postgres {
            for (table, _) in REFERRING {
                run(manager, &format!("ALTER TABLE {table} DROP CONSTRAINT {table}_detection_id_fkey")).await?;
                aside::bring_back(manager, &lost(table), table).await?;
            }
            run(manager, &key("id, detected_at")).await?;
        }
        for (table, time) in TABLES {
            if server.backend() == DbBackend::Postgres && !server.has_hypertables() {
                partitions::cut_by_month(manager, table, time, YEAR).await?;
            } else {
                manager.create_hypertable(&Hypertable::by_range(table, time).chunk_interval("7 days")).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for (table, _) in TABLES.iter().rev() {
            partitions::make_one(manager, table).await?;
        }
        run(manager, &key("id")).await?;
        for (table, owner) in REFERRING {
            let orphans =
                format!("FROM {table} t WHERE NOT EXISTS (SELECT FROM detections d WHERE d.id = t.detection_id)");
            aside::set_by(manager, &lost(table), &[owner, "detection_id"], &format!("SELECT t.* {orphans}")).await?;
            run(manager, &format!("DELETE {orphans}")).await?;
            run(manager, &reference(table)).await?;
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
                rule: "constraint-missing-not-valid",
                reason: "the key is made on the way into another table, which is locked for that anyway",
            },
            Allowed {
                rule: "adding-serial-primary-key-field",
                reason: "the table is locked to be cut, or to be made one again",
            },
            Allowed { rule: "unique-without-time", reason: "the table is a plain one by then" },
            Allowed { rule: "foreign-key-to-hypertable", reason: "the table is a plain one by then" },
            Allowed { rule: "adding-foreign-key-constraint", reason: "only on the way back" },
        ]
    }
}

/// The primary key of detections.
fn key(columns: &str) -> String {
    format!(
        "ALTER TABLE detections DROP CONSTRAINT detections_pkey, ADD CONSTRAINT detections_pkey PRIMARY KEY ({columns})"
    )
}

fn reference(table: &str) -> String {
    format!(
        "ALTER TABLE {table} ADD CONSTRAINT {table}_detection_id_fkey \
         FOREIGN KEY (detection_id) REFERENCES detections (id) ON DELETE CASCADE"
    )
}

/// What referred to detections that are gone.
fn lost(table: &str) -> String {
    format!("_kept_{table}_lost")
}
