//! Events that the search does not know yet, from before it was there or from an import that left its trigger out, are
//! filled in, in batches.
//!
//! There is nothing to take back: what the search knows of an event is right in the older schema too.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::m20251228_000000_add_fts_search_vector::SEARCH;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SEARCH.fill(manager).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}
