//! What other models found out about a detection: faces, plates, clothing, weather.
//!
//! Known as `add_enrichment_data` in the system that it comes from.

use migration_engine::Describe;
use sea_orm_migration::prelude::*;

use super::column::NewColumn;
use super::rows;
use crate::portable::table::Type;

const COLUMN: NewColumn = NewColumn::optional("detections", "enrichment_data", Type::Json);

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

    /// Findings about some detections.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::set(manager, "detections", r#"enrichment_data = '{"plate": "it''s 42"}'"#, 3).await
    }
}
