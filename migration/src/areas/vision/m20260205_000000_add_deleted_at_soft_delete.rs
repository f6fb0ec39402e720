//! What is deleted stays until it is deleted for good: cameras, events, zones and rules.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::column::NewColumn;
use super::rows;
use crate::portable::table::Type;

const COLUMNS: [NewColumn; 4] = [
    NewColumn::optional("cameras", "deleted_at", Type::Moment),
    NewColumn::optional("events", "deleted_at", Type::Moment),
    NewColumn::optional("zones", "deleted_at", Type::Moment),
    NewColumn::optional("alert_rules", "deleted_at", Type::Moment),
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
        for column in COLUMNS {
            column.add(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS.iter().rev() {
            column.drop(manager).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Some of each that are deleted.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::deleted(manager).await
    }
}
