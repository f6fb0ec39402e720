-- The finished schema of the area vision. Written by `make schema`, never edited by hand.

CREATE TABLE "activity_baselines" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "camera_id" integer NOT NULL,
    "hour" integer NOT NULL,
    "day_of_week" integer NOT NULL,
    "rate" double NOT NULL DEFAULT 0,
    "weight" double NOT NULL DEFAULT 0,
    "sample_count" integer NOT NULL DEFAULT 0,
    "last_updated" text NOT NULL,
    CONSTRAINT "activity_baselines_camera_id_hour_day_of_week_key" UNIQUE ("camera_id", "hour", "day_of_week"),
    FOREIGN KEY ("camera_id") REFERENCES "cameras" ("id") ON DELETE CASCADE,
    CONSTRAINT "activity_baselines_camera_id_check" CHECK (typeof(camera_id) = 'integer'),
    CONSTRAINT "activity_baselines_hour_check" CHECK (typeof(hour) = 'integer' AND hour BETWEEN 0 AND 2147483647),
    CONSTRAINT "activity_baselines_day_of_week_check" CHECK (typeof(day_of_week) = 'integer' AND day_of_week BETWEEN 0 AND 2147483647),
    CONSTRAINT "activity_baselines_rate_check" CHECK (typeof(rate) = 'real' AND rate > -9e999 AND rate < 9e999),
    CONSTRAINT "activity_baselines_weight_check" CHECK (typeof(weight) = 'real' AND weight > -9e999 AND weight < 9e999),
    CONSTRAINT "activity_baselines_sample_count_check" CHECK (typeof(sample_count) = 'integer' AND sample_count BETWEEN 0 AND 2147483647),
    CONSTRAINT "activity_baselines_last_updated_check" CHECK (julianday(last_updated) IS NOT NULL AND (last_updated GLOB '????-??-?? ??:??:??*' AND substr(last_updated, 20) NOT GLOB '*[^0-9.]*' OR last_updated GLOB '????-??-??T??:??:??*+00:00'))
);

CREATE TABLE "alert_rules" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "name" varchar(255) NOT NULL,
    "description" text,
    "enabled" boolean NOT NULL DEFAULT TRUE,
    "severity" text NOT NULL DEFAULT 'medium',
    "risk_threshold" integer,
    "min_confidence" double,
    "object_types" text,
    "conditions" text,
    "cooldown_seconds" integer NOT NULL DEFAULT 300,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "deleted_at" text CHECK (deleted_at IS NULL OR (julianday(deleted_at) IS NOT NULL AND substr(deleted_at, 11, 1) = 'T' AND substr(deleted_at, -6) = '+00:00')),
    CONSTRAINT "alert_rules_name_check" CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT "alert_rules_enabled_check" CHECK (enabled IN (0, 1)),
    CONSTRAINT "alert_rules_severity_check" CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    CONSTRAINT "alert_rules_risk_threshold_check" CHECK (risk_threshold IS NULL OR (typeof(risk_threshold) = 'integer' AND risk_threshold BETWEEN 0 AND 2147483647)),
    CONSTRAINT "alert_rules_min_confidence_check" CHECK (min_confidence IS NULL OR (typeof(min_confidence) = 'real' AND min_confidence > -9e999 AND min_confidence < 9e999)),
    CONSTRAINT "alert_rules_object_types_check" CHECK (object_types IS NULL OR (json_valid(object_types))),
    CONSTRAINT "alert_rules_conditions_check" CHECK (conditions IS NULL OR (json_valid(conditions))),
    CONSTRAINT "alert_rules_cooldown_seconds_check" CHECK (typeof(cooldown_seconds) = 'integer' AND cooldown_seconds BETWEEN 0 AND 2147483647),
    CONSTRAINT "alert_rules_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "alert_rules_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "alerts" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "event_id" integer NOT NULL,
    "rule_id" integer,
    "severity" text NOT NULL DEFAULT 'medium',
    "status" text NOT NULL DEFAULT 'pending',
    "channels" text,
    "details" text,
    "delivered_at" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "dedup_key" varchar(255) CHECK (dedup_key IS NULL OR (length(dedup_key) BETWEEN 1 AND 255)),
    "snooze_until" text CHECK (snooze_until IS NULL OR (julianday(snooze_until) IS NOT NULL AND substr(snooze_until, 11, 1) = 'T' AND substr(snooze_until, -6) = '+00:00')),
    "version_id" integer NOT NULL DEFAULT 1 CHECK (typeof(version_id) = 'integer' AND version_id BETWEEN 0 AND 2147483647),
    FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("rule_id") REFERENCES "alert_rules" ("id") ON DELETE SET NULL,
    CONSTRAINT "alerts_event_id_check" CHECK (typeof(event_id) = 'integer'),
    CONSTRAINT "alerts_rule_id_check" CHECK (rule_id IS NULL OR (typeof(rule_id) = 'integer')),
    CONSTRAINT "alerts_severity_check" CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    CONSTRAINT "alerts_status_check" CHECK (status IN ('pending', 'delivered', 'acknowledged', 'dismissed')),
    CONSTRAINT "alerts_channels_check" CHECK (channels IS NULL OR (json_valid(channels))),
    CONSTRAINT "alerts_details_check" CHECK (details IS NULL OR (json_valid(details))),
    CONSTRAINT "alerts_delivered_at_check" CHECK (delivered_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(delivered_at, 1, 19)) IS substr(delivered_at, 1, 19) AND substr(delivered_at, 12, 2) < '24' AND julianday(delivered_at) IS NOT NULL AND delivered_at NOT GLOB '*[^0-9T:.+-]*' AND delivered_at GLOB '*+00:00' AND delivered_at >= '1970')),
    CONSTRAINT "alerts_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "alerts_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "api_keys" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "name" varchar(100) NOT NULL,
    "key_hash" varchar(64) NOT NULL,
    "is_active" boolean NOT NULL DEFAULT TRUE,
    "last_used_at" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "api_keys_key_hash_key" UNIQUE ("key_hash"),
    CONSTRAINT "api_keys_name_check" CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT "api_keys_key_hash_check" CHECK (length(key_hash) BETWEEN 1 AND 64),
    CONSTRAINT "api_keys_is_active_check" CHECK (is_active IN (0, 1)),
    CONSTRAINT "api_keys_last_used_at_check" CHECK (last_used_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(last_used_at, 1, 19)) IS substr(last_used_at, 1, 19) AND substr(last_used_at, 12, 2) < '24' AND julianday(last_used_at) IS NOT NULL AND last_used_at NOT GLOB '*[^0-9T:.+-]*' AND last_used_at GLOB '*+00:00' AND last_used_at >= '1970')),
    CONSTRAINT "api_keys_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "api_keys_key_hash_length_check" CHECK (length(key_hash) = 64)
);

