//! Joins the trust in entities with the time zones of cameras; changes nothing.
//!
//! Known as `eb2e0919ec02` in the system that it comes from.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&[
            "m20260201_000000_add_trust_status_to_entities",
            "m20260202_000000_fix_camera_timezone_idempotent",
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
