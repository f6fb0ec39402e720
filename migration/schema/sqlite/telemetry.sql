-- The finished schema of the area telemetry. Written by `make schema`, never edited by hand.

CREATE TABLE "anomaly_alerts" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "sensor_id" varchar(255) NOT NULL,
    "anomaly_type" varchar(100) NOT NULL,
    "severity" text NOT NULL,
    "confidence" double NOT NULL,
    "description" text,
    "evidence" text,
    "recommended_actions" text NOT NULL DEFAULT '[]',
    "status" text NOT NULL DEFAULT 'open',
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "anomaly_alerts_pkey" PRIMARY KEY ("id"),
    FOREIGN KEY ("sensor_id") REFERENCES "sensors" ("sensor_id"),
    CONSTRAINT "anomaly_alerts_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "anomaly_alerts_sensor_id_check" CHECK (length(sensor_id) BETWEEN 1 AND 255),
    CONSTRAINT "anomaly_alerts_anomaly_type_check" CHECK (length(anomaly_type) BETWEEN 1 AND 100),
    CONSTRAINT "anomaly_alerts_severity_check" CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    CONSTRAINT "anomaly_alerts_confidence_check" CHECK (confidence >= 0 AND confidence <= 1),
    CONSTRAINT "anomaly_alerts_evidence_check" CHECK (evidence IS NULL OR (json_valid(evidence))),
    CONSTRAINT "anomaly_alerts_recommended_actions_check" CHECK (json_valid(recommended_actions) AND json_type(recommended_actions) IS 'array'),
    CONSTRAINT "anomaly_alerts_status_check" CHECK (status IN ('open', 'acknowledged', 'resolved', 'dismissed')),
    CONSTRAINT "anomaly_alerts_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "anomaly_alerts_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "feature_snapshots" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "sensor_id" varchar(255) NOT NULL,
    "feature_set" varchar(100) NOT NULL,
    "version" integer NOT NULL,
    "window_from" text NOT NULL,
    "window_to" text NOT NULL,
    "made_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "reading_count" integer NOT NULL,
    "features" text NOT NULL,
    CONSTRAINT "feature_snapshots_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "feature_snapshots_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "feature_snapshots_sensor_id_check" CHECK (length(sensor_id) BETWEEN 1 AND 255),
    CONSTRAINT "feature_snapshots_feature_set_check" CHECK (length(feature_set) BETWEEN 1 AND 100),
    CONSTRAINT "feature_snapshots_version_check" CHECK (typeof(version) = 'integer' AND version BETWEEN 0 AND 2147483647),
    CONSTRAINT "feature_snapshots_window_from_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(window_from, 1, 19)) IS substr(window_from, 1, 19) AND substr(window_from, 12, 2) < '24' AND julianday(window_from) IS NOT NULL AND window_from NOT GLOB '*[^0-9T:.+-]*' AND window_from GLOB '*+00:00' AND window_from >= '1970'),
    CONSTRAINT "feature_snapshots_window_to_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(window_to, 1, 19)) IS substr(window_to, 1, 19) AND substr(window_to, 12, 2) < '24' AND julianday(window_to) IS NOT NULL AND window_to NOT GLOB '*[^0-9T:.+-]*' AND window_to GLOB '*+00:00' AND window_to >= '1970'),
    CONSTRAINT "feature_snapshots_made_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(made_at, 1, 19)) IS substr(made_at, 1, 19) AND substr(made_at, 12, 2) < '24' AND julianday(made_at) IS NOT NULL AND made_at NOT GLOB '*[^0-9T:.+-]*' AND made_at GLOB '*+00:00' AND made_at >= '1970'),
    CONSTRAINT "feature_snapshots_reading_count_check" CHECK (typeof(reading_count) = 'integer' AND reading_count BETWEEN 0 AND 2147483647),
    CONSTRAINT "feature_snapshots_features_check" CHECK (json_valid(features)),
    CONSTRAINT "feature_snapshots_window_check" CHECK (window_to > window_from)
);