CREATE TABLE "audit_logs" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "timestamp" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "action" varchar(50) NOT NULL,
    "resource_type" varchar(50) NOT NULL,
    "resource_id" varchar(255),
    "actor" varchar(100) NOT NULL,
    "ip_address" varchar(45),
    "user_agent" text,
    "details" text,
    "status" varchar(20) NOT NULL DEFAULT 'success',
    CONSTRAINT "audit_logs_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "audit_logs_action_check" CHECK (length(action) BETWEEN 1 AND 50),
    CONSTRAINT "audit_logs_resource_type_check" CHECK (length(resource_type) BETWEEN 1 AND 50),
    CONSTRAINT "audit_logs_resource_id_check" CHECK (resource_id IS NULL OR (length(resource_id) BETWEEN 1 AND 255)),
    CONSTRAINT "audit_logs_actor_check" CHECK (length(actor) BETWEEN 1 AND 100),
    CONSTRAINT "audit_logs_ip_address_check" CHECK (ip_address IS NULL OR (length(ip_address) BETWEEN 1 AND 45)),
    CONSTRAINT "audit_logs_details_check" CHECK (details IS NULL OR (json_valid(details))),
    CONSTRAINT "audit_logs_status_check" CHECK (length(status) BETWEEN 1 AND 20)
);

CREATE TABLE "camera_notification_settings" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "camera_id" integer NOT NULL,
    "enabled" boolean NOT NULL DEFAULT TRUE,
    "risk_threshold" integer NOT NULL DEFAULT 0,
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "camera_notification_settings_camera_id_key" UNIQUE ("camera_id"),
    FOREIGN KEY ("camera_id") REFERENCES "cameras" ("id") ON DELETE CASCADE,
    CONSTRAINT "camera_notification_settings_camera_id_check" CHECK (typeof(camera_id) = 'integer'),
    CONSTRAINT "camera_notification_settings_enabled_check" CHECK (enabled IN (0, 1)),
    CONSTRAINT "camera_notification_settings_risk_threshold_check" CHECK (typeof(risk_threshold) = 'integer' AND risk_threshold BETWEEN 0 AND 2147483647),
    CONSTRAINT "camera_notification_settings_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "cameras" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "name" varchar(255) NOT NULL,
    "folder_path" varchar(500) NOT NULL,
    "status" varchar(20) NOT NULL DEFAULT 'online',
    "created_at" text NOT NULL,
    "last_seen_at" text,
    "timezone" varchar(50) NOT NULL DEFAULT 'UTC' CHECK (length(timezone) BETWEEN 1 AND 50),
    "deleted_at" text CHECK (deleted_at IS NULL OR (julianday(deleted_at) IS NOT NULL AND substr(deleted_at, 11, 1) = 'T' AND substr(deleted_at, -6) = '+00:00')),
    CONSTRAINT "cameras_name_check" CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT "cameras_folder_path_check" CHECK (length(folder_path) BETWEEN 1 AND 500),
    CONSTRAINT "cameras_status_check" CHECK (length(status) BETWEEN 1 AND 20),
    CONSTRAINT "cameras_created_at_check" CHECK (julianday(created_at) IS NOT NULL AND (created_at GLOB '????-??-?? ??:??:??*' AND substr(created_at, 20) NOT GLOB '*[^0-9.]*' OR created_at GLOB '????-??-??T??:??:??*+00:00')),
    CONSTRAINT "cameras_last_seen_at_check" CHECK (last_seen_at IS NULL OR (julianday(last_seen_at) IS NOT NULL AND (last_seen_at GLOB '????-??-?? ??:??:??*' AND substr(last_seen_at, 20) NOT GLOB '*[^0-9.]*' OR last_seen_at GLOB '????-??-??T??:??:??*+00:00')))
);

CREATE TABLE "class_baselines" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "camera_id" integer NOT NULL,
    "detection_class" varchar(50) NOT NULL,
    "hour" integer NOT NULL,
    "frequency" double NOT NULL DEFAULT 0,
    "weight" double NOT NULL DEFAULT 0,
    "sample_count" integer NOT NULL DEFAULT 0,
    "last_updated" text NOT NULL,
    CONSTRAINT "class_baselines_camera_id_detection_class_hour_key" UNIQUE ("camera_id", "detection_class", "hour"),
    FOREIGN KEY ("camera_id") REFERENCES "cameras" ("id") ON DELETE CASCADE,
    CONSTRAINT "class_baselines_camera_id_check" CHECK (typeof(camera_id) = 'integer'),
    CONSTRAINT "class_baselines_detection_class_check" CHECK (length(detection_class) BETWEEN 1 AND 50),
    CONSTRAINT "class_baselines_hour_check" CHECK (typeof(hour) = 'integer' AND hour BETWEEN 0 AND 2147483647),
    CONSTRAINT "class_baselines_frequency_check" CHECK (typeof(frequency) = 'real' AND frequency > -9e999 AND frequency < 9e999),
    CONSTRAINT "class_baselines_weight_check" CHECK (typeof(weight) = 'real' AND weight > -9e999 AND weight < 9e999),
    CONSTRAINT "class_baselines_sample_count_check" CHECK (typeof(sample_count) = 'integer' AND sample_count BETWEEN 0 AND 2147483647),
    CONSTRAINT "class_baselines_last_updated_check" CHECK (julianday(last_updated) IS NOT NULL AND (last_updated GLOB '????-??-?? ??:??:??*' AND substr(last_updated, 20) NOT GLOB '*[^0-9.]*' OR last_updated GLOB '????-??-??T??:??:??*+00:00'))
);

CREATE TABLE "detections" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "camera_id" integer NOT NULL,
    "detected_at" text NOT NULL,
    "file_path" varchar(500) NOT NULL,
    "object_type" varchar(50),
    "confidence" double,
    "bbox_x" integer,
    "bbox_y" integer,
    "bbox_width" integer,
    "bbox_height" integer,
    "thumbnail_path" varchar(500),
    "enrichment_data" text CHECK (enrichment_data IS NULL OR (json_valid(enrichment_data))),
    FOREIGN KEY ("camera_id") REFERENCES "cameras" ("id") ON DELETE CASCADE,
    CONSTRAINT "detections_camera_id_check" CHECK (typeof(camera_id) = 'integer'),
    CONSTRAINT "detections_detected_at_check" CHECK (julianday(detected_at) IS NOT NULL AND (detected_at GLOB '????-??-?? ??:??:??*' AND substr(detected_at, 20) NOT GLOB '*[^0-9.]*' OR detected_at GLOB '????-??-??T??:??:??*+00:00')),
    CONSTRAINT "detections_file_path_check" CHECK (length(file_path) BETWEEN 1 AND 500),
    CONSTRAINT "detections_object_type_check" CHECK (object_type IS NULL OR (length(object_type) BETWEEN 1 AND 50)),
    CONSTRAINT "detections_confidence_check" CHECK (confidence IS NULL OR (typeof(confidence) = 'real' AND confidence > -9e999 AND confidence < 9e999)),
    CONSTRAINT "detections_bbox_x_check" CHECK (bbox_x IS NULL OR (typeof(bbox_x) = 'integer' AND bbox_x BETWEEN 0 AND 2147483647)),
    CONSTRAINT "detections_bbox_y_check" CHECK (bbox_y IS NULL OR (typeof(bbox_y) = 'integer' AND bbox_y BETWEEN 0 AND 2147483647)),
    CONSTRAINT "detections_bbox_width_check" CHECK (bbox_width IS NULL OR (typeof(bbox_width) = 'integer' AND bbox_width BETWEEN 0 AND 2147483647)),
    CONSTRAINT "detections_bbox_height_check" CHECK (bbox_height IS NULL OR (typeof(bbox_height) = 'integer' AND bbox_height BETWEEN 0 AND 2147483647)),
    CONSTRAINT "detections_thumbnail_path_check" CHECK (thumbnail_path IS NULL OR (length(thumbnail_path) BETWEEN 1 AND 500))
);

