//! Cameras, what they detect, and the events that a model makes of it, with alerts, feedback and what the service keeps of
//! itself.
//!
//! Its history grew on parallel branches: 52 revisions, seven of which merge others and do nothing else. It was taken over
//! from another system, revision by revision; each names the identifier that it had there.

mod aside;
mod column;
mod index;
mod m20251220_000000_initial_schema;
mod m20251228_000000_add_fts_search_vector;
mod m20260101_000000_add_alerts_and_alert_rules;
mod m20260102_000000_add_zones_table;
mod m20260103_000000_audit_logs_table;
mod m20260104_000000_add_baseline_tables;
mod m20260105_000000_add_clip_path_column;
mod m20260106_000000_fix_datetime_timezone;
mod m20260107_000000_fix_search_vector_backfill;
mod m20260108_000000_add_llm_prompt_column;
mod m20260109_000000_add_event_audits_table;
mod m20260110_000000_add_camera_unique_constraints;
mod m20260111_000000_add_enrichment_data_column;
mod m20260112_000000_add_object_types_gin_trgm_index;
mod m20260113_000000_add_prompt_versions_table;
mod m20260114_000000_merge_heads;
mod m20260115_000000_add_composite_indexes_for_filters;
mod m20260116_000000_add_covering_indexes_for_pagination;
mod m20260117_000000_add_partial_indexes_boolean_columns;
mod m20260118_000000_add_gin_brin_specialized_indexes;
mod m20260119_000000_add_gpu_stats_recorded_at_brin_index;
mod m20260120_000000_add_search_indexes;
mod m20260121_000000_add_alerts_deduplication_indexes;
mod m20260122_000000_add_events_backlog_improvement_indexes;
mod m20260123_000000_merge_database_optimization_heads;
mod m20260124_000000_add_detections_camera_object_index;
mod m20260125_000000_add_detections_object_type_detected_at_index;
mod m20260126_000000_add_detection_search_vector;
mod m20260127_000000_add_prompt_configs_table;
mod m20260128_000000_add_notification_preferences_tables;
mod m20260129_000000_add_user_feedback_and_calibration;
mod m20260130_000000_merge_user_feedback_and_notification;
mod m20260131_000000_add_entity_model;
mod m20260201_000000_add_trust_status_to_entities;
mod m20260202_000000_fix_camera_timezone_idempotent;
mod m20260203_000000_merge_heads_add_notification;
mod m20260204_000000_add_check_constraints;
mod m20260205_000000_add_deleted_at_soft_delete;
mod m20260206_000000_add_deleted_at_indexes;
mod m20260207_000000_add_event_detections_junction_table;
mod m20260208_000000_drop_detection_ids_column;
mod m20260209_000000_merge_deleted_at_indexes;
mod m20260210_000000_merge_migration_branches;
mod m20260211_000000_add_job_transitions_table;
mod m20260212_000000_add_4_feedback_types;
mod m20260213_000000_merge_add_4_feedback_types_and_job;
mod m20260214_000000_create_scene_changes_table;
mod m20260215_000000_add_snooze_until_column;
mod m20260216_000000_add_alert_version_id_column;
mod m20260217_000000_add_row_version_to_prompt_versions;
mod m20260218_000000_add_prompt_version_unique_constraint;
mod m20260219_000000_add_time_series_partitioning;
mod rows;
mod search;

use migration_engine::{Project, revisions};

/// Name of the area.
const AREA: &str = "vision";

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "vision.sqlite";

revisions! {
    /// The revisions of the area, oldest first.
    pub Migrator:
    m20251220_000000_initial_schema,
    m20251228_000000_add_fts_search_vector,
    m20260101_000000_add_alerts_and_alert_rules,
    m20260102_000000_add_zones_table,
    m20260103_000000_audit_logs_table,
    m20260104_000000_add_baseline_tables,
    m20260105_000000_add_clip_path_column,
    m20260106_000000_fix_datetime_timezone,
    m20260107_000000_fix_search_vector_backfill,
    m20260108_000000_add_llm_prompt_column,
    m20260109_000000_add_event_audits_table,
    m20260110_000000_add_camera_unique_constraints,
    m20260111_000000_add_enrichment_data_column,
    m20260112_000000_add_object_types_gin_trgm_index,
    m20260113_000000_add_prompt_versions_table,
    m20260114_000000_merge_heads,
    m20260115_000000_add_composite_indexes_for_filters,
    m20260116_000000_add_covering_indexes_for_pagination,
    m20260117_000000_add_partial_indexes_boolean_columns,
    m20260118_000000_add_gin_brin_specialized_indexes,
    m20260119_000000_add_gpu_stats_recorded_at_brin_index,
    m20260120_000000_add_search_indexes,
    m20260121_000000_add_alerts_deduplication_indexes,
    m20260122_000000_add_events_backlog_improvement_indexes,
    m20260123_000000_merge_database_optimization_heads,
    m20260124_000000_add_detections_camera_object_index,
    m20260125_000000_add_detections_object_type_detected_at_index,
    m20260126_000000_add_detection_search_vector,
    m20260127_000000_add_prompt_configs_table,
    m20260128_000000_add_notification_preferences_tables,
    m20260129_000000_add_user_feedback_and_calibration,
    m20260130_000000_merge_user_feedback_and_notification,
    m20260131_000000_add_entity_model,
    m20260201_000000_add_trust_status_to_entities,
    m20260202_000000_fix_camera_timezone_idempotent,
    m20260203_000000_merge_heads_add_notification,
    m20260204_000000_add_check_constraints,
    m20260205_000000_add_deleted_at_soft_delete,
    m20260206_000000_add_deleted_at_indexes,
    m20260207_000000_add_event_detections_junction_table,
    m20260208_000000_drop_detection_ids_column,
    m20260209_000000_merge_deleted_at_indexes,
    m20260210_000000_merge_migration_branches,
    m20260211_000000_add_job_transitions_table,
    m20260212_000000_add_4_feedback_types,
    m20260213_000000_merge_add_4_feedback_types_and_job,
    m20260214_000000_create_scene_changes_table,
    m20260215_000000_add_snooze_until_column,
    m20260216_000000_add_alert_version_id_column,
    m20260217_000000_add_row_version_to_prompt_versions,
    m20260218_000000_add_prompt_version_unique_constraint,
    m20260219_000000_add_time_series_partitioning,
}

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    Migrator::project().embedded(EMBEDDED_FILE)
}
