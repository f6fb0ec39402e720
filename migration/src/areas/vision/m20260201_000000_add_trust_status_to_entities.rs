//! Whether an entity is known and trusted.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::column::{Default, NewColumn};
use super::rows;
use crate::portable::{
    create_enum, drop_enum, has_enum,
    table::{EnumType, Type},
};

const TRUST: EnumType = ("trust_status", &["trusted", "untrusted", "unknown"]);
const COLUMN: NewColumn =
    NewColumn::defaulting("entities", "trust_status", Type::Enum(TRUST), Default::Text("unknown"));

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if !has_enum(manager, TRUST.0).await? {
            create_enum(manager, TRUST.0, TRUST.1).await?;
        }
        COLUMN.add(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        COLUMN.drop(manager).await?;
        if has_enum(manager, TRUST.0).await? {
            drop_enum(manager, TRUST.0).await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Some that are trusted.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::set(manager, "entities", "trust_status = 'trusted'", 2).await
    }
}