CREATE VIRTUAL TABLE detections_search USING fts5(object_type, file_path, content='detections', content_rowid='id');

CREATE TABLE "entities" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "entity_type" text NOT NULL,
    "label" varchar(255),
    "embedding" text,
    "attributes" text,
    "first_seen_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "last_seen_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "detection_count" integer NOT NULL DEFAULT 0,
    "trust_status" text NOT NULL DEFAULT 'unknown' CHECK (trust_status IN ('trusted', 'untrusted', 'unknown')),
    CONSTRAINT "entities_entity_type_check" CHECK (entity_type IN ('person', 'vehicle', 'animal', 'package', 'other')),
    CONSTRAINT "entities_label_check" CHECK (label IS NULL OR (length(label) BETWEEN 1 AND 255)),
    CONSTRAINT "entities_embedding_check" CHECK (embedding IS NULL OR (json_valid(embedding))),
    CONSTRAINT "entities_attributes_check" CHECK (attributes IS NULL OR (json_valid(attributes))),
    CONSTRAINT "entities_first_seen_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(first_seen_at, 1, 19)) IS substr(first_seen_at, 1, 19) AND substr(first_seen_at, 12, 2) < '24' AND julianday(first_seen_at) IS NOT NULL AND first_seen_at NOT GLOB '*[^0-9T:.+-]*' AND first_seen_at GLOB '*+00:00' AND first_seen_at >= '1970'),
    CONSTRAINT "entities_last_seen_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(last_seen_at, 1, 19)) IS substr(last_seen_at, 1, 19) AND substr(last_seen_at, 12, 2) < '24' AND julianday(last_seen_at) IS NOT NULL AND last_seen_at NOT GLOB '*[^0-9T:.+-]*' AND last_seen_at GLOB '*+00:00' AND last_seen_at >= '1970'),
    CONSTRAINT "entities_detection_count_check" CHECK (typeof(detection_count) = 'integer' AND detection_count BETWEEN 0 AND 2147483647)
);

CREATE TABLE "entity_detections" (
    "entity_id" integer NOT NULL,
    "detection_id" integer NOT NULL,
    "similarity" double,
    CONSTRAINT "entity_detections_pkey" PRIMARY KEY ("entity_id", "detection_id"),
    FOREIGN KEY ("entity_id") REFERENCES "entities" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("detection_id") REFERENCES "detections" ("id") ON DELETE CASCADE,
    CONSTRAINT "entity_detections_entity_id_check" CHECK (typeof(entity_id) = 'integer'),
    CONSTRAINT "entity_detections_detection_id_check" CHECK (typeof(detection_id) = 'integer'),
    CONSTRAINT "entity_detections_similarity_check" CHECK (similarity IS NULL OR (typeof(similarity) = 'real' AND similarity > -9e999 AND similarity < 9e999))
);

CREATE TABLE "event_audits" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "event_id" integer NOT NULL,
    "audited_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "is_fully_evaluated" boolean NOT NULL DEFAULT FALSE,
    "context_usage_score" double,
    "reasoning_coherence_score" double,
    "risk_justification_score" double,
    "consistency_score" double,
    "overall_quality_score" double,
    "critique" text,
    "missing_context" text,
    CONSTRAINT "event_audits_event_id_key" UNIQUE ("event_id"),
    FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE CASCADE,
    CONSTRAINT "event_audits_event_id_check" CHECK (typeof(event_id) = 'integer'),
    CONSTRAINT "event_audits_audited_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(audited_at, 1, 19)) IS substr(audited_at, 1, 19) AND substr(audited_at, 12, 2) < '24' AND julianday(audited_at) IS NOT NULL AND audited_at NOT GLOB '*[^0-9T:.+-]*' AND audited_at GLOB '*+00:00' AND audited_at >= '1970'),
    CONSTRAINT "event_audits_is_fully_evaluated_check" CHECK (is_fully_evaluated IN (0, 1)),
    CONSTRAINT "event_audits_context_usage_score_check" CHECK (context_usage_score IS NULL OR (typeof(context_usage_score) = 'real' AND context_usage_score > -9e999 AND context_usage_score < 9e999)),
    CONSTRAINT "event_audits_reasoning_coherence_score_check" CHECK (reasoning_coherence_score IS NULL OR (typeof(reasoning_coherence_score) = 'real' AND reasoning_coherence_score > -9e999 AND reasoning_coherence_score < 9e999)),
    CONSTRAINT "event_audits_risk_justification_score_check" CHECK (risk_justification_score IS NULL OR (typeof(risk_justification_score) = 'real' AND risk_justification_score > -9e999 AND risk_justification_score < 9e999)),
    CONSTRAINT "event_audits_consistency_score_check" CHECK (consistency_score IS NULL OR (typeof(consistency_score) = 'real' AND consistency_score > -9e999 AND consistency_score < 9e999)),
    CONSTRAINT "event_audits_overall_quality_score_check" CHECK (overall_quality_score IS NULL OR (typeof(overall_quality_score) = 'real' AND overall_quality_score > -9e999 AND overall_quality_score < 9e999)),
    CONSTRAINT "event_audits_missing_context_check" CHECK (missing_context IS NULL OR (json_valid(missing_context)))
);

CREATE TABLE "event_detections" (
    "event_id" integer NOT NULL,
    "detection_id" integer NOT NULL,
    "place" integer NOT NULL,
    CONSTRAINT "event_detections_pkey" PRIMARY KEY ("event_id", "detection_id"),
    FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("detection_id") REFERENCES "detections" ("id") ON DELETE CASCADE,
    CONSTRAINT "event_detections_event_id_check" CHECK (typeof(event_id) = 'integer'),
    CONSTRAINT "event_detections_detection_id_check" CHECK (typeof(detection_id) = 'integer'),
    CONSTRAINT "event_detections_place_check" CHECK (typeof(place) = 'integer' AND place BETWEEN 0 AND 2147483647)
);

