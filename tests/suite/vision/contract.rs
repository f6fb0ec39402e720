//! The tables of the area `vision`: their columns, keys and labels as they were promised, and what they refuse.

use tests::{TestDatabase, on_every_backend};

use crate::contract::{
    self, CREATED_AT, Default, ID,
    Kind::{Boolean, Count, Double, Enum, Instant, Json, Name, Text, Whole},
    Table, UPDATED_AT, defaulting, optional, required,
};

on_every_backend!(the_columns_are_kept, bad_rows_are_refused);

const AIMODEL: &[&str] = &["nemotron", "florence2", "yolo_world", "xclip", "fashion_clip"];
const ALERT_SEVERITY: &[&str] = &["low", "medium", "high", "critical"];
const ALERT_STATUS: &[&str] = &["pending", "delivered", "acknowledged", "dismissed"];
const ENTITY_TYPE: &[&str] = &["person", "vehicle", "animal", "package", "other"];
const FEEDBACK_TYPE: &[&str] = &[
    "accurate",
    "false_positive",
    "missed_threat",
    "severity_wrong",
    "wrong_object",
    "wrong_person",
    "duplicate_event",
    "wrong_zone",
];
const TRUST_STATUS: &[&str] = &["trusted", "untrusted", "unknown"];
const ZONE_SHAPE_ENUM: &[&str] = &["rectangle", "polygon"];
const ZONE_TYPE_ENUM: &[&str] = &["entry_point", "driveway", "sidewalk", "yard", "other"];

