//! An index by time alone, for the archive that comes next: where rows move one by one, what is old is found by it.
//!
//! Built while others read and write. A hypertable needs none; its chunks are cut by time.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::{ALERTS, ANOMALIES};
use crate::archive::{drop_index_by_time, index_by_time};

const INDEXES: [(&str, &str); 2] = [(ALERTS, "timestamp"), (ANOMALIES, "timestamp")];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// An index that is built beside writers needs transactions of its own.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, time) in INDEXES {
            index_by_time(manager, table, time).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, time) in INDEXES {
            drop_index_by_time(manager, table, time).await?;
        }
        Ok(())
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}
