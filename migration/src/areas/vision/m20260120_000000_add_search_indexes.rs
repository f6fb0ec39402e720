//! Pieces of the names of cameras and of the summaries of events, by trigrams.
//!
//! Known as `1c42824dcb07` in the system that it comes from.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

use super::index::{NewIndex, create_all, drop_all};

const INDEXES: [NewIndex; 2] = [
    NewIndex::of("idx_cameras_name_trgm", "cameras", &["name"]).trigrams(),
    NewIndex::of("idx_events_summary_trgm", "events", &["summary"]).trigrams(),
];

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
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260116_000000_add_covering_indexes_for_pagination"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}
