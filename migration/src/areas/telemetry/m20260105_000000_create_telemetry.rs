//! Sensors, their readings, and what is made of them: anomaly alerts, maintenance tasks and maintenance logs.
//!
//! Closed sets of values are enums. The type of a sensor and of an anomaly are open text: sensors come with new
//! hardware and anomalies with new models, and neither may wait for a revision.
//!
//! `sensor_readings` is written hundreds of times a second, so it carries only what earns its keep:
//!
//! - No foreign key to `sensors`. Each insert would look the sensor up and lock its row against changes, a reading could
//!   not come before the registration of its sensor, and TimescaleDB would check it again for chunks it converts.
//! - No index on `timestamp` alone: the primary key begins with it and serves range scans in both directions.
//! - A value is a number. NaN and the infinities would spoil average, minimum and maximum of their hour for good, and
//!   neither MySQL nor SQLite can store them all. A sensor that has no value writes no reading.
//!
//! `id` is a number for those who know readings by one, and not the key. PostgreSQL takes it from the sequence
//! `sensor_readings_id_seq`. On SQLite it is the name of the row's own number, which costs nothing, and `timestamp` and
//! `sensor_id` are unique instead of the primary key. MySQL counts only in a column with an index.

use migration_engine::Describe;
use migration_timescale::Dialect;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::rows;
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type, newest_first},
};

const SENSOR_STATUS: EnumType = ("sensor_status", &["active", "inactive", "maintenance", "faulty", "decommissioned"]);
const ALERT_SEVERITY: EnumType = ("anomaly_alert_severity", &["low", "medium", "high", "critical"]);
const ALERT_STATUS: EnumType = ("anomaly_alert_status", &["open", "acknowledged", "resolved", "dismissed"]);
const TASK_TYPE: EnumType =
    ("maintenance_task_type", &["inspection", "preventive", "predictive", "corrective", "calibration"]);
const TASK_PRIORITY: EnumType = ("maintenance_task_priority", &["low", "medium", "high", "critical"]);
const TASK_STATUS: EnumType =
    ("maintenance_task_status", &["pending", "scheduled", "in_progress", "completed", "cancelled"]);
const LOG_STATUS: EnumType = ("maintenance_log_status", &["completed", "incomplete", "failed"]);

const BASELINE: Baseline = Baseline {
    enums: &[SENSOR_STATUS, ALERT_SEVERITY, ALERT_STATUS, TASK_TYPE, TASK_PRIORITY, TASK_STATUS, LOG_STATUS],
    tables: &[
        ("sensors", sensors),
        ("sensor_readings", sensor_readings),
        ("anomaly_alerts", anomaly_alerts),
        ("maintenance_tasks", maintenance_tasks),
        ("maintenance_logs", maintenance_logs),
    ],
    indexes,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SQLite and MySQL too: a run that is killed leaves nothing, as far as the backend can do that.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        BASELINE.create(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        BASELINE.drop(manager).await
    }
}

#[async_trait::async_trait]
impl Describe for Migration {
    fn area(&self) -> Option<&'static str> {
        Some(super::AREA)
    }

    /// Rows in every state, with nulls and quotes, and four weeks of readings.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::seed_all(manager).await
    }
}

fn sensors(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "sensors")
        .uuid_key()
        .required("sensor_id", Type::Name(255))
        .required("type", Type::Name(100))
        .optional("location", Type::Name(255))
        .defaulting("status", Type::Enum(SENSOR_STATUS), "active")
        .created_and_updated_at()
        .unique(&["sensor_id"])
        .create()
}

fn sensor_readings(backend: DbBackend) -> TableCreateStatement {
    const KEY: [&str; 2] = ["timestamp", "sensor_id"];
    let table = PortableTable::new(backend, "sensor_readings")
        .required("timestamp", Type::Moment)
        .required("sensor_id", Type::Name(255))
        .optional("sensor_type", Type::Name(100))
        .required("value", Type::Number)
        .optional("unit", Type::Name(50))
        .optional("quality", Type::Number)
        .optional("sensor_metadata", Type::Json)
        .created_at();
    let mut id = ColumnDef::new("id");
    match Dialect::of(backend) {
        Dialect::Sqlite => table.column(id.integer().primary_key().take(), "id", None).unique(&KEY),
        Dialect::MySql => {
            let counted = id.integer().not_null().auto_increment().take();
            table.column(counted, "id", None).inline_index("id").key(&KEY)
        }
        // Integer, and a sequence of its own that the default asks.
        Dialect::Postgres => table.column(id.custom("serial").not_null().take(), "id", None).key(&KEY),
    }
    .create()
}

fn anomaly_alerts(backend: DbBackend) -> TableCreateStatement {
    let mut confidence = ColumnDef::new("confidence");
    confidence.double().not_null();
    // NaN, which PostgreSQL sorts above all numbers, is refused by the upper bound.
    let in_range = "confidence >= 0 AND confidence <= 1".to_owned();
    PortableTable::new(backend, "anomaly_alerts")
        .uuid_key()
        .required("sensor_id", Type::Name(255))
        .required("anomaly_type", Type::Name(100))
        .required("severity", Type::Enum(ALERT_SEVERITY))
        .column(confidence, "confidence", Some(in_range))
        .optional("description", Type::Text)
        .optional("evidence", Type::Json)
        .required("recommended_actions", Type::TextList)
        .defaulting("status", Type::Enum(ALERT_STATUS), "open")
        .created_and_updated_at()
        .references("sensor_id", "sensors")
        .create()
}

fn maintenance_tasks(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "maintenance_tasks")
        .uuid_key()
        .required("equipment_id", Type::Name(255))
        .optional("sensor_id", Type::Name(255))
        .required("task_type", Type::Enum(TASK_TYPE))
        .defaulting("priority", Type::Enum(TASK_PRIORITY), "medium")
        .defaulting("status", Type::Enum(TASK_STATUS), "pending")
        .optional("scheduled_start", Type::Moment)
        .optional("scheduled_end", Type::Moment)
        .required("required_skills", Type::TextList)
        .required("parts_needed", Type::TextList)
        .created_and_updated_at()
        .check("schedule", "scheduled_end >= scheduled_start")
        .references("sensor_id", "sensors")
        .create()
}

/// `task_id` is a reference that the database does not enforce: logs are kept when their task is deleted.
fn maintenance_logs(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "maintenance_logs")
        .uuid_key()
        .required("task_id", Type::Uuid)
        .required("equipment_id", Type::Name(255))
        .required("completion_date", Type::Moment)
        .optional("technician_id", Type::Name(255))
        .required("status", Type::Enum(LOG_STATUS))
        .optional("actual_duration_hours", Type::Number)
        .optional("notes", Type::Text)
        .created_and_updated_at()
        .check("duration", "actual_duration_hours >= 0")
        .create()
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let of_task = Index::create().name("maintenance_logs_task_id_idx").table("maintenance_logs").col("task_id").take();
    vec![
        newest_first("anomaly_alerts", &[], "created_at"),
        newest_first("anomaly_alerts", &["sensor_id"], "created_at"),
        newest_first("maintenance_tasks", &["equipment_id"], "created_at"),
        newest_first("maintenance_tasks", &["sensor_id"], "created_at"),
        newest_first("maintenance_logs", &["equipment_id"], "completion_date"),
        of_task,
    ]
}
