//! A number that grows with every change of an alert: whoever changes it says which one was read, and is told when
//! another came first.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::column::{Default, NewColumn};
use super::rows;
use crate::portable::table::Type;

const COLUMN: NewColumn = NewColumn::defaulting("alerts", "version_id", Type::Count, Default::Number(1));

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

    /// Alerts that were changed.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::set(manager, "alerts", "version_id = 4", 2).await
    }
}
