//! GPU statistics by time (BRIN).

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::index::{NewIndex, create_all, drop_all};

const INDEXES: [NewIndex; 1] = [NewIndex::of("idx_gpu_stats_recorded_at_brin", "gpu_stats", &["recorded_at"]).brin()];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_all(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &INDEXES).await
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}
