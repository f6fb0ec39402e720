//! Versions of the prompts, a history for each model, one of which is active.
//!
//! Known as `add_prompt_versions` in the system that it comes from.

use migration_engine::{Describe, project::describe::Parents};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type, newest_first},
};

const MODEL: EnumType = ("aimodel", &["nemotron", "florence2", "yolo_world", "xclip", "fashion_clip"]);

const TABLES: Baseline = Baseline {
    enums: &[MODEL],
    tables: &[("prompt_versions", prompt_versions)],
    indexes: |_| vec![newest_first("prompt_versions", &["model"], "created_at")],
};

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
        Parents::Named(&["m20260109_000000_add_event_audits_table"])
    }

    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Versions of each model, some of them twice.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::prompt_versions(manager).await
    }
}

fn prompt_versions(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "prompt_versions")
        .number_key(&[])
        .required("model", Type::Enum(MODEL))
        .required("version", Type::Count)
        .created_at()
        .optional("created_by", Type::Name(255))
        .required("config", Type::Json)
        .optional("change_description", Type::Text)
        .defaulting("is_active", Type::Boolean, false)
        .optional("performance_score", Type::Number)
        .create()
}
