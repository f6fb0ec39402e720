//! An alert has a key: of those that say the same, one is delivered in a while.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::prelude::*;

use super::{
    column::NewColumn,
    index::{NewIndex, create_all, drop_all},
    rows,
};
use crate::portable::table::Type;

const KEY: NewColumn = NewColumn::optional("alerts", "dedup_key", Type::Name(255));
const INDEXES: [NewIndex; 1] = [NewIndex::of("idx_alerts_dedup_key", "alerts", &["dedup_key", "created_at"])];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        KEY.add(manager).await?;
        create_all(manager, &INDEXES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &INDEXES).await?;
        KEY.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260117_000000_add_partial_indexes_boolean_columns"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Keys of some alerts.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::set(manager, "alerts", "dedup_key = 'front:person'", 2).await
    }
}