CREATE TABLE "maintenance_logs" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "task_id" blob NOT NULL,
    "equipment_id" varchar(255) NOT NULL,
    "completion_date" text NOT NULL,
    "technician_id" varchar(255),
    "status" text NOT NULL,
    "actual_duration_hours" double,
    "notes" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "maintenance_logs_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "maintenance_logs_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "maintenance_logs_task_id_check" CHECK (typeof(task_id) = 'blob' AND length(task_id) = 16),
    CONSTRAINT "maintenance_logs_equipment_id_check" CHECK (length(equipment_id) BETWEEN 1 AND 255),
    CONSTRAINT "maintenance_logs_completion_date_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(completion_date, 1, 19)) IS substr(completion_date, 1, 19) AND substr(completion_date, 12, 2) < '24' AND julianday(completion_date) IS NOT NULL AND completion_date NOT GLOB '*[^0-9T:.+-]*' AND completion_date GLOB '*+00:00' AND completion_date >= '1970'),
    CONSTRAINT "maintenance_logs_technician_id_check" CHECK (technician_id IS NULL OR (length(technician_id) BETWEEN 1 AND 255)),
    CONSTRAINT "maintenance_logs_status_check" CHECK (status IN ('completed', 'incomplete', 'failed')),
    CONSTRAINT "maintenance_logs_actual_duration_hours_check" CHECK (actual_duration_hours IS NULL OR (typeof(actual_duration_hours) = 'real' AND actual_duration_hours > -9e999 AND actual_duration_hours < 9e999)),
    CONSTRAINT "maintenance_logs_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "maintenance_logs_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970'),
    CONSTRAINT "maintenance_logs_duration_check" CHECK (actual_duration_hours >= 0)
);

CREATE TABLE "maintenance_tasks" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "equipment_id" varchar(255) NOT NULL,
    "sensor_id" varchar(255),
    "task_type" text NOT NULL,
    "priority" text NOT NULL DEFAULT 'medium',
    "status" text NOT NULL DEFAULT 'pending',
    "scheduled_start" text,
    "scheduled_end" text,
    "required_skills" text NOT NULL DEFAULT '[]',
    "parts_needed" text NOT NULL DEFAULT '[]',
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "maintenance_tasks_pkey" PRIMARY KEY ("id"),
    FOREIGN KEY ("sensor_id") REFERENCES "sensors" ("sensor_id"),
    CONSTRAINT "maintenance_tasks_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "maintenance_tasks_equipment_id_check" CHECK (length(equipment_id) BETWEEN 1 AND 255),
    CONSTRAINT "maintenance_tasks_sensor_id_check" CHECK (sensor_id IS NULL OR (length(sensor_id) BETWEEN 1 AND 255)),
    CONSTRAINT "maintenance_tasks_task_type_check" CHECK (task_type IN ('inspection', 'preventive', 'predictive', 'corrective', 'calibration')),
    CONSTRAINT "maintenance_tasks_priority_check" CHECK (priority IN ('low', 'medium', 'high', 'critical')),
    CONSTRAINT "maintenance_tasks_status_check" CHECK (status IN ('pending', 'scheduled', 'in_progress', 'completed', 'cancelled')),
    CONSTRAINT "maintenance_tasks_scheduled_start_check" CHECK (scheduled_start IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(scheduled_start, 1, 19)) IS substr(scheduled_start, 1, 19) AND substr(scheduled_start, 12, 2) < '24' AND julianday(scheduled_start) IS NOT NULL AND scheduled_start NOT GLOB '*[^0-9T:.+-]*' AND scheduled_start GLOB '*+00:00' AND scheduled_start >= '1970')),
    CONSTRAINT "maintenance_tasks_scheduled_end_check" CHECK (scheduled_end IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(scheduled_end, 1, 19)) IS substr(scheduled_end, 1, 19) AND substr(scheduled_end, 12, 2) < '24' AND julianday(scheduled_end) IS NOT NULL AND scheduled_end NOT GLOB '*[^0-9T:.+-]*' AND scheduled_end GLOB '*+00:00' AND scheduled_end >= '1970')),
    CONSTRAINT "maintenance_tasks_required_skills_check" CHECK (json_valid(required_skills) AND json_type(required_skills) IS 'array'),
    CONSTRAINT "maintenance_tasks_parts_needed_check" CHECK (json_valid(parts_needed) AND json_type(parts_needed) IS 'array'),
    CONSTRAINT "maintenance_tasks_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "maintenance_tasks_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970'),
    CONSTRAINT "maintenance_tasks_schedule_check" CHECK (scheduled_end >= scheduled_start)
);

