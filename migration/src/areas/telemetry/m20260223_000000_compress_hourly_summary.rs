//! Hours that are older than 30 days go to the columnstore. They are kept for ever: 500 sensors make four million a year.
//!
//! The refresh policy looks three hours back, so nothing converted is refreshed again and again. Late readings of an older
//! time are: a refresh writes into what is converted, only slower.
//!
//! `down` brings the chunks back one by one, and stops nobody from reading the others.

use migration_engine::Describe;
use migration_timescale::{Chunks, Columnstore, ColumnstorePolicy, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::m20260202_000000_summarize_readings_hourly::hourly;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// So that a chunk that is back is let go before the next one.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.enable_columnstore(&Columnstore::on_aggregate(&hourly())).await?;
        manager.add_columnstore_policy(&policy()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // First the policy, or its job converts them again meanwhile.
        manager.remove_columnstore_policy(&policy()).await?;
        manager.decompress_chunks(&Chunks::of(hourly().name())).await?;
        manager.disable_columnstore(&Columnstore::on_aggregate(&hourly())).await?;
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// The hours that earlier seeds left are converted already.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.compress_chunks(&Chunks::of(hourly().name())).await.map(drop)
    }
}

fn policy() -> ColumnstorePolicy {
    ColumnstorePolicy::after(hourly().name(), "30 days")
}