/// In the order in which they refer to each other.
const TABLES: &[Table] = &[
    Table {
        unique: &["folder_path", "name"],
        ..Table::of(
            "cameras",
            &[
                ID,
                required("name", Name(255)),
                required("folder_path", Name(500)),
                defaulting("status", Name(20), Default::Label("online")),
                required("created_at", Instant),
                optional("last_seen_at", Instant),
                defaulting("timezone", Name(50), Default::Label("UTC")),
                optional("deleted_at", Instant),
            ],
            "id",
        )
    },
    Table {
        references: &["camera_id cameras.id"],
        bad: &[("risk", "101"), ("camera_id", "2")],
        ..Table::of(
            "events",
            &[
                ID,
                required("camera_id", Whole),
                required("batch_id", Name(100)),
                required("started_at", Instant),
                optional("ended_at", Instant),
                optional("risk", Count),
                optional("summary", Text),
                optional("reasoning", Text),
                defaulting("reviewed", Boolean, Default::False),
                optional("notes", Text),
                optional("object_types", Text),
                optional("clip_path", Name(500)),
                optional("llm_prompt", Text),
                optional("deleted_at", Instant),
            ],
            "id",
        )
    },
    Table {
        references: &["camera_id cameras.id"],
        bad: &[("confidence", "1.01"), ("confidence", "-0.01"), ("camera_id", "2")],
        ..Table::of(
            "detections",
            &[
                ID,
                required("camera_id", Whole),
                required("detected_at", Instant),
                required("file_path", Name(500)),
                optional("object_type", Name(50)),
                optional("confidence", Double),
                optional("bbox_x", Count),
                optional("bbox_y", Count),
                optional("bbox_width", Count),
                optional("bbox_height", Count),
                optional("thumbnail_path", Name(500)),
                optional("enrichment_data", Json),
            ],
            "id, detected_at",
        )
    },
    Table {
        unique: &["key_hash"],
        good: &[("key_hash", "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'")],
        bad: &[("key_hash", "'short'")],
        ..Table::of(
            "api_keys",
            &[
                ID,
                required("name", Name(100)),
                required("key_hash", Name(64)),
                defaulting("is_active", Boolean, Default::True),
                optional("last_used_at", Instant),
                CREATED_AT,
            ],
            "id",
        )
    },
    Table::of(
        "gpu_stats",
        &[
            ID,
            required("recorded_at", Instant),
            optional("gpu_name", Name(255)),
            optional("utilization", Double),
            optional("memory_used", Count),
            optional("memory_total", Count),
            optional("temperature", Double),
            optional("power_usage", Double),
        ],
        "id, recorded_at",
    ),
    Table::of(
        "logs",
        &[
            ID,
            required("timestamp", Instant),
            required("level", Name(10)),
            required("component", Name(50)),
            required("message", Text),
            optional("camera_id", Whole),
            optional("request_id", Name(36)),
            optional("duration_ms", Count),
            optional("extra", Json),
        ],
        "id, timestamp",
    ),
    Table {
        bad: &[("risk_threshold", "101"), ("min_confidence", "1.01"), ("min_confidence", "-0.01")],
        ..Table::of(
            "alert_rules",
            &[
                ID,
                required("name", Name(255)),
                optional("description", Text),
                defaulting("enabled", Boolean, Default::True),
                defaulting("severity", Enum("alert_severity", ALERT_SEVERITY), Default::Label("medium")),
                optional("risk_threshold", Count),
                optional("min_confidence", Double),
                optional("object_types", Json),
                optional("conditions", Json),
                defaulting("cooldown_seconds", Count, Default::Number("300")),
                CREATED_AT,
                UPDATED_AT,
                optional("deleted_at", Instant),
            ],
            "id",
        )
    },
    Table {
        references: &["event_id events.id", "rule_id alert_rules.id"],
        bad: &[("event_id", "2"), ("rule_id", "2")],
        ..Table::of(
            "alerts",
            &[
                ID,
                required("event_id", Whole),
                optional("rule_id", Whole),
                defaulting("severity", Enum("alert_severity", ALERT_SEVERITY), Default::Label("medium")),
                defaulting("status", Enum("alert_status", ALERT_STATUS), Default::Label("pending")),
                optional("channels", Json),
                optional("details", Json),
                optional("delivered_at", Instant),
                CREATED_AT,
                UPDATED_AT,
                optional("dedup_key", Name(255)),
                optional("snooze_until", Instant),
                defaulting("version_id", Count, Default::Number("1")),
            ],
            "id",
        )
    },
    Table {
        references: &["camera_id cameras.id"],
        ..Table::of(
            "zones",
            &[
                ID,
                required("camera_id", Whole),
                required("name", Name(255)),
                defaulting("zone_type", Enum("zone_type_enum", ZONE_TYPE_ENUM), Default::Label("other")),
                required("coordinates", Json),
                defaulting("shape", Enum("zone_shape_enum", ZONE_SHAPE_ENUM), Default::Label("rectangle")),
                defaulting("color", Name(7), Default::Label("#3B82F6")),
                defaulting("enabled", Boolean, Default::True),
                defaulting("priority", Count, Default::Number("0")),
                CREATED_AT,
                UPDATED_AT,
                optional("deleted_at", Instant),
            ],
            "id",
        )
    },
    Table::of(
        "audit_logs",
        &[
            ID,
            defaulting("timestamp", Instant, Default::Now),
            required("action", Name(50)),
            required("resource_type", Name(50)),
            optional("resource_id", Name(255)),
            required("actor", Name(100)),
            optional("ip_address", Name(45)),
            optional("user_agent", Text),
            optional("details", Json),
            defaulting("status", Name(20), Default::Label("success")),
        ],
        "id",
    ),
    Table {
        unique: &["camera_id, hour, day_of_week"],
        references: &["camera_id cameras.id"],
        bad: &[("hour", "24"), ("day_of_week", "7")],
        ..Table::of(
            "activity_baselines",
            &[
                ID,
                required("camera_id", Whole),
                required("hour", Count),
                required("day_of_week", Count),
                defaulting("rate", Double, Default::Number("0")),
                defaulting("weight", Double, Default::Number("0")),
                defaulting("sample_count", Count, Default::Number("0")),
                required("last_updated", Instant),
            ],
            "id",
        )
    },
    Table {
        unique: &["camera_id, detection_class, hour"],
        references: &["camera_id cameras.id"],
        bad: &[("hour", "24")],
        ..Table::of(
            "class_baselines",
            &[
                ID,
                required("camera_id", Whole),
                required("detection_class", Name(50)),
                required("hour", Count),
                defaulting("frequency", Double, Default::Number("0")),
                defaulting("weight", Double, Default::Number("0")),
                defaulting("sample_count", Count, Default::Number("0")),
                required("last_updated", Instant),
            ],
            "id",
        )
    },
    Table {
        unique: &["event_id"],
        references: &["event_id events.id"],
        bad: &[("overall_quality_score", "5.1"), ("overall_quality_score", "0.9"), ("event_id", "2")],
        ..Table::of(
            "event_audits",
            &[
                ID,
                required("event_id", Whole),
                defaulting("audited_at", Instant, Default::Now),
                defaulting("is_fully_evaluated", Boolean, Default::False),
                optional("context_usage_score", Double),
                optional("reasoning_coherence_score", Double),
                optional("risk_justification_score", Double),
                optional("consistency_score", Double),
                optional("overall_quality_score", Double),
                optional("critique", Text),
                optional("missing_context", Json),
            ],
            "id",
        )
    },
    Table {
        unique: &["model, version"],
        bad: &[("version", "0")],
        ..Table::of(
            "prompt_versions",
            &[
                ID,
                required("model", Enum("aimodel", AIMODEL)),
                required("version", Count),
                CREATED_AT,
                optional("created_by", Name(255)),
                required("config", Json),
                optional("change_description", Text),
                defaulting("is_active", Boolean, Default::False),
                optional("performance_score", Double),
                defaulting("row_version", Count, Default::Number("1")),
            ],
            "id",
        )
    },
    Table {
        unique: &["model"],
        bad: &[("temperature", "2.1"), ("temperature", "-0.1")],
        ..Table::of(
            "prompt_configs",
            &[
                ID,
                required("model", Name(50)),
                required("system_prompt", Text),
                defaulting("temperature", Double, Default::Number("0.7")),
                defaulting("max_tokens", Count, Default::Number("2048")),
                defaulting("version", Count, Default::Number("1")),
                CREATED_AT,
                UPDATED_AT,
            ],
            "id",
        )
    },
    Table::of(
        "notification_preferences",
        &[
            ID,
            defaulting("enabled", Boolean, Default::True),
            defaulting("sound", Name(50), Default::Label("default")),
            optional("risk_filters", Json),
            CREATED_AT,
            UPDATED_AT,
        ],
        "id",
    ),
    Table {
        good: &[("start_time", "'22:00'"), ("end_time", "'06:00'")],
        bad: &[("start_time", "'9:00'")],
        ..Table::of(
            "quiet_hours_periods",
            &[
                ID,
                required("label", Name(255)),
                required("start_time", Name(5)),
                required("end_time", Name(5)),
                optional("days", Json),
                CREATED_AT,
            ],
            "id",
        )
    },
    Table {
        unique: &["camera_id"],
        references: &["camera_id cameras.id"],
        ..Table::of(
            "camera_notification_settings",
            &[
                ID,
                required("camera_id", Whole),
                defaulting("enabled", Boolean, Default::True),
                defaulting("risk_threshold", Count, Default::Number("0")),
                UPDATED_AT,
            ],
            "id",
        )
    },
    Table {
        unique: &["event_id"],
        references: &["event_id events.id"],
        ..Table::of(
            "user_feedback",
            &[
                ID,
                required("event_id", Whole),
                required("feedback_type", Enum("feedback_type", FEEDBACK_TYPE)),
                optional("notes", Text),
                CREATED_AT,
            ],
            "id",
        )
    },
    Table {
        unique: &["user_id"],
        good: &[("low_threshold", "30"), ("medium_threshold", "60"), ("high_threshold", "85")],
        bad: &[("low_threshold", "60"), ("high_threshold", "101")],
        ..Table::of(
            "user_calibration",
            &[
                ID,
                required("user_id", Name(255)),
                defaulting("low_threshold", Count, Default::Number("30")),
                defaulting("medium_threshold", Count, Default::Number("60")),
                defaulting("high_threshold", Count, Default::Number("85")),
                defaulting("decay_factor", Double, Default::Number("0.1")),
                defaulting("false_positive_count", Count, Default::Number("0")),
                defaulting("missed_threat_count", Count, Default::Number("0")),
                CREATED_AT,
                UPDATED_AT,
            ],
            "id",
        )
    },
    Table::of(
        "entities",
        &[
            ID,
            required("entity_type", Enum("entity_type", ENTITY_TYPE)),
            optional("label", Name(255)),
            optional("embedding", Json),
            optional("attributes", Json),
            defaulting("first_seen_at", Instant, Default::Now),
            defaulting("last_seen_at", Instant, Default::Now),
            defaulting("detection_count", Count, Default::Number("0")),
            defaulting("trust_status", Enum("trust_status", TRUST_STATUS), Default::Label("unknown")),
        ],
        "id",
    ),
    Table {
        references: &["entity_id entities.id"],
        ..Table::of(
            "entity_detections",
            &[required("entity_id", Whole), required("detection_id", Whole), optional("similarity", Double)],
            "entity_id, detection_id",
        )
    },
    Table {
        references: &["event_id events.id"],
        ..Table::of(
            "event_detections",
            &[required("event_id", Whole), required("detection_id", Whole), required("place", Count)],
            "event_id, detection_id",
        )
    },
    Table::of(
        "job_transitions",
        &[
            ID,
            required("job_id", Name(64)),
            optional("from_status", Name(20)),
            required("to_status", Name(20)),
            defaulting("transitioned_at", Instant, Default::Now),
            optional("reason", Text),
        ],
        "id",
    ),
    Table {
        references: &["camera_id cameras.id"],
        bad: &[("similarity", "1.01"), ("similarity", "-0.01")],
        ..Table::of(
            "scene_changes",
            &[
                ID,
                required("camera_id", Whole),
                defaulting("detected_at", Instant, Default::Now),
                required("similarity", Double),
                optional("file_path", Name(500)),
                defaulting("reviewed", Boolean, Default::False),
            ],
            "id",
        )
    },
];

async fn the_columns_are_kept(database: TestDatabase) {
    contract::columns_are_kept(database, "vision", TABLES, &["detections"]).await;
}

async fn bad_rows_are_refused(database: TestDatabase) {
    contract::bad_rows_are_refused(database, "vision", TABLES).await;
}