CREATE TABLE "events" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "camera_id" integer NOT NULL,
    "batch_id" varchar(100) NOT NULL,
    "started_at" text NOT NULL,
    "ended_at" text,
    "risk" integer,
    "summary" text,
    "reasoning" text,
    "reviewed" boolean NOT NULL DEFAULT FALSE,
    "notes" text,
    "object_types" text,
    "clip_path" varchar(500) CHECK (clip_path IS NULL OR (length(clip_path) BETWEEN 1 AND 500)),
    "llm_prompt" text,
    "deleted_at" text CHECK (deleted_at IS NULL OR (julianday(deleted_at) IS NOT NULL AND substr(deleted_at, 11, 1) = 'T' AND substr(deleted_at, -6) = '+00:00')),
    FOREIGN KEY ("camera_id") REFERENCES "cameras" ("id") ON DELETE CASCADE,
    CONSTRAINT "events_camera_id_check" CHECK (typeof(camera_id) = 'integer'),
    CONSTRAINT "events_batch_id_check" CHECK (length(batch_id) BETWEEN 1 AND 100),
    CONSTRAINT "events_started_at_check" CHECK (julianday(started_at) IS NOT NULL AND (started_at GLOB '????-??-?? ??:??:??*' AND substr(started_at, 20) NOT GLOB '*[^0-9.]*' OR started_at GLOB '????-??-??T??:??:??*+00:00')),
    CONSTRAINT "events_ended_at_check" CHECK (ended_at IS NULL OR (julianday(ended_at) IS NOT NULL AND (ended_at GLOB '????-??-?? ??:??:??*' AND substr(ended_at, 20) NOT GLOB '*[^0-9.]*' OR ended_at GLOB '????-??-??T??:??:??*+00:00'))),
    CONSTRAINT "events_risk_check" CHECK (risk IS NULL OR (typeof(risk) = 'integer' AND risk BETWEEN 0 AND 2147483647)),
    CONSTRAINT "events_reviewed_check" CHECK (reviewed IN (0, 1))
);

CREATE VIRTUAL TABLE events_search USING fts5(summary, reasoning, object_types, content='events', content_rowid='id');

CREATE TABLE "gpu_stats" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "recorded_at" text NOT NULL,
    "gpu_name" varchar(255),
    "utilization" double,
    "memory_used" integer,
    "memory_total" integer,
    "temperature" double,
    "power_usage" double,
    CONSTRAINT "gpu_stats_recorded_at_check" CHECK (julianday(recorded_at) IS NOT NULL AND (recorded_at GLOB '????-??-?? ??:??:??*' AND substr(recorded_at, 20) NOT GLOB '*[^0-9.]*' OR recorded_at GLOB '????-??-??T??:??:??*+00:00')),
    CONSTRAINT "gpu_stats_gpu_name_check" CHECK (gpu_name IS NULL OR (length(gpu_name) BETWEEN 1 AND 255)),
    CONSTRAINT "gpu_stats_utilization_check" CHECK (utilization IS NULL OR (typeof(utilization) = 'real' AND utilization > -9e999 AND utilization < 9e999)),
    CONSTRAINT "gpu_stats_memory_used_check" CHECK (memory_used IS NULL OR (typeof(memory_used) = 'integer' AND memory_used BETWEEN 0 AND 2147483647)),
    CONSTRAINT "gpu_stats_memory_total_check" CHECK (memory_total IS NULL OR (typeof(memory_total) = 'integer' AND memory_total BETWEEN 0 AND 2147483647)),
    CONSTRAINT "gpu_stats_temperature_check" CHECK (temperature IS NULL OR (typeof(temperature) = 'real' AND temperature > -9e999 AND temperature < 9e999)),
    CONSTRAINT "gpu_stats_power_usage_check" CHECK (power_usage IS NULL OR (typeof(power_usage) = 'real' AND power_usage > -9e999 AND power_usage < 9e999))
);

CREATE TABLE "job_transitions" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "job_id" varchar(64) NOT NULL,
    "from_status" varchar(20),
    "to_status" varchar(20) NOT NULL,
    "transitioned_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "reason" text,
    CONSTRAINT "job_transitions_job_id_check" CHECK (length(job_id) BETWEEN 1 AND 64),
    CONSTRAINT "job_transitions_from_status_check" CHECK (from_status IS NULL OR (length(from_status) BETWEEN 1 AND 20)),
    CONSTRAINT "job_transitions_to_status_check" CHECK (length(to_status) BETWEEN 1 AND 20),
    CONSTRAINT "job_transitions_transitioned_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(transitioned_at, 1, 19)) IS substr(transitioned_at, 1, 19) AND substr(transitioned_at, 12, 2) < '24' AND julianday(transitioned_at) IS NOT NULL AND transitioned_at NOT GLOB '*[^0-9T:.+-]*' AND transitioned_at GLOB '*+00:00' AND transitioned_at >= '1970')
);

CREATE TABLE "logs" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "timestamp" text NOT NULL,
    "level" varchar(10) NOT NULL,
    "component" varchar(50) NOT NULL,
    "message" text NOT NULL,
    "camera_id" integer,
    "request_id" varchar(36),
    "duration_ms" integer,
    "extra" text,
    CONSTRAINT "logs_timestamp_check" CHECK (julianday(timestamp) IS NOT NULL AND (timestamp GLOB '????-??-?? ??:??:??*' AND substr(timestamp, 20) NOT GLOB '*[^0-9.]*' OR timestamp GLOB '????-??-??T??:??:??*+00:00')),
    CONSTRAINT "logs_level_check" CHECK (length(level) BETWEEN 1 AND 10),
    CONSTRAINT "logs_component_check" CHECK (length(component) BETWEEN 1 AND 50),
    CONSTRAINT "logs_camera_id_check" CHECK (camera_id IS NULL OR (typeof(camera_id) = 'integer')),
    CONSTRAINT "logs_request_id_check" CHECK (request_id IS NULL OR (length(request_id) BETWEEN 1 AND 36)),
    CONSTRAINT "logs_duration_ms_check" CHECK (duration_ms IS NULL OR (typeof(duration_ms) = 'integer' AND duration_ms BETWEEN 0 AND 2147483647)),
    CONSTRAINT "logs_extra_check" CHECK (extra IS NULL OR (json_valid(extra)))
);

CREATE TABLE "notification_preferences" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "enabled" boolean NOT NULL DEFAULT TRUE,
    "sound" varchar(50) NOT NULL DEFAULT 'default',
    "risk_filters" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "notification_preferences_enabled_check" CHECK (enabled IN (0, 1)),
    CONSTRAINT "notification_preferences_sound_check" CHECK (length(sound) BETWEEN 1 AND 50),
    CONSTRAINT "notification_preferences_risk_filters_check" CHECK (risk_filters IS NULL OR (json_valid(risk_filters))),
    CONSTRAINT "notification_preferences_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "notification_preferences_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "prompt_configs" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "model" varchar(50) NOT NULL,
    "system_prompt" text NOT NULL,
    "temperature" double NOT NULL DEFAULT 0.7,
    "max_tokens" integer NOT NULL DEFAULT 2048,
    "version" integer NOT NULL DEFAULT 1,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "prompt_configs_model_key" UNIQUE ("model"),
    CONSTRAINT "prompt_configs_model_check" CHECK (length(model) BETWEEN 1 AND 50),
    CONSTRAINT "prompt_configs_temperature_check" CHECK (typeof(temperature) = 'real' AND temperature > -9e999 AND temperature < 9e999),
    CONSTRAINT "prompt_configs_max_tokens_check" CHECK (typeof(max_tokens) = 'integer' AND max_tokens BETWEEN 0 AND 2147483647),
    CONSTRAINT "prompt_configs_version_check" CHECK (typeof(version) = 'integer' AND version BETWEEN 0 AND 2147483647),
    CONSTRAINT "prompt_configs_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "prompt_configs_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970'),
    CONSTRAINT "prompt_configs_temperature_range_check" CHECK (temperature BETWEEN 0 AND 2)
);

