//! Joins types of feedback with the transitions of jobs; changes nothing.
//!
//! Known as `6b206d6591cb` in the system that it comes from.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260211_000000_add_job_transitions_table", "m20260212_000000_add_4_feedback_types"])
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