CREATE TABLE "sensor_readings" (
    "timestamp" text NOT NULL,
    "sensor_id" varchar(255) NOT NULL,
    "sensor_type" varchar(100),
    "value" double NOT NULL,
    "unit" varchar(50),
    "quality" double,
    "sensor_metadata" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "id" integer PRIMARY KEY,
    CONSTRAINT "sensor_readings_timestamp_sensor_id_key" UNIQUE ("timestamp", "sensor_id"),
    CONSTRAINT "sensor_readings_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "sensor_readings_sensor_id_check" CHECK (length(sensor_id) BETWEEN 1 AND 255),
    CONSTRAINT "sensor_readings_sensor_type_check" CHECK (sensor_type IS NULL OR (length(sensor_type) BETWEEN 1 AND 100)),
    CONSTRAINT "sensor_readings_value_check" CHECK (typeof(value) = 'real' AND value > -9e999 AND value < 9e999),
    CONSTRAINT "sensor_readings_unit_check" CHECK (unit IS NULL OR (length(unit) BETWEEN 1 AND 50)),
    CONSTRAINT "sensor_readings_quality_check" CHECK (quality IS NULL OR (typeof(quality) = 'real' AND quality > -9e999 AND quality < 9e999)),
    CONSTRAINT "sensor_readings_sensor_metadata_check" CHECK (sensor_metadata IS NULL OR (json_valid(sensor_metadata))),
    CONSTRAINT "sensor_readings_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE TABLE "sensor_readings_summary_daily_materialized" (
    "bucket",
    "sensor_id",
    "avg_value",
    "max_value",
    "min_value",
    "reading_count",
    PRIMARY KEY ("sensor_id", "bucket")
);

CREATE TABLE "sensor_readings_summary_hourly_materialized" (
    "bucket",
    "sensor_id",
    "avg_value",
    "max_value",
    "min_value",
    "reading_count",
    PRIMARY KEY ("sensor_id", "bucket")
);

CREATE TABLE "sensor_readings_summary_weekly_materialized" (
    "bucket",
    "sensor_id",
    "avg_value",
    "max_value",
    "min_value",
    "reading_count",
    PRIMARY KEY ("sensor_id", "bucket")
);

CREATE TABLE "sensors" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "sensor_id" varchar(255) NOT NULL,
    "type" varchar(100) NOT NULL,
    "location" varchar(255),
    "status" text NOT NULL DEFAULT 'active',
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "sensors_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "sensors_sensor_id_key" UNIQUE ("sensor_id"),
    CONSTRAINT "sensors_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "sensors_sensor_id_check" CHECK (length(sensor_id) BETWEEN 1 AND 255),
    CONSTRAINT "sensors_type_check" CHECK (length(type) BETWEEN 1 AND 100),
    CONSTRAINT "sensors_location_check" CHECK (location IS NULL OR (length(location) BETWEEN 1 AND 255)),
    CONSTRAINT "sensors_status_check" CHECK (status IN ('active', 'inactive', 'maintenance', 'faulty', 'decommissioned')),
    CONSTRAINT "sensors_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "sensors_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE INDEX "anomaly_alerts_created_at_idx" ON "anomaly_alerts" ("created_at" DESC, "id" DESC);

CREATE INDEX "anomaly_alerts_sensor_id_created_at_idx" ON "anomaly_alerts" ("sensor_id", "created_at" DESC, "id" DESC);

CREATE INDEX "feature_snapshots_feature_set_version_window_from_idx" ON "feature_snapshots" ("feature_set", "version", "window_from" DESC, "id" DESC);

