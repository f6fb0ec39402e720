//! The readings of one sensor, newest first: its last reading, its latest thousand, the windows that are compared for
//! drift. The primary key begins with the time and would read all sensors of the period.
//!
//! Built while others read and write, chunk by chunk on a hypertable.

use migration_engine::{Describe, revision::index};
use migration_timescale::TimescaleManager;
use sea_orm_migration::prelude::*;

use super::READINGS;

const INDEX: &str = "sensor_readings_sensor_id_timestamp_idx";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// An index that is built beside writers needs transactions of its own.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name(INDEX).table(READINGS).col("sensor_id").col(("timestamp", IndexOrder::Desc));
        index::create_index(manager, READINGS, INDEX, index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.index_exists(READINGS, INDEX).await? {
            manager.drop_index(Index::drop().name(INDEX).table(READINGS).to_owned()).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}
