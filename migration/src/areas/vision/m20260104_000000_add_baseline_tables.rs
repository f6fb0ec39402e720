//! What is usual for a camera: activity by hour and day of the week, and each class by hour. Anomalies are found
//! against it.
//!
//! Both decay exponentially: `weight` is that of what was learned so far, at `last_updated`.
//!
//! Known as `add_baselines` in the system that it comes from.

use migration_engine::{Describe, project::describe::Allowed};
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{m20251220_000000_initial_schema::without_zone, rows};
use crate::{
    baseline::Baseline,
    portable::table::{PortableTable, Type},
};

const TABLES: Baseline = Baseline {
    enums: &[],
    tables: &[("activity_baselines", activity_baselines), ("class_baselines", class_baselines)],
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

    /// What is usual, for cameras that are there twice as well.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::baselines(manager).await
    }

    fn allows(&self) -> &'static [Allowed] {
        &[Allowed {
            rule: "prefer-timestamp-tz",
            reason: "as it was at first; m20260106_000000_fix_datetime_timezone repairs it",
        }]
    }
}

fn activity_baselines(backend: DbBackend) -> TableCreateStatement {
    let table = PortableTable::new(backend, "activity_baselines")
        .number_key(&[])
        .required("camera_id", Type::Id)
        .required("hour", Type::Count)
        .required("day_of_week", Type::Count)
        .defaulting("rate", Type::Number, 0.0)
        .defaulting("weight", Type::Number, 0.0)
        .defaulting("sample_count", Type::Count, 0);
    without_zone(table, backend, "last_updated", true)
        .unique(&["camera_id", "hour", "day_of_week"])
        .belongs_to("camera_id", "cameras", ForeignKeyAction::Cascade)
        .create()
}

fn class_baselines(backend: DbBackend) -> TableCreateStatement {
    let table = PortableTable::new(backend, "class_baselines")
        .number_key(&[])
        .required("camera_id", Type::Id)
        .required("detection_class", Type::Name(50))
        .required("hour", Type::Count)
        .defaulting("frequency", Type::Number, 0.0)
        .defaulting("weight", Type::Number, 0.0)
        .defaulting("sample_count", Type::Count, 0);
    without_zone(table, backend, "last_updated", true)
        .unique(&["camera_id", "detection_class", "hour"])
        .belongs_to("camera_id", "cameras", ForeignKeyAction::Cascade)
        .create()
}
