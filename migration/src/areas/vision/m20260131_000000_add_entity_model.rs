//! Entities: the same person, vehicle or animal, seen again and again. `embedding` is what they are known by.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{index::index_of_detection, rows};
use crate::{
    baseline::Baseline,
    portable::{
        now,
        table::{EnumType, PortableTable, Type, newest_first},
    },
};

const TYPE: EnumType = ("entity_type", &["person", "vehicle", "animal", "package", "other"]);

const TABLES: Baseline = Baseline {
    enums: &[TYPE],
    tables: &[("entities", entities), ("entity_detections", entity_detections)],
    indexes: |_| {
        vec![
            newest_first("entities", &["entity_type"], "last_seen_at"),
            index_of_detection("idx_entity_detections_detection", "entity_detections"),
        ]
    },
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

    /// Entities of every type, each with a detection.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::entities(manager).await
    }
}

fn entities(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "entities")
        .number_key(&[])
        .required("entity_type", Type::Enum(TYPE))
        .optional("label", Type::Name(255))
        .optional("embedding", Type::Json)
        .optional("attributes", Type::Json)
        .defaulting("first_seen_at", Type::Moment, now(backend))
        .defaulting("last_seen_at", Type::Moment, now(backend))
        .defaulting("detection_count", Type::Count, 0)
        .create()
}

fn entity_detections(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "entity_detections")
        .required("entity_id", Type::Id)
        .required("detection_id", Type::Id)
        .optional("similarity", Type::Number)
        .key(&["entity_id", "detection_id"])
        .belongs_to("entity_id", "entities", ForeignKeyAction::Cascade)
        .belongs_to("detection_id", "detections", ForeignKeyAction::Cascade)
        .create()
}
