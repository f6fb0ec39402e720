//! Joins three branches of indexes; changes nothing.
//!
//! Known as `00c8a000b44f` in the system that it comes from.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&[
            "m20260119_000000_add_gpu_stats_recorded_at_brin_index",
            "m20260121_000000_add_alerts_deduplication_indexes",
            "m20260122_000000_add_events_backlog_improvement_indexes",
        ])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
