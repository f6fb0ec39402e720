//! Changes of what a camera looks at: somebody has moved it, or covered it.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::{
        now,
        table::{PortableTable, Type, newest_first},
    },
};

const TABLES: Baseline = Baseline {
    enums: &[],
    tables: &[("scene_changes", scene_changes)],
    indexes: |_| vec![newest_first("scene_changes", &["camera_id"], "detected_at")],
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
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// A camera that was moved.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::scene_changes(manager).await
    }
}

fn scene_changes(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "scene_changes")
        .number_key(&[])
        .required("camera_id", Type::Id)
        .defaulting("detected_at", Type::Moment, now(backend))
        .required("similarity", Type::Number)
        .optional("file_path", Type::Name(500))
        .defaulting("reviewed", Type::Boolean, false)
        .check("similarity_range", "similarity BETWEEN 0 AND 1")
        .belongs_to("camera_id", "cameras", ForeignKeyAction::Cascade)
        .create()
}
