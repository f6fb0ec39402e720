//! The prompt that each model is given now, with its parameters.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{PortableTable, Type},
};

const TABLES: Baseline =
    Baseline { enums: &[], tables: &[("prompt_configs", prompt_configs)], indexes: |_| Vec::new() };

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TABLES.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn parents(&self) -> Parents {
        Parents::Named(&["m20260114_000000_merge_heads"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// A prompt for each of two models.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::prompt_configs(manager).await
    }
}

fn prompt_configs(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "prompt_configs")
        .number_key(&[])
        .required("model", Type::Name(50))
        .required("system_prompt", Type::Text)
        .defaulting("temperature", Type::Number, 0.7)
        .defaulting("max_tokens", Type::Count, 2048)
        .defaulting("version", Type::Count, 1)
        .created_and_updated_at()
        .check("temperature_range", "temperature BETWEEN 0 AND 2")
        .unique(&["model"])
        .create()
}
