//! What the language model was asked about an event.
//!
//! Known as `add_llm_prompt` in the system that it comes from.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::column::NewColumn;
use super::rows;
use crate::portable::table::Type;

const COLUMN: NewColumn = NewColumn::optional("events", "llm_prompt", Type::Text);

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

    /// Prompts of some events.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::set(manager, "events", "llm_prompt = 'What is it? \"it''s\"'", 2).await
    }
}
