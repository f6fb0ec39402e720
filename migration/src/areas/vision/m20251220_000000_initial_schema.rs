//! API keys, cameras, GPU statistics, logs, detections and events.
//!
//! An API key is known by its SHA-256 hash alone. An event has the list of its detections in a column, and many moments
//! have no zone: both as it was, and both repaired by later revisions.
//!
//! Logs and GPU statistics will be cut by time, so it is in their primary key from the beginning. A detection is
//! referred to by its number, which is its key for now.
//!
//! Known as `968b0dff6a9b` in the system that it comes from.

use migration_engine::{Describe, project::describe::Allowed};
use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{PortableTable, Type},
};

const TABLES: Baseline = Baseline {
    enums: &[],
    tables: &[
        ("api_keys", api_keys),
        ("cameras", cameras),
        ("gpu_stats", gpu_stats),
        ("logs", logs),
        ("detections", detections),
        ("events", events),
    ],
    indexes,
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

    /// Cameras, some of them twice, with what they saw in January.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::first(manager).await
    }

    fn allows(&self) -> &'static [Allowed] {
        &[Allowed {
            rule: "prefer-timestamp-tz",
            reason: "as it was at first; m20260106_000000_fix_datetime_timezone repairs it",
        }]
    }
}

fn api_keys(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "api_keys")
        .number_key(&[])
        .required("name", Type::Name(100))
        .required("key_hash", Type::Name(64))
        .defaulting("is_active", Type::Boolean, true)
        .optional("last_used_at", Type::Moment)
        .created_at()
        .check("key_hash_length", "length(key_hash) = 64")
        .unique(&["key_hash"])
        .create()
}

fn cameras(backend: DbBackend) -> TableCreateStatement {
    let table = PortableTable::new(backend, "cameras")
        .number_key(&[])
        .required("name", Type::Name(255))
        .required("folder_path", Type::Name(500))
        .defaulting("status", Type::Name(20), "online");
    let table = without_zone(table, backend, "created_at", true);
    without_zone(table, backend, "last_seen_at", false).create()
}

fn gpu_stats(backend: DbBackend) -> TableCreateStatement {
    let table = PortableTable::new(backend, "gpu_stats").number_key(&["recorded_at"]);
    without_zone(table, backend, "recorded_at", true)
        .optional("gpu_name", Type::Name(255))
        .optional("utilization", Type::Number)
        .optional("memory_used", Type::Count)
        .optional("memory_total", Type::Count)
        .optional("temperature", Type::Number)
        .optional("power_usage", Type::Number)
        .create()
}

fn logs(backend: DbBackend) -> TableCreateStatement {
    let table = PortableTable::new(backend, "logs").number_key(&["timestamp"]);
    without_zone(table, backend, "timestamp", true)
        .required("level", Type::Name(10))
        .required("component", Type::Name(50))
        .required("message", Type::Text)
        .optional("camera_id", Type::Id)
        .optional("request_id", Type::Name(36))
        .optional("duration_ms", Type::Count)
        .optional("extra", Type::Json)
        .create()
}

fn detections(backend: DbBackend) -> TableCreateStatement {
    let table = PortableTable::new(backend, "detections").number_key(&[]).required("camera_id", Type::Id);
    without_zone(table, backend, "detected_at", true)
        .required("file_path", Type::Name(500))
        .optional("object_type", Type::Name(50))
        .optional("confidence", Type::Number)
        .optional("bbox_x", Type::Count)
        .optional("bbox_y", Type::Count)
        .optional("bbox_width", Type::Count)
        .optional("bbox_height", Type::Count)
        .optional("thumbnail_path", Type::Name(500))
        .belongs_to("camera_id", "cameras", ForeignKeyAction::Cascade)
        .create()
}

fn events(backend: DbBackend) -> TableCreateStatement {
    let table = PortableTable::new(backend, "events")
        .number_key(&[])
        .required("camera_id", Type::Id)
        .required("batch_id", Type::Name(100));
    let table = without_zone(table, backend, "started_at", true);
    without_zone(table, backend, "ended_at", false)
        .optional("risk", Type::Count)
        .optional("summary", Type::Text)
        .optional("reasoning", Type::Text)
        .defaulting("reviewed", Type::Boolean, false)
        .optional("notes", Type::Text)
        .column(detection_ids(backend), DETECTION_IDS, None)
        .belongs_to("camera_id", "cameras", ForeignKeyAction::Cascade)
        .create()
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let index = |name: &str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("idx_detections_camera_time", "detections", &["camera_id", "detected_at"]),
        index("idx_events_started_at", "events", &["started_at"]),
        index("idx_logs_timestamp", "logs", &["timestamp"]),
    ]
}

pub(super) const DETECTION_IDS: &str = "detection_ids";

/// The list of an event's detections, in order: `bigint[]` on PostgreSQL, a JSON array elsewhere. Its check stands with the
/// column, so that SQLite can drop both.
pub(super) fn detection_ids(backend: DbBackend) -> ColumnDef {
    let mut column = ColumnDef::new(DETECTION_IDS);
    match Dialect::of(backend) {
        Dialect::Postgres => column.array(ColumnType::BigInteger).default(Expr::cust("'{}'")).check(Expr::cust(
            "coalesce(array_ndims(detection_ids), 1) = 1 AND array_position(detection_ids, NULL) IS NULL",
        )),
        Dialect::MySql => column.json().default(Expr::cust("(json_array())")),
        Dialect::Sqlite => column
            .text()
            .default("[]")
            .check(Expr::cust("json_valid(detection_ids) AND json_type(detection_ids) = 'array'")),
    };
    column.not_null();
    column
}

/// A moment that does not say in which zone it is. SQLite's check, which cannot be changed later, takes it with and without
/// UTC's.
pub(super) fn without_zone(
    table: PortableTable,
    backend: DbBackend,
    name: &'static str,
    is_required: bool,
) -> PortableTable {
    let mut column = ColumnDef::new(name);
    match Dialect::of(backend) {
        Dialect::Sqlite => column.text(),
        Dialect::MySql => column.custom("datetime(6)"),
        Dialect::Postgres => column.custom("timestamp"),
    };
    if is_required {
        column.not_null();
    }
    let rule = (backend == DbBackend::Sqlite).then(|| {
        let bare = format!("{name} GLOB '????-??-?? ??:??:??*' AND substr({name}, 20) NOT GLOB '*[^0-9.]*'");
        let rule = format!("julianday({name}) IS NOT NULL AND ({bare} OR {name} GLOB '????-??-??T??:??:??*+00:00')");
        if is_required { rule } else { format!("{name} IS NULL OR ({rule})") }
    });
    table.column(column, name, rule)
}
