//! With TimescaleDB the snapshots and anomalies become hypertables, and with its full licence the older ones go to the
//! columnstore.
//!
//! Chunks of 7 days, converted once they are as old: two weeks or so stay as they were written and take late rows at full
//! speed. A week of snapshots is spread over four chunks by the hash of the machine, so that writers of different machines
//! meet in different tables and indexes, and what asks for a machine plans over a quarter of the chunks. Four,
//! because each of them makes the history that much longer to plan over: two years are 416 chunks.
//!
//! One batch per machine, newest first, as the queries want them.
//!
//! The rows there are move into chunks under an exclusive lock, in one transaction: a run that was killed leaves plain
//! tables. TimescaleDB cannot turn a hypertable back, so `down` copies; see [`plain_table`].

use migration_engine::Describe;
use migration_timescale::{Columnstore, ColumnstorePolicy, Hypertable, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{ANOMALIES, SNAPSHOTS, rows};
use crate::{plain_table, seed};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, on SQLite and MySQL too, where there is nothing to do.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.enable_timescaledb().await?;
        let snapshots = Hypertable::by_range(SNAPSHOTS, "snapshot_time").spread_by("machine_id", 4);
        let anomalies = Hypertable::by_range(ANOMALIES, "timestamp");
        for (hypertable, order) in [(snapshots, "snapshot_time DESC, id DESC"), (anomalies, "timestamp DESC, id DESC")]
        {
            let hypertable = hypertable.chunk_interval("7 days");
            manager.create_hypertable(&hypertable).await?;
            let table = hypertable.table();
            manager.enable_columnstore(&Columnstore::on(table).segment_by("machine_id").order_by(order)).await?;
            manager.add_columnstore_policy(&ColumnstorePolicy::after(table, "7 days")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [ANOMALIES, SNAPSHOTS] {
            if manager.is_hypertable(table).await? {
                plain_table::from_hypertable(manager, table).await?;
            }
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// The first fortnight goes to the columnstore, and more rows of it come in beside.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.capability().await?.has_columnstore() {
            for table in [SNAPSHOTS, ANOMALIES] {
                seed::compress_older(manager, table).await?;
            }
        }
        rows::seed_snapshots(manager, 5..=9).await?;
        rows::seed_anomalies(manager, 5..=9).await
    }
}
