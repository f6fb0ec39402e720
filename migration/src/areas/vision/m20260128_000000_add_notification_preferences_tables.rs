//! Who is told of what, and when not: preferences, hours of quiet, and settings of each camera.
//!
//! Hours are written `22:00`, in the time zone of the camera.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{PortableTable, Type},
};

const TABLES: Baseline = Baseline {
    enums: &[],
    tables: &[
        ("notification_preferences", notification_preferences),
        ("quiet_hours_periods", quiet_hours_periods),
        ("camera_notification_settings", camera_notification_settings),
    ],
    indexes: |_| Vec::new(),
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

    /// Preferences, and settings of two cameras.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::notifications(manager).await
    }
}

fn notification_preferences(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "notification_preferences")
        .number_key(&[])
        .defaulting("enabled", Type::Boolean, true)
        .defaulting("sound", Type::Name(50), "default")
        .optional("risk_filters", Type::Json)
        .created_and_updated_at()
        .create()
}

fn quiet_hours_periods(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "quiet_hours_periods")
        .number_key(&[])
        .required("label", Type::Name(255))
        .required("start_time", Type::Name(5))
        .required("end_time", Type::Name(5))
        .optional("days", Type::Json)
        .created_at()
        .check("length", "length(start_time) = 5 AND length(end_time) = 5")
        .create()
}

fn camera_notification_settings(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "camera_notification_settings")
        .number_key(&[])
        .required("camera_id", Type::Id)
        .defaulting("enabled", Type::Boolean, true)
        .defaulting("risk_threshold", Type::Count, 0)
        .updated_at()
        .unique(&["camera_id"])
        .belongs_to("camera_id", "cameras", ForeignKeyAction::Cascade)
        .create()
}