CREATE UNIQUE INDEX "feature_snapshots_window_idx" ON "feature_snapshots" ("sensor_id", "feature_set", "version", "window_from", "window_to");

CREATE INDEX "maintenance_logs_equipment_id_completion_date_idx" ON "maintenance_logs" ("equipment_id", "completion_date" DESC, "id" DESC);

CREATE INDEX "maintenance_logs_task_id_idx" ON "maintenance_logs" ("task_id");

CREATE INDEX "maintenance_tasks_equipment_id_created_at_idx" ON "maintenance_tasks" ("equipment_id", "created_at" DESC, "id" DESC);

CREATE INDEX "maintenance_tasks_sensor_id_created_at_idx" ON "maintenance_tasks" ("sensor_id", "created_at" DESC, "id" DESC);

CREATE INDEX "sensor_readings_good_idx" ON "sensor_readings" ("sensor_id", "timestamp" DESC) WHERE quality >= 0.8;

CREATE INDEX "sensor_readings_sensor_id_timestamp_idx" ON "sensor_readings" ("sensor_id", "timestamp" DESC);

CREATE INDEX "sensor_readings_summary_daily_materialized_bucket_idx" ON "sensor_readings_summary_daily_materialized" ("bucket");

CREATE INDEX "sensor_readings_summary_hourly_materialized_bucket_idx" ON "sensor_readings_summary_hourly_materialized" ("bucket");

CREATE INDEX "sensor_readings_summary_weekly_materialized_bucket_idx" ON "sensor_readings_summary_weekly_materialized" ("bucket");

CREATE VIEW "sensor_readings_summary_daily" AS
SELECT "bucket", "sensor_id", "avg_value", "max_value", "min_value", "reading_count"
FROM "sensor_readings_summary_daily_materialized"
UNION ALL
SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', strftime('%s', substr("bucket", 1, 19)) - strftime('%s', substr("bucket", 1, 19)) % 86400, 'unixepoch') AS "bucket", "sensor_id", CAST(sum(avg_value * reading_count) / sum(reading_count) AS real) AS "avg_value", max(max_value) AS "max_value", min(min_value) AS "min_value", CAST(sum(reading_count) AS integer) AS "reading_count"
FROM "sensor_readings_summary_hourly"
WHERE "bucket" >= coalesce((SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', max("bucket"), '+86400 seconds') FROM "sensor_readings_summary_daily_materialized"), '')
GROUP BY 1, 2;

CREATE VIEW "sensor_readings_summary_hourly" AS
SELECT "bucket", "sensor_id", "avg_value", "max_value", "min_value", "reading_count"
FROM "sensor_readings_summary_hourly_materialized"
UNION ALL
SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', strftime('%s', substr("timestamp", 1, 19)) - strftime('%s', substr("timestamp", 1, 19)) % 3600, 'unixepoch') AS "bucket", "sensor_id", avg(value) AS "avg_value", max(value) AS "max_value", min(value) AS "min_value", count(*) AS "reading_count"
FROM "sensor_readings"
WHERE "timestamp" >= coalesce((SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', max("bucket"), '+3600 seconds') FROM "sensor_readings_summary_hourly_materialized"), '')
GROUP BY 1, 2;

CREATE VIEW "sensor_readings_summary_weekly" AS
SELECT "bucket", "sensor_id", "avg_value", "max_value", "min_value", "reading_count"
FROM "sensor_readings_summary_weekly_materialized"
UNION ALL
SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', strftime('%s', substr("bucket", 1, 19)) - (strftime('%s', substr("bucket", 1, 19)) + 259200) % 604800, 'unixepoch') AS "bucket", "sensor_id", CAST(sum(avg_value * reading_count) / sum(reading_count) AS real) AS "avg_value", max(max_value) AS "max_value", min(min_value) AS "min_value", CAST(sum(reading_count) AS integer) AS "reading_count"
FROM "sensor_readings_summary_daily"
WHERE "bucket" >= coalesce((SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', max("bucket"), '+604800 seconds') FROM "sensor_readings_summary_weekly_materialized"), '')
GROUP BY 1, 2;
