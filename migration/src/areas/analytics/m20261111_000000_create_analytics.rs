//! Alerts, anomaly records, performance metrics, maintenance reports, notification logs and machine-learning models.
//!
//! Closed sets are enums, spelled in capitals as the clients do. Types of alerts and anomalies, the algorithm, and the way
//! a notification takes (EMAIL, SMS, SLACK …) are open text: each grows without a revision.
//!
//! Anomaly records and performance metrics will be hypertables, so the column they are cut by is in their primary key from
//! the beginning, on every backend but SQLite, where the id alone is the key.
//!
//! `notification_logs` refers to its alert by `alert_id` and the database does not enforce that: alerts are to be moved to
//! an archive, and what was sent stays on record. The log of a test message has none.
//!
//! Shares of one (`ml_confidence`, `accuracy_score`) lie in 0 to 1, `uptime_percentage` in 0 to 100.

use migration_engine::Describe;
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::{ANOMALIES, METRICS, rows};
use crate::{
    baseline::Baseline,
    portable::table::{EnumType, PortableTable, Type, newest_first},
};

const ALERT_SEVERITY: EnumType = ("alert_severity", &["LOW", "MEDIUM", "HIGH", "CRITICAL"]);
const ALERT_STATUS: EnumType = ("alert_status", &["NEW", "ACKNOWLEDGED", "IN_PROGRESS", "RESOLVED", "DISMISSED"]);
const ANOMALY_SEVERITY: EnumType = ("anomaly_severity", &["LOW", "MEDIUM", "HIGH", "CRITICAL"]);
const REPORT_TYPE: EnumType = ("maintenance_report_type", &["DAILY", "WEEKLY", "MONTHLY"]);
const NOTIFICATION_STATUS: EnumType = ("notification_status", &["SENT", "FAILED", "DELIVERED"]);
const MODEL_STATUS: EnumType = ("ml_model_status", &["ACTIVE", "INACTIVE", "ARCHIVED"]);

const BASELINE: Baseline = Baseline {
    enums: &[ALERT_SEVERITY, ALERT_STATUS, ANOMALY_SEVERITY, REPORT_TYPE, NOTIFICATION_STATUS, MODEL_STATUS],
    tables: &[
        ("alerts", alerts),
        (ANOMALIES, anomaly_records),
        (METRICS, performance_metrics),
        ("maintenance_reports", maintenance_reports),
        ("notification_logs", notification_logs),
        ("ml_models", ml_models),
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

    /// Four weeks of rows in every state, with nulls and quotes, and models with and without their bytes.
    async fn seed(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rows::seed_all(manager).await
    }
}

fn alerts(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "alerts")
        .number_key(&[])
        .required("alert_id", Type::Name(50))
        .required("machine_id", Type::Name(50))
        .required("severity", Type::Enum(ALERT_SEVERITY))
        .required("alert_type", Type::Name(50))
        .required("timestamp", Type::Moment)
        .optional("description", Type::Text)
        .optional("details", Type::Json)
        .defaulting("status", Type::Enum(ALERT_STATUS), "NEW")
        .optional("assigned_to", Type::Name(100))
        .optional("resolution_time", Type::Moment)
        .created_and_updated_at()
        .unique(&["alert_id"])
        .create()
}

fn anomaly_records(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, ANOMALIES)
        .number_key(&["timestamp"])
        .required("machine_id", Type::Name(50))
        .required("anomaly_type", Type::Name(50))
        .required("severity", Type::Enum(ANOMALY_SEVERITY))
        .required("timestamp", Type::Moment)
        .optional("sensor_data", Type::Json)
        .optional("calculated_metrics", Type::Json)
        .optional("ml_features", Type::Json)
        .optional("ml_confidence", Type::Decimal(5, 4))
        .defaulting("algorithm_used", Type::Name(50), "threshold")
        .created_at()
        .check("confidence", "ml_confidence BETWEEN 0 AND 1")
        .create()
}

