//! Zones: parts of a camera's picture that mean something.
//!
//! Known as `add_zones_001` in the system that it comes from.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type, newest_first},
};

const TYPE: EnumType = ("zone_type_enum", &["entry_point", "driveway", "sidewalk", "yard", "other"]);
const SHAPE: EnumType = ("zone_shape_enum", &["rectangle", "polygon"]);

const TABLES: Baseline = Baseline {
    enums: &[TYPE, SHAPE],
    tables: &[("zones", zones)],
    indexes: |_| vec![newest_first("zones", &["camera_id"], "created_at")],
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

    /// Zones of every type.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::zones(manager).await
    }
}

fn zones(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "zones")
        .number_key(&[])
        .required("camera_id", Type::Id)
        .required("name", Type::Name(255))
        .defaulting("zone_type", Type::Enum(TYPE), "other")
        .required("coordinates", Type::Json)
        .defaulting("shape", Type::Enum(SHAPE), "rectangle")
        .defaulting("color", Type::Name(7), "#3B82F6")
        .defaulting("enabled", Type::Boolean, true)
        .defaulting("priority", Type::Count, 0)
        .created_and_updated_at()
        .belongs_to("camera_id", "cameras", ForeignKeyAction::Cascade)
        .create()
}
