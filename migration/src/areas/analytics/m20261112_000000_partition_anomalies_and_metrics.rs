//! With TimescaleDB the anomaly records and performance metrics become hypertables, and with its full licence the older
//! ones go to the columnstore.
//!
//! `alerts` stays a plain table. A unique key of a hypertable holds the time, and `alert_id` is unique by itself: two
//! alerts of one id at different times would have to be let in. Alerts change until they are resolved, too, which the
//! columnstore is slow at. There are few of them beside anomalies and metrics, and the archive is to keep it so.
//!
//! Chunks of 7 days, converted once they are as old: two weeks or so stay as they were written and take late rows at full
//! speed. One batch per machine, newest first, as the queries want them.
//!
//! The rows there are move into chunks under an exclusive lock, in one transaction: a run that was killed leaves plain
//! tables. TimescaleDB cannot turn a hypertable back, so `down` copies; see [`plain_table`].

use migration_engine::Describe;
use migration_timescale::{Columnstore, ColumnstorePolicy, Hypertable, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{ANOMALIES, METRICS, rows};
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
        for (table, time) in [(ANOMALIES, "timestamp"), (METRICS, "calculation_time")] {
            manager.create_hypertable(&Hypertable::by_range(table, time).chunk_interval("7 days")).await?;
            let order = format!("{time} DESC, id DESC");
            manager.enable_columnstore(&Columnstore::on(table).segment_by("machine_id").order_by(&order)).await?;
            manager.add_columnstore_policy(&ColumnstorePolicy::after(table, "7 days")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [METRICS, ANOMALIES] {
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
            for table in [ANOMALIES, METRICS] {
                seed::compress_older(manager, table).await?;
            }
        }
        rows::seed_anomalies(manager, 5..=9).await?;
        rows::seed_metrics(manager, 5..=9).await
    }
}