CREATE TABLE "prompt_versions" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "model" text NOT NULL,
    "version" integer NOT NULL,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "created_by" varchar(255),
    "config" text NOT NULL,
    "change_description" text,
    "is_active" boolean NOT NULL DEFAULT FALSE,
    "performance_score" double,
    "row_version" integer NOT NULL DEFAULT 1 CHECK (typeof(row_version) = 'integer' AND row_version BETWEEN 0 AND 2147483647),
    CONSTRAINT "prompt_versions_model_check" CHECK (model IN ('nemotron', 'florence2', 'yolo_world', 'xclip', 'fashion_clip')),
    CONSTRAINT "prompt_versions_version_check" CHECK (typeof(version) = 'integer' AND version BETWEEN 0 AND 2147483647),
    CONSTRAINT "prompt_versions_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "prompt_versions_created_by_check" CHECK (created_by IS NULL OR (length(created_by) BETWEEN 1 AND 255)),
    CONSTRAINT "prompt_versions_config_check" CHECK (json_valid(config)),
    CONSTRAINT "prompt_versions_is_active_check" CHECK (is_active IN (0, 1)),
    CONSTRAINT "prompt_versions_performance_score_check" CHECK (performance_score IS NULL OR (typeof(performance_score) = 'real' AND performance_score > -9e999 AND performance_score < 9e999))
);

CREATE TABLE "quiet_hours_periods" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "label" varchar(255) NOT NULL,
    "start_time" varchar(5) NOT NULL,
    "end_time" varchar(5) NOT NULL,
    "days" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "quiet_hours_periods_label_check" CHECK (length(label) BETWEEN 1 AND 255),
    CONSTRAINT "quiet_hours_periods_start_time_check" CHECK (length(start_time) BETWEEN 1 AND 5),
    CONSTRAINT "quiet_hours_periods_end_time_check" CHECK (length(end_time) BETWEEN 1 AND 5),
    CONSTRAINT "quiet_hours_periods_days_check" CHECK (days IS NULL OR (json_valid(days))),
    CONSTRAINT "quiet_hours_periods_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "quiet_hours_periods_length_check" CHECK (length(start_time) = 5 AND length(end_time) = 5)
);

CREATE TABLE "scene_changes" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "camera_id" integer NOT NULL,
    "detected_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "similarity" double NOT NULL,
    "file_path" varchar(500),
    "reviewed" boolean NOT NULL DEFAULT FALSE,
    FOREIGN KEY ("camera_id") REFERENCES "cameras" ("id") ON DELETE CASCADE,
    CONSTRAINT "scene_changes_camera_id_check" CHECK (typeof(camera_id) = 'integer'),
    CONSTRAINT "scene_changes_detected_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(detected_at, 1, 19)) IS substr(detected_at, 1, 19) AND substr(detected_at, 12, 2) < '24' AND julianday(detected_at) IS NOT NULL AND detected_at NOT GLOB '*[^0-9T:.+-]*' AND detected_at GLOB '*+00:00' AND detected_at >= '1970'),
    CONSTRAINT "scene_changes_similarity_check" CHECK (typeof(similarity) = 'real' AND similarity > -9e999 AND similarity < 9e999),
    CONSTRAINT "scene_changes_file_path_check" CHECK (file_path IS NULL OR (length(file_path) BETWEEN 1 AND 500)),
    CONSTRAINT "scene_changes_reviewed_check" CHECK (reviewed IN (0, 1)),
    CONSTRAINT "scene_changes_similarity_range_check" CHECK (similarity BETWEEN 0 AND 1)
);

CREATE TABLE "user_calibration" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "user_id" varchar(255) NOT NULL,
    "low_threshold" integer NOT NULL DEFAULT 30,
    "medium_threshold" integer NOT NULL DEFAULT 60,
    "high_threshold" integer NOT NULL DEFAULT 85,
    "decay_factor" double NOT NULL DEFAULT 0.1,
    "false_positive_count" integer NOT NULL DEFAULT 0,
    "missed_threat_count" integer NOT NULL DEFAULT 0,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "user_calibration_user_id_key" UNIQUE ("user_id"),
    CONSTRAINT "user_calibration_user_id_check" CHECK (length(user_id) BETWEEN 1 AND 255),
    CONSTRAINT "user_calibration_low_threshold_check" CHECK (typeof(low_threshold) = 'integer' AND low_threshold BETWEEN 0 AND 2147483647),
    CONSTRAINT "user_calibration_medium_threshold_check" CHECK (typeof(medium_threshold) = 'integer' AND medium_threshold BETWEEN 0 AND 2147483647),
    CONSTRAINT "user_calibration_high_threshold_check" CHECK (typeof(high_threshold) = 'integer' AND high_threshold BETWEEN 0 AND 2147483647),
    CONSTRAINT "user_calibration_decay_factor_check" CHECK (typeof(decay_factor) = 'real' AND decay_factor > -9e999 AND decay_factor < 9e999),
    CONSTRAINT "user_calibration_false_positive_count_check" CHECK (typeof(false_positive_count) = 'integer' AND false_positive_count BETWEEN 0 AND 2147483647),
    CONSTRAINT "user_calibration_missed_threat_count_check" CHECK (typeof(missed_threat_count) = 'integer' AND missed_threat_count BETWEEN 0 AND 2147483647),
    CONSTRAINT "user_calibration_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "user_calibration_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970'),
    CONSTRAINT "user_calibration_order_check" CHECK (low_threshold < medium_threshold AND medium_threshold < high_threshold AND high_threshold <= 100)
);