fn performance_metrics(backend: DbBackend) -> TableCreateStatement {
    const MEASURE: Type = Type::Decimal(5, 2);
    PortableTable::new(backend, METRICS)
        .number_key(&["calculation_time"])
        .required("machine_id", Type::Name(50))
        .required("calculation_time", Type::Moment)
        .optional("average_load", MEASURE)
        .optional("average_temperature", MEASURE)
        .optional("average_vibration", MEASURE)
        .optional("uptime_percentage", MEASURE)
        .optional("efficiency_rating", MEASURE)
        .optional("anomaly_count", Type::Count)
        .optional("ml_model_version", Type::Name(20))
        .created_at()
        .check("uptime", "uptime_percentage BETWEEN 0 AND 100")
        .create()
}

fn maintenance_reports(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "maintenance_reports")
        .number_key(&[])
        .required("report_id", Type::Name(50))
        .required("report_type", Type::Enum(REPORT_TYPE))
        .required("generated_time", Type::Moment)
        .optional("machine_id", Type::Name(50))
        .required("content", Type::Json)
        .optional("metrics_summary", Type::Json)
        .optional("recommendations", Type::Json)
        .created_at()
        .unique(&["report_id"])
        .create()
}

fn notification_logs(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "notification_logs")
        .number_key(&[])
        .optional("alert_id", Type::Name(50))
        .required("notification_type", Type::Name(20))
        .required("recipient", Type::Name(100))
        .optional("subject", Type::Name(255))
        .optional("content", Type::Text)
        .required("status", Type::Enum(NOTIFICATION_STATUS))
        .optional("sent_time", Type::Moment)
        .optional("response_details", Type::Json)
        .created_at()
        .create()
}

fn ml_models(backend: DbBackend) -> TableCreateStatement {
    PortableTable::new(backend, "ml_models")
        .number_key(&[])
        .required("model_id", Type::Name(50))
        .required("machine_type", Type::Name(50))
        .required("model_version", Type::Name(20))
        .optional("model_name", Type::Name(100))
        .optional("model_data", Type::Bytes)
        .optional("training_data_info", Type::Json)
        .optional("training_date", Type::Moment)
        .optional("accuracy_score", Type::Decimal(5, 4))
        .defaulting("status", Type::Enum(MODEL_STATUS), "ACTIVE")
        .created_and_updated_at()
        .check("accuracy", "accuracy_score BETWEEN 0 AND 1")
        .unique(&["model_id"])
        .create()
}

fn indexes(_: DbBackend) -> Vec<IndexCreateStatement> {
    let mut of_machine_type = Index::create();
    of_machine_type.name("ml_models_machine_type_model_version_idx").table("ml_models");
    of_machine_type.col("machine_type").col(("model_version", IndexOrder::Desc));
    vec![
        newest_first("alerts", &["machine_id"], "timestamp"),
        newest_first("alerts", &["severity"], "timestamp"),
        newest_first("alerts", &["status"], "timestamp"),
        newest_first("alerts", &["assigned_to"], "timestamp"),
        newest_first(ANOMALIES, &["machine_id"], "timestamp"),
        newest_first(ANOMALIES, &["anomaly_type"], "timestamp"),
        newest_first(ANOMALIES, &["severity"], "timestamp"),
        newest_first(METRICS, &["machine_id"], "calculation_time"),
        newest_first(METRICS, &[], "calculation_time"),
        newest_first("maintenance_reports", &[], "generated_time"),
        newest_first("maintenance_reports", &["report_type"], "generated_time"),
        newest_first("maintenance_reports", &["machine_id"], "generated_time"),
        newest_first("notification_logs", &["alert_id"], "created_at"),
        newest_first("notification_logs", &["notification_type"], "created_at"),
        newest_first("notification_logs", &["status"], "created_at"),
        newest_first("notification_logs", &[], "sent_time"),
        of_machine_type.take(),
        newest_first("ml_models", &["status"], "created_at"),
    ]
}
