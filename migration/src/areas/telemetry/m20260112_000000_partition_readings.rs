//! With TimescaleDB the readings become a hypertable, and with its full licence the older ones go to the columnstore.
//!
//! Chunks of 7 days: 500 sensors with a reading a minute fill one with five million rows. Half a year of them is 26 chunks,
//! which every query has to plan over; chunks of a day would be 180, and their batches in the columnstore (up to a thousand
//! readings of one sensor) half empty. A chunk is converted once it is 7 days old, so that two or three are as written and
//! take late readings at full speed.
//!
//! One batch per sensor, newest first: the queries name a sensor and want its latest readings.
//!
//! The rows there are move into chunks under an exclusive lock, two million in 25 seconds on two busy cores, in one
//! transaction: a run that was killed leaves a plain table. TimescaleDB cannot turn a hypertable back, so `down` copies; see [`plain_table`].

use migration_engine::Describe;
use migration_timescale::{Columnstore, ColumnstorePolicy, Hypertable, TimescaleManager};
use sea_orm_migration::prelude::*;

use super::{READINGS, rows};
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
        manager.create_hypertable(&Hypertable::by_range(READINGS, "timestamp").chunk_interval("7 days")).await?;
        let columnstore = Columnstore::on(READINGS).segment_by("sensor_id").order_by("timestamp DESC");
        manager.enable_columnstore(&columnstore).await?;
        manager.add_columnstore_policy(&ColumnstorePolicy::after(READINGS, "7 days")).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.is_hypertable(READINGS).await? {
            plain_table::from_hypertable(manager, READINGS).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// The first fortnight goes to the columnstore, and more readings of it come in beside.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.capability().await?.has_columnstore() {
            seed::compress_older(manager, READINGS).await?;
        }
        rows::seed_readings(manager, 5..=9, 1).await
    }
}