CREATE TABLE "user_feedback" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "event_id" integer NOT NULL,
    "feedback_type" text NOT NULL,
    "notes" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "user_feedback_event_id_key" UNIQUE ("event_id"),
    FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE CASCADE,
    CONSTRAINT "user_feedback_event_id_check" CHECK (typeof(event_id) = 'integer'),
    CONSTRAINT "user_feedback_feedback_type_check" CHECK (feedback_type IN ('accurate', 'false_positive', 'missed_threat', 'severity_wrong', 'wrong_object', 'wrong_person', 'duplicate_event', 'wrong_zone')),
    CONSTRAINT "user_feedback_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE TABLE "zones" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "camera_id" integer NOT NULL,
    "name" varchar(255) NOT NULL,
    "zone_type" text NOT NULL DEFAULT 'other',
    "coordinates" text NOT NULL,
    "shape" text NOT NULL DEFAULT 'rectangle',
    "color" varchar(7) NOT NULL DEFAULT '#3B82F6',
    "enabled" boolean NOT NULL DEFAULT TRUE,
    "priority" integer NOT NULL DEFAULT 0,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "deleted_at" text CHECK (deleted_at IS NULL OR (julianday(deleted_at) IS NOT NULL AND substr(deleted_at, 11, 1) = 'T' AND substr(deleted_at, -6) = '+00:00')),
    FOREIGN KEY ("camera_id") REFERENCES "cameras" ("id") ON DELETE CASCADE,
    CONSTRAINT "zones_camera_id_check" CHECK (typeof(camera_id) = 'integer'),
    CONSTRAINT "zones_name_check" CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT "zones_zone_type_check" CHECK (zone_type IN ('entry_point', 'driveway', 'sidewalk', 'yard', 'other')),
    CONSTRAINT "zones_coordinates_check" CHECK (json_valid(coordinates)),
    CONSTRAINT "zones_shape_check" CHECK (shape IN ('rectangle', 'polygon')),
    CONSTRAINT "zones_color_check" CHECK (length(color) BETWEEN 1 AND 7),
    CONSTRAINT "zones_enabled_check" CHECK (enabled IN (0, 1)),
    CONSTRAINT "zones_priority_check" CHECK (typeof(priority) = 'integer' AND priority BETWEEN 0 AND 2147483647),
    CONSTRAINT "zones_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "zones_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE INDEX "idx_alert_rules_enabled" ON "alert_rules" ("name") WHERE enabled;

CREATE INDEX "idx_alert_rules_present" ON "alert_rules" ("name") WHERE deleted_at IS NULL;

CREATE INDEX "alerts_event_id_created_at_idx" ON "alerts" ("event_id", "created_at" DESC, "id" DESC);

CREATE INDEX "alerts_rule_id_created_at_idx" ON "alerts" ("rule_id", "created_at" DESC, "id" DESC);

CREATE INDEX "idx_alerts_dedup_key" ON "alerts" ("dedup_key", "created_at");

CREATE INDEX "idx_alerts_page" ON "alerts" ("created_at" DESC, "id" DESC, "event_id", "severity", "status");

CREATE INDEX "idx_alerts_status_created_at" ON "alerts" ("status", "created_at" DESC);

CREATE INDEX "audit_logs_actor_timestamp_idx" ON "audit_logs" ("actor", "timestamp" DESC, "id" DESC);

CREATE INDEX "audit_logs_resource_type_resource_id_timestamp_idx" ON "audit_logs" ("resource_type", "resource_id", "timestamp" DESC, "id" DESC);

CREATE INDEX "audit_logs_timestamp_idx" ON "audit_logs" ("timestamp" DESC, "id" DESC);

CREATE UNIQUE INDEX "cameras_folder_path_key" ON "cameras" ("folder_path");

CREATE UNIQUE INDEX "cameras_name_key" ON "cameras" ("name");

CREATE INDEX "idx_cameras_present" ON "cameras" ("name") WHERE deleted_at IS NULL;

CREATE INDEX "idx_detections_camera_object_time" ON "detections" ("camera_id", "object_type", "detected_at");

CREATE INDEX "idx_detections_camera_object_type" ON "detections" ("camera_id", "object_type");

CREATE INDEX "idx_detections_camera_time" ON "detections" ("camera_id", "detected_at");

CREATE INDEX "idx_detections_object_type_time" ON "detections" ("object_type", "detected_at" DESC);

CREATE INDEX "idx_detections_page" ON "detections" ("detected_at" DESC, "id" DESC, "camera_id", "object_type", "confidence");

CREATE INDEX "entities_entity_type_last_seen_at_idx" ON "entities" ("entity_type", "last_seen_at" DESC, "id" DESC);

CREATE INDEX "idx_entity_detections_detection" ON "entity_detections" ("detection_id");

CREATE INDEX "event_audits_audited_at_idx" ON "event_audits" ("audited_at" DESC, "id" DESC);

CREATE INDEX "idx_event_detections_detection" ON "event_detections" ("detection_id");

CREATE INDEX "idx_events_backlog" ON "events" ("risk" DESC, "started_at" DESC) WHERE NOT reviewed;

CREATE INDEX "idx_events_camera_started_at" ON "events" ("camera_id", "started_at" DESC);

CREATE INDEX "idx_events_page" ON "events" ("started_at" DESC, "id" DESC, "camera_id", "risk", "reviewed");

CREATE INDEX "idx_events_present" ON "events" ("started_at" DESC, "id" DESC) WHERE deleted_at IS NULL;

CREATE INDEX "idx_events_risk_started_at" ON "events" ("risk" DESC, "started_at" DESC);

CREATE INDEX "idx_events_started_at" ON "events" ("started_at");

CREATE INDEX "idx_events_unreviewed" ON "events" ("started_at" DESC) WHERE NOT reviewed;

CREATE INDEX "job_transitions_job_id_transitioned_at_idx" ON "job_transitions" ("job_id", "transitioned_at" DESC, "id" DESC);

CREATE INDEX "idx_logs_timestamp" ON "logs" ("timestamp");

CREATE INDEX "idx_prompt_versions_active" ON "prompt_versions" ("model") WHERE is_active;

CREATE INDEX "prompt_versions_model_created_at_idx" ON "prompt_versions" ("model", "created_at" DESC, "id" DESC);

CREATE UNIQUE INDEX "prompt_versions_model_version_key" ON "prompt_versions" ("model", "version");

CREATE INDEX "scene_changes_camera_id_detected_at_idx" ON "scene_changes" ("camera_id", "detected_at" DESC, "id" DESC);

CREATE INDEX "idx_zones_enabled" ON "zones" ("camera_id", "priority" DESC) WHERE enabled;

CREATE INDEX "idx_zones_present" ON "zones" ("camera_id") WHERE deleted_at IS NULL;

CREATE INDEX "zones_camera_id_created_at_idx" ON "zones" ("camera_id", "created_at" DESC, "id" DESC);

CREATE TRIGGER activity_baselines_day_range_check_insert BEFORE insert ON activity_baselines WHEN NOT (NEW.day_of_week BETWEEN 0 AND 6) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: activity_baselines_day_range_check'); END;

CREATE TRIGGER activity_baselines_day_range_check_update BEFORE update ON activity_baselines WHEN NOT (NEW.day_of_week BETWEEN 0 AND 6) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: activity_baselines_day_range_check'); END;

CREATE TRIGGER activity_baselines_hour_range_check_insert BEFORE insert ON activity_baselines WHEN NOT (NEW.hour BETWEEN 0 AND 23) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: activity_baselines_hour_range_check'); END;

CREATE TRIGGER activity_baselines_hour_range_check_update BEFORE update ON activity_baselines WHEN NOT (NEW.hour BETWEEN 0 AND 23) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: activity_baselines_hour_range_check'); END;

