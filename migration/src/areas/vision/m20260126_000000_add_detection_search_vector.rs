//! Full text over detections: their class and the name of their picture.

use migration_engine::{Describe, project::describe::Allowed};
use sea_orm_migration::prelude::*;

use super::search::Search;

const SEARCH: Search = Search { table: "detections", columns: &[("object_type", 'A'), ("file_path", 'D')] };

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SEARCH.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SEARCH.drop(manager).await
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    fn allows(&self) -> &'static [Allowed] {
        &[Allowed { rule: "lossy-rollback", reason: "it follows from the other columns" }]
    }
}
