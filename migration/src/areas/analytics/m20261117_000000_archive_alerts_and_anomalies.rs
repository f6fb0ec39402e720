//! Alerts and anomalies move to an archive after a year. An alert that is open stays, however old it is: nobody would see
//! it any more.
//!
//! The archive of the anomalies, which are a hypertable with TimescaleDB, is in the columnstore from the first day on. A
//! job moves a chunk of anomalies at a time, and some thousand alerts; elsewhere `migration maintain` moves rows. A row is
//! in one of the two tables at every moment.
//!
//! `down` brings every row back.

use migration_engine::{Describe, project::describe::Allowed, schema::verify};
use migration_timescale::{Interval, Maintenance};
use sea_orm_migration::prelude::*;

use super::{
    ALERTS, ANOMALIES,
    m20261111_000000_create_analytics::{alert, anomaly},
};
use crate::archive::Archive;

const ARCHIVES: [Archive; 2] = [
    Archive {
        table: ALERTS,
        name: "alerts_archive",
        time: "timestamp",
        key: &[],
        columns: alert,
        age: Interval::days(365),
        rows_where: Some("status IN ('RESOLVED', 'DISMISSED')"),
    },
    Archive {
        table: ANOMALIES,
        name: "anomaly_records_archive",
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