CREATE TRIGGER activity_baselines_last_updated_utc_check_insert BEFORE insert ON activity_baselines WHEN NOT (NEW.last_updated IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.last_updated, 1, 19)) IS substr(NEW.last_updated, 1, 19) AND substr(NEW.last_updated, 12, 2) < '24' AND julianday(NEW.last_updated) IS NOT NULL AND NEW.last_updated NOT GLOB '*[^0-9T:.+-]*' AND NEW.last_updated GLOB '*+00:00' AND NEW.last_updated >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: activity_baselines_last_updated_utc_check'); END;

CREATE TRIGGER activity_baselines_last_updated_utc_check_update BEFORE update ON activity_baselines WHEN NOT (NEW.last_updated IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.last_updated, 1, 19)) IS substr(NEW.last_updated, 1, 19) AND substr(NEW.last_updated, 12, 2) < '24' AND julianday(NEW.last_updated) IS NOT NULL AND NEW.last_updated NOT GLOB '*[^0-9T:.+-]*' AND NEW.last_updated GLOB '*+00:00' AND NEW.last_updated >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: activity_baselines_last_updated_utc_check'); END;

CREATE TRIGGER alert_rules_confidence_range_check_insert BEFORE insert ON alert_rules WHEN NOT (NEW.min_confidence BETWEEN 0 AND 1) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: alert_rules_confidence_range_check'); END;

CREATE TRIGGER alert_rules_confidence_range_check_update BEFORE update ON alert_rules WHEN NOT (NEW.min_confidence BETWEEN 0 AND 1) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: alert_rules_confidence_range_check'); END;

CREATE TRIGGER alert_rules_risk_range_check_insert BEFORE insert ON alert_rules WHEN NOT (NEW.risk_threshold BETWEEN 0 AND 100) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: alert_rules_risk_range_check'); END;

CREATE TRIGGER alert_rules_risk_range_check_update BEFORE update ON alert_rules WHEN NOT (NEW.risk_threshold BETWEEN 0 AND 100) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: alert_rules_risk_range_check'); END;

CREATE TRIGGER cameras_created_at_utc_check_insert BEFORE insert ON cameras WHEN NOT (NEW.created_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.created_at, 1, 19)) IS substr(NEW.created_at, 1, 19) AND substr(NEW.created_at, 12, 2) < '24' AND julianday(NEW.created_at) IS NOT NULL AND NEW.created_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.created_at GLOB '*+00:00' AND NEW.created_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: cameras_created_at_utc_check'); END;

CREATE TRIGGER cameras_created_at_utc_check_update BEFORE update ON cameras WHEN NOT (NEW.created_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.created_at, 1, 19)) IS substr(NEW.created_at, 1, 19) AND substr(NEW.created_at, 12, 2) < '24' AND julianday(NEW.created_at) IS NOT NULL AND NEW.created_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.created_at GLOB '*+00:00' AND NEW.created_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: cameras_created_at_utc_check'); END;

CREATE TRIGGER cameras_last_seen_at_utc_check_insert BEFORE insert ON cameras WHEN NOT (NEW.last_seen_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.last_seen_at, 1, 19)) IS substr(NEW.last_seen_at, 1, 19) AND substr(NEW.last_seen_at, 12, 2) < '24' AND julianday(NEW.last_seen_at) IS NOT NULL AND NEW.last_seen_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.last_seen_at GLOB '*+00:00' AND NEW.last_seen_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: cameras_last_seen_at_utc_check'); END;

CREATE TRIGGER cameras_last_seen_at_utc_check_update BEFORE update ON cameras WHEN NOT (NEW.last_seen_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.last_seen_at, 1, 19)) IS substr(NEW.last_seen_at, 1, 19) AND substr(NEW.last_seen_at, 12, 2) < '24' AND julianday(NEW.last_seen_at) IS NOT NULL AND NEW.last_seen_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.last_seen_at GLOB '*+00:00' AND NEW.last_seen_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: cameras_last_seen_at_utc_check'); END;

CREATE TRIGGER class_baselines_hour_range_check_insert BEFORE insert ON class_baselines WHEN NOT (NEW.hour BETWEEN 0 AND 23) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: class_baselines_hour_range_check'); END;

CREATE TRIGGER class_baselines_hour_range_check_update BEFORE update ON class_baselines WHEN NOT (NEW.hour BETWEEN 0 AND 23) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: class_baselines_hour_range_check'); END;

CREATE TRIGGER class_baselines_last_updated_utc_check_insert BEFORE insert ON class_baselines WHEN NOT (NEW.last_updated IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.last_updated, 1, 19)) IS substr(NEW.last_updated, 1, 19) AND substr(NEW.last_updated, 12, 2) < '24' AND julianday(NEW.last_updated) IS NOT NULL AND NEW.last_updated NOT GLOB '*[^0-9T:.+-]*' AND NEW.last_updated GLOB '*+00:00' AND NEW.last_updated >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: class_baselines_last_updated_utc_check'); END;

CREATE TRIGGER class_baselines_last_updated_utc_check_update BEFORE update ON class_baselines WHEN NOT (NEW.last_updated IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.last_updated, 1, 19)) IS substr(NEW.last_updated, 1, 19) AND substr(NEW.last_updated, 12, 2) < '24' AND julianday(NEW.last_updated) IS NOT NULL AND NEW.last_updated NOT GLOB '*[^0-9T:.+-]*' AND NEW.last_updated GLOB '*+00:00' AND NEW.last_updated >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: class_baselines_last_updated_utc_check'); END;

CREATE TRIGGER detections_confidence_range_check_insert BEFORE insert ON detections WHEN NOT (NEW.confidence BETWEEN 0 AND 1) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: detections_confidence_range_check'); END;

CREATE TRIGGER detections_confidence_range_check_update BEFORE update ON detections WHEN NOT (NEW.confidence BETWEEN 0 AND 1) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: detections_confidence_range_check'); END;

CREATE TRIGGER detections_detected_at_utc_check_insert BEFORE insert ON detections WHEN NOT (NEW.detected_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.detected_at, 1, 19)) IS substr(NEW.detected_at, 1, 19) AND substr(NEW.detected_at, 12, 2) < '24' AND julianday(NEW.detected_at) IS NOT NULL AND NEW.detected_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.detected_at GLOB '*+00:00' AND NEW.detected_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: detections_detected_at_utc_check'); END;

CREATE TRIGGER detections_detected_at_utc_check_update BEFORE update ON detections WHEN NOT (NEW.detected_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.detected_at, 1, 19)) IS substr(NEW.detected_at, 1, 19) AND substr(NEW.detected_at, 12, 2) < '24' AND julianday(NEW.detected_at) IS NOT NULL AND NEW.detected_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.detected_at GLOB '*+00:00' AND NEW.detected_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: detections_detected_at_utc_check'); END;

