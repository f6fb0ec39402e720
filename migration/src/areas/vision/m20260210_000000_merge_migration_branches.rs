//! Joins search, notifications and soft deletion; changes nothing.
//!
//! Known as `b80664ed1373` in the system that it comes from.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&[
            "m20260126_000000_add_detection_search_vector",
            "m20260203_000000_merge_heads_add_notification",
            "m20260209_000000_merge_deleted_at_indexes",
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
