//! With TimescaleDB the metrics and the history of alerts become hypertables of 7-day chunks, and with its full licence the
//! metrics go to the columnstore once a chunk is 7 days old.
//!
//! One batch per metric of a plugin, newest first: windows name both. The history of alerts has few rows, and goes after
//! 90 days: it stays as it was written.
//!
//! The rows there are move into chunks under an exclusive lock, in one transaction: a run that was killed leaves plain
//! tables. TimescaleDB cannot turn a hypertable back, so `down` copies; see [`plain_table`].

use migration_engine::Describe;
use migration_timescale::{Columnstore, ColumnstorePolicy, Hypertable, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{HISTORY, METRICS, rows};
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
        for table in [METRICS, HISTORY] {
            manager.create_hypertable(&Hypertable::by_range(table, "time").chunk_interval("7 days")).await?;
        }
        let columnstore = Columnstore::on(METRICS).segment_by("plugin_id, metric_name").order_by("time DESC");
        manager.enable_columnstore(&columnstore).await?;
        manager.add_columnstore_policy(&ColumnstorePolicy::after(METRICS, "7 days")).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [HISTORY, METRICS] {
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

    /// The first fortnight of metrics goes to the columnstore, and more of it come in beside.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.capability().await?.has_columnstore() {
            seed::compress_older(manager, METRICS).await?;
        }
        rows::seed_metrics(manager, 5..=9, 1).await
    }
}