CREATE TRIGGER detections_search_delete AFTER DELETE ON detections BEGIN INSERT INTO detections_search (detections_search, rowid, object_type, file_path) VALUES ('delete', old.id, old.object_type, old.file_path); END;

CREATE TRIGGER detections_search_insert AFTER INSERT ON detections BEGIN INSERT INTO detections_search (rowid, object_type, file_path) VALUES (new.id, new.object_type, new.file_path); END;

CREATE TRIGGER detections_search_update AFTER UPDATE OF object_type, file_path ON detections BEGIN INSERT INTO detections_search (detections_search, rowid, object_type, file_path) VALUES ('delete', old.id, old.object_type, old.file_path); INSERT INTO detections_search (rowid, object_type, file_path) VALUES (new.id, new.object_type, new.file_path); END;

CREATE TRIGGER event_audits_quality_range_check_insert BEFORE insert ON event_audits WHEN NOT (NEW.overall_quality_score BETWEEN 1 AND 5) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: event_audits_quality_range_check'); END;

CREATE TRIGGER event_audits_quality_range_check_update BEFORE update ON event_audits WHEN NOT (NEW.overall_quality_score BETWEEN 1 AND 5) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: event_audits_quality_range_check'); END;

CREATE TRIGGER events_ended_at_utc_check_insert BEFORE insert ON events WHEN NOT (NEW.ended_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.ended_at, 1, 19)) IS substr(NEW.ended_at, 1, 19) AND substr(NEW.ended_at, 12, 2) < '24' AND julianday(NEW.ended_at) IS NOT NULL AND NEW.ended_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.ended_at GLOB '*+00:00' AND NEW.ended_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_ended_at_utc_check'); END;

CREATE TRIGGER events_ended_at_utc_check_update BEFORE update ON events WHEN NOT (NEW.ended_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.ended_at, 1, 19)) IS substr(NEW.ended_at, 1, 19) AND substr(NEW.ended_at, 12, 2) < '24' AND julianday(NEW.ended_at) IS NOT NULL AND NEW.ended_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.ended_at GLOB '*+00:00' AND NEW.ended_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_ended_at_utc_check'); END;

CREATE TRIGGER events_period_check_insert BEFORE insert ON events WHEN NOT (NEW.ended_at >= NEW.started_at) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_period_check'); END;

CREATE TRIGGER events_period_check_update BEFORE update ON events WHEN NOT (NEW.ended_at >= NEW.started_at) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_period_check'); END;

CREATE TRIGGER events_risk_range_check_insert BEFORE insert ON events WHEN NOT (NEW.risk BETWEEN 0 AND 100) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_risk_range_check'); END;

CREATE TRIGGER events_risk_range_check_update BEFORE update ON events WHEN NOT (NEW.risk BETWEEN 0 AND 100) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_risk_range_check'); END;

CREATE TRIGGER events_search_delete AFTER DELETE ON events BEGIN INSERT INTO events_search (events_search, rowid, summary, reasoning, object_types) VALUES ('delete', old.id, old.summary, old.reasoning, old.object_types); END;

CREATE TRIGGER events_search_insert AFTER INSERT ON events BEGIN INSERT INTO events_search (rowid, summary, reasoning, object_types) VALUES (new.id, new.summary, new.reasoning, new.object_types); END;

CREATE TRIGGER events_search_update AFTER UPDATE OF summary, reasoning, object_types ON events BEGIN INSERT INTO events_search (events_search, rowid, summary, reasoning, object_types) VALUES ('delete', old.id, old.summary, old.reasoning, old.object_types); INSERT INTO events_search (rowid, summary, reasoning, object_types) VALUES (new.id, new.summary, new.reasoning, new.object_types); END;

CREATE TRIGGER events_started_at_utc_check_insert BEFORE insert ON events WHEN NOT (NEW.started_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.started_at, 1, 19)) IS substr(NEW.started_at, 1, 19) AND substr(NEW.started_at, 12, 2) < '24' AND julianday(NEW.started_at) IS NOT NULL AND NEW.started_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.started_at GLOB '*+00:00' AND NEW.started_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_started_at_utc_check'); END;

CREATE TRIGGER events_started_at_utc_check_update BEFORE update ON events WHEN NOT (NEW.started_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.started_at, 1, 19)) IS substr(NEW.started_at, 1, 19) AND substr(NEW.started_at, 12, 2) < '24' AND julianday(NEW.started_at) IS NOT NULL AND NEW.started_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.started_at GLOB '*+00:00' AND NEW.started_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: events_started_at_utc_check'); END;

CREATE TRIGGER gpu_stats_recorded_at_utc_check_insert BEFORE insert ON gpu_stats WHEN NOT (NEW.recorded_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.recorded_at, 1, 19)) IS substr(NEW.recorded_at, 1, 19) AND substr(NEW.recorded_at, 12, 2) < '24' AND julianday(NEW.recorded_at) IS NOT NULL AND NEW.recorded_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.recorded_at GLOB '*+00:00' AND NEW.recorded_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: gpu_stats_recorded_at_utc_check'); END;

CREATE TRIGGER gpu_stats_recorded_at_utc_check_update BEFORE update ON gpu_stats WHEN NOT (NEW.recorded_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.recorded_at, 1, 19)) IS substr(NEW.recorded_at, 1, 19) AND substr(NEW.recorded_at, 12, 2) < '24' AND julianday(NEW.recorded_at) IS NOT NULL AND NEW.recorded_at NOT GLOB '*[^0-9T:.+-]*' AND NEW.recorded_at GLOB '*+00:00' AND NEW.recorded_at >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: gpu_stats_recorded_at_utc_check'); END;

CREATE TRIGGER logs_timestamp_utc_check_insert BEFORE insert ON logs WHEN NOT (NEW.timestamp IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.timestamp, 1, 19)) IS substr(NEW.timestamp, 1, 19) AND substr(NEW.timestamp, 12, 2) < '24' AND julianday(NEW.timestamp) IS NOT NULL AND NEW.timestamp NOT GLOB '*[^0-9T:.+-]*' AND NEW.timestamp GLOB '*+00:00' AND NEW.timestamp >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: logs_timestamp_utc_check'); END;

CREATE TRIGGER logs_timestamp_utc_check_update BEFORE update ON logs WHEN NOT (NEW.timestamp IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.timestamp, 1, 19)) IS substr(NEW.timestamp, 1, 19) AND substr(NEW.timestamp, 12, 2) < '24' AND julianday(NEW.timestamp) IS NOT NULL AND NEW.timestamp NOT GLOB '*[^0-9T:.+-]*' AND NEW.timestamp GLOB '*+00:00' AND NEW.timestamp >= '1970')) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: logs_timestamp_utc_check'); END;

CREATE TRIGGER prompt_versions_first_version_check_insert BEFORE insert ON prompt_versions WHEN NOT (NEW.version > 0) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: prompt_versions_first_version_check'); END;

CREATE TRIGGER prompt_versions_first_version_check_update BEFORE update ON prompt_versions WHEN NOT (NEW.version > 0) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: prompt_versions_first_version_check'); END;
