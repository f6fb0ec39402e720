//! The area `analytics`: its tables as promised, and what they refuse.

use tests::{TestDatabase, on_every_backend};

use crate::contract::{
    self, CREATED_AT, Default, ID,
    Kind::{Bytes, Count, Decimal, Enum, Json, Moment, Name, Text, Uuid},
    Table, UPDATED_AT, defaulting, optional, required,
};

on_every_backend!(the_contract_is_kept, bad_rows_are_refused);

const SEVERITIES: &[&str] = &["LOW", "MEDIUM", "HIGH", "CRITICAL"];

const TABLES: &[Table] = &[
    Table {
        unique: &["alert_id"],
        indexes: &[
            "machine_id, timestamp desc, id desc",
            "severity, timestamp desc, id desc",
            "status, timestamp desc, id desc",
            "assigned_to, timestamp desc, id desc",
            "timestamp desc, id desc",
        ],
        archive: Some("id"),
        ..Table::of(
            "alerts",
            &[
                ID,
                required("alert_id", Name(50)),
                required("machine_id", Name(50)),
                required("severity", Enum("alert_severity", SEVERITIES)),
                required("alert_type", Name(50)),
                required("timestamp", Moment),
                optional("description", Text),
                optional("details", Json),
                defaulting(
                    "status",
                    Enum("alert_status", &["NEW", "ACKNOWLEDGED", "IN_PROGRESS", "RESOLVED", "DISMISSED"]),
                    Default::Label("NEW"),
                ),
                optional("assigned_to", Name(100)),
                optional("resolution_time", Moment),
                CREATED_AT,
                UPDATED_AT,
            ],
            "id",
        )
    },
    Table {
        indexes: &[
            "machine_id, timestamp desc, id desc",
            "anomaly_type, timestamp desc, id desc",
            "severity, timestamp desc, id desc",
        ],
        without_chunks: &["timestamp desc, id desc"],
        archive: Some("id, timestamp"),
        bad: &[("ml_confidence", "1.0001"), ("ml_confidence", "-0.0001")],
        ..Table::of(
            "anomaly_records",
            &[
                ID,
                required("machine_id", Name(50)),
                required("anomaly_type", Name(50)),
                required("severity", Enum("anomaly_severity", SEVERITIES)),
                required("timestamp", Moment),
                optional("sensor_data", Json),
                optional("calculated_metrics", Json),
                optional("ml_features", Json),
                optional("ml_confidence", Decimal(5, 4)),
                defaulting("algorithm_used", Name(50), Default::Label("threshold")),
                CREATED_AT,
            ],
            "id, timestamp",
        )
    },
    Table {
        indexes: &["machine_id, calculation_time desc, id desc", "calculation_time desc, id desc"],
        bad: &[("uptime_percentage", "100.01"), ("uptime_percentage", "-0.01")],
        ..Table::of(
            "performance_metrics",
            &[
                ID,
                required("machine_id", Name(50)),
                required("calculation_time", Moment),
                optional("average_load", Decimal(5, 2)),
                optional("average_temperature", Decimal(5, 2)),
                optional("average_vibration", Decimal(5, 2)),
                optional("uptime_percentage", Decimal(5, 2)),
                optional("efficiency_rating", Decimal(5, 2)),
                optional("anomaly_count", Count),
                optional("ml_model_version", Name(20)),
                CREATED_AT,
            ],
            "id, calculation_time",
        )
    },
    Table {
        unique: &["report_id"],
        indexes: &[
            "generated_time desc, id desc",
            "report_type, generated_time desc, id desc",
            "machine_id, generated_time desc, id desc",
        ],
        ..Table::of(
            "maintenance_reports",
            &[
                ID,
                required("report_id", Name(50)),
                required("report_type", Enum("maintenance_report_type", &["DAILY", "WEEKLY", "MONTHLY"])),
                required("generated_time", Moment),
                optional("machine_id", Name(50)),
                required("content", Json),
                optional("metrics_summary", Json),
                optional("recommendations", Json),
                CREATED_AT,
            ],
            "id",
        )
    },
    Table {
        indexes: &[
            "alert_id, created_at desc, id desc",
            "notification_type, created_at desc, id desc",
            "status, created_at desc, id desc",
            "sent_time desc, id desc",
        ],
        ..Table::of(
            "notification_logs",
            &[
                ID,
                optional("alert_id", Name(50)),
                required("notification_type", Name(20)),
                required("recipient", Name(100)),
                optional("subject", Name(255)),
                optional("content", Text),
                required("status", Enum("notification_status", &["SENT", "FAILED", "DELIVERED"])),
                optional("sent_time", Moment),
                optional("response_details", Json),
                CREATED_AT,
            ],
            "id",
        )
    },
    Table {
        unique: &["model_id"],
        indexes: &["machine_type, model_version desc", "status, created_at desc, id desc"],
        bad: &[("accuracy_score", "1.0001"), ("accuracy_score", "-0.0001")],
        ..Table::of(
            "ml_models",
            &[
                ID,
                required("model_id", Name(50)),
                required("machine_type", Name(50)),
                required("model_version", Name(20)),
                optional("model_name", Name(100)),
                optional("model_data", Bytes),
                optional("training_data_info", Json),
                optional("training_date", Moment),
                optional("accuracy_score", Decimal(5, 4)),
                defaulting(
                    "status",
                    Enum("ml_model_status", &["ACTIVE", "INACTIVE", "ARCHIVED"]),
                    Default::Label("ACTIVE"),
                ),
                CREATED_AT,
                UPDATED_AT,
            ],
            "id",
        )
    },
    Table {
        references: &["model_id ml_models.model_id"],
        ..Table::of(
            "ml_model_parts",
            &[
                required("model_id", Name(50)),
                required("part", Count),
                required("upload", Uuid),
                required("data", Bytes),
            ],
            "model_id, part",
        )
    },
];

async fn the_contract_is_kept(database: TestDatabase) {
    contract::is_kept(database, "analytics", TABLES).await;
}

async fn bad_rows_are_refused(database: TestDatabase) {
    contract::bad_rows_are_refused(database, "analytics", TABLES).await;
}

#[tokio::test]
async fn anomalies_and_metrics_are_partitioned_and_alerts_are_not() {
    let expected = [
        "anomaly_records is cut by timestamp 7 days",
        "anomaly_records is stored by machine_id, \"timestamp\" DESC,id DESC",
        "anomaly_records: policy_compression 7 days",
        "anomaly_records_archive is cut by timestamp 7 days",
        "anomaly_records_archive is stored by machine_id, \"timestamp\" DESC,id DESC",
        "performance_metrics is cut by calculation_time 7 days",
        "performance_metrics is stored by machine_id, calculation_time DESC,id DESC",
        "performance_metrics: policy_compression 7 days",
    ];
    contract::is_partitioned("analytics", &expected).await;
}
