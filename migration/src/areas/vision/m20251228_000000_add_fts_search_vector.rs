//! Full text over the summary and reasoning of events, and over what was seen in them.
//!
//! `object_types` has the classes of an event's detections, once each and in order, so that a search need not look them
//! up. For the events there are it is filled in from their lists.
//!
//! Known as `20251228_fts` in the system that it comes from.

use migration_engine::Describe;
use migration_engine::revision::batch::BatchedUpdate;
use migration_timescale::Dialect;
use sea_orm_migration::prelude::*;

use super::{column::NewColumn, search::Search};
use crate::portable::table::Type;

const OBJECT_TYPES: NewColumn = NewColumn::optional("events", "object_types", Type::Text);
pub(super) const SEARCH: Search =
    Search { table: "events", columns: &[("summary", 'A'), ("reasoning", 'C'), ("object_types", 'B')] };

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Its steps have transactions of their own; each looks whether it is done.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        OBJECT_TYPES.add(manager).await?;
        fill_object_types(manager).await?;
        SEARCH.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SEARCH.drop(manager).await?;
        OBJECT_TYPES.drop(manager).await
    }
}

impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }
}

/// Events whose detections have classes, and that have none themselves.
async fn fill_object_types(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let (classes, is_of_event) = match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => {
            ("string_agg(DISTINCT d.object_type, ', ' ORDER BY d.object_type)", "d.id = ANY (events.detection_ids)")
        }
        Dialect::MySql => (
            "group_concat(DISTINCT d.object_type ORDER BY d.object_type SEPARATOR ', ')",
            "json_contains(events.detection_ids, cast(d.id AS char))",
        ),
        Dialect::Sqlite => {
            ("group_concat(d.object_type, ', ')", "d.id IN (SELECT value FROM json_each(events.detection_ids))")
        }
    };
    // SQLite joins distinct texts with a comma alone, and in the order in which they come.
    let from = match Dialect::of(manager.get_database_backend()) {
        Dialect::Sqlite => format!(
            "(SELECT DISTINCT d.object_type FROM detections d WHERE {is_of_event} AND d.object_type IS NOT NULL ORDER BY 1) d"
        ),
        Dialect::Postgres | Dialect::MySql => format!("detections d WHERE {is_of_event} AND d.object_type IS NOT NULL"),
    };
    let any = format!("EXISTS (SELECT 1 FROM detections d WHERE {is_of_event} AND d.object_type IS NOT NULL)");
    BatchedUpdate::of("events", &["id"])
        .set(&format!("object_types = (SELECT {classes} FROM {from})"))
        .rows_where(&format!("object_types IS NULL AND {any}"))
        .run(manager)
        .await
}
