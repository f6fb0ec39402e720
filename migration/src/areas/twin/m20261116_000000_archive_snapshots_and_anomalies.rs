//! Snapshots move to an archive after 90 days, anomalies after a year.
//!
//! Recovery looks at the last weeks, and what is older is asked for now and then; the archive holds it in the columnstore
//! from the first day on, where there is one. With TimescaleDB a job moves a chunk at a time, elsewhere
//! `migration maintain` moves rows. A row is in one of the two tables at every moment.
//!
//! `down` brings every row back.

use migration_engine::{Describe, project::describe::Allowed, schema::verify};
use migration_timescale::{Interval, Maintenance};
use sea_orm_migration::prelude::*;

use super::{
    ANOMALIES, SNAPSHOTS,
    m20261109_000000_create_twin::{anomaly, snapshot},
};
use crate::archive::Archive;

pub(super) const ARCHIVES: [Archive; 2] = [
    Archive {
        table: SNAPSHOTS,
        name: "state_snapshots_archive",
        time: "snapshot_time",
        key: &["snapshot_time"],
        columns: snapshot,
        age: Interval::days(90),
        rows_where: None,
    },
    Archive {
        table: ANOMALIES,
        name: "anomaly_history_archive",
        time: "timestamp",
        key: &["timestamp"],
        columns: anomaly,
        age: Interval::days(365),
        rows_where: None,
    },
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for archive in &ARCHIVES {
            archive.create(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for archive in ARCHIVES.iter().rev() {
            archive.drop(manager).await?;
        }
        Ok(())
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn maintenance(&self) -> Vec<Maintenance> {
        ARCHIVES.iter().map(|archive| archive.policy().into()).collect()
    }

    fn allows(&self) -> &'static [Allowed] {
        &[
            Allowed {
                rule: verify::LOSSY_ROLLBACK,
                reason: "rows of the archives go back to the tables that they came from, and move again when they are due",
            },
            Allowed {
                rule: "implicit-commit",
                reason: "a row is in exactly one of the two tables whenever `down` ends, and it may be started again",
            },
        ]
    }
}
