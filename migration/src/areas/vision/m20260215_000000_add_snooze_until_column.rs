//! An alert may be put off until later.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::column::NewColumn;
use super::rows;
use crate::portable::table::Type;

const COLUMN: NewColumn = NewColumn::optional("alerts", "snooze_until", Type::Moment);

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        COLUMN.add(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        COLUMN.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Some that are put off.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::snoozed(manager).await
    }
}
