//! Joins the indexes of what is present with the detections of events; changes nothing.
//!
//! Known as `071128727b6c` in the system that it comes from.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260206_000000_add_deleted_at_indexes", "m20260208_000000_drop_detection_ids_column"])
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
