-- The finished schema of the area twin. Written by `make schema`, never edited by hand.

CREATE TABLE "anomaly_history" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "machine_id" varchar(50) NOT NULL,
    "anomaly_type" varchar(50) NOT NULL,
    "severity" text NOT NULL,
    "timestamp" text NOT NULL,
    "sensor_data" text,
    "calculated_metrics" text,
    "details" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "anomaly_history_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_history_anomaly_type_check" CHECK (length(anomaly_type) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_history_severity_check" CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "anomaly_history_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "anomaly_history_sensor_data_check" CHECK (sensor_data IS NULL OR (json_valid(sensor_data))),
    CONSTRAINT "anomaly_history_calculated_metrics_check" CHECK (calculated_metrics IS NULL OR (json_valid(calculated_metrics))),
    CONSTRAINT "anomaly_history_details_check" CHECK (details IS NULL OR (json_valid(details))),
    CONSTRAINT "anomaly_history_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE TABLE "anomaly_history_archive" (
    "id" integer PRIMARY KEY,
    "machine_id" varchar(50) NOT NULL,
    "anomaly_type" varchar(50) NOT NULL,
    "severity" text NOT NULL,
    "timestamp" text NOT NULL,
    "sensor_data" text,
    "calculated_metrics" text,
    "details" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "anomaly_history_archive_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_history_archive_anomaly_type_check" CHECK (length(anomaly_type) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_history_archive_severity_check" CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "anomaly_history_archive_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "anomaly_history_archive_sensor_data_check" CHECK (sensor_data IS NULL OR (json_valid(sensor_data))),
    CONSTRAINT "anomaly_history_archive_calculated_metrics_check" CHECK (calculated_metrics IS NULL OR (json_valid(calculated_metrics))),
    CONSTRAINT "anomaly_history_archive_details_check" CHECK (details IS NULL OR (json_valid(details))),
    CONSTRAINT "anomaly_history_archive_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE TABLE "machine_configurations" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "machine_type" varchar(50) NOT NULL,
    "baseline_temp" double,
    "temp_variation" double,
    "baseline_vibration" double,
    "vibration_variation" double,
    "operational_pattern" varchar(20),
    "thresholds" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "machine_configurations_machine_type_key" UNIQUE ("machine_type"),
    CONSTRAINT "machine_configurations_machine_type_check" CHECK (length(machine_type) BETWEEN 1 AND 50),
    CONSTRAINT "machine_configurations_baseline_temp_check" CHECK (baseline_temp IS NULL OR (typeof(baseline_temp) = 'real' AND abs(baseline_temp) <= 999.99 AND round(baseline_temp, 2) = baseline_temp)),
    CONSTRAINT "machine_configurations_temp_variation_check" CHECK (temp_variation IS NULL OR (typeof(temp_variation) = 'real' AND abs(temp_variation) <= 999.99 AND round(temp_variation, 2) = temp_variation)),
    CONSTRAINT "machine_configurations_baseline_vibration_check" CHECK (baseline_vibration IS NULL OR (typeof(baseline_vibration) = 'real' AND abs(baseline_vibration) <= 999.99 AND round(baseline_vibration, 2) = baseline_vibration)),
    CONSTRAINT "machine_configurations_vibration_variation_check" CHECK (vibration_variation IS NULL OR (typeof(vibration_variation) = 'real' AND abs(vibration_variation) <= 999.99 AND round(vibration_variation, 2) = vibration_variation)),
    CONSTRAINT "machine_configurations_operational_pattern_check" CHECK (operational_pattern IS NULL OR (length(operational_pattern) BETWEEN 1 AND 20)),
    CONSTRAINT "machine_configurations_thresholds_check" CHECK (thresholds IS NULL OR (json_valid(thresholds))),
    CONSTRAINT "machine_configurations_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "machine_configurations_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970'),
    CONSTRAINT "machine_configurations_variation_check" CHECK (temp_variation >= 0 AND vibration_variation >= 0)
);

CREATE TABLE "state_snapshots" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "machine_id" varchar(50) NOT NULL,
    "snapshot_time" text NOT NULL,
    "state_data" text NOT NULL,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "state_snapshots_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "state_snapshots_snapshot_time_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(snapshot_time, 1, 19)) IS substr(snapshot_time, 1, 19) AND substr(snapshot_time, 12, 2) < '24' AND julianday(snapshot_time) IS NOT NULL AND snapshot_time NOT GLOB '*[^0-9T:.+-]*' AND snapshot_time GLOB '*+00:00' AND snapshot_time >= '1970'),
    CONSTRAINT "state_snapshots_state_data_check" CHECK (json_valid(state_data)),
    CONSTRAINT "state_snapshots_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE TABLE "state_snapshots_archive" (
    "id" integer PRIMARY KEY,
    "machine_id" varchar(50) NOT NULL,
    "snapshot_time" text NOT NULL,
    "state_data" text NOT NULL,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "state_snapshots_archive_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "state_snapshots_archive_snapshot_time_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(snapshot_time, 1, 19)) IS substr(snapshot_time, 1, 19) AND substr(snapshot_time, 12, 2) < '24' AND julianday(snapshot_time) IS NOT NULL AND snapshot_time NOT GLOB '*[^0-9T:.+-]*' AND snapshot_time GLOB '*+00:00' AND snapshot_time >= '1970'),
    CONSTRAINT "state_snapshots_archive_state_data_check" CHECK (json_valid(state_data)),
    CONSTRAINT "state_snapshots_archive_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE INDEX "anomaly_history_machine_id_timestamp_idx" ON "anomaly_history" ("machine_id", "timestamp" DESC, "id" DESC);

CREATE INDEX "anomaly_history_severity_timestamp_idx" ON "anomaly_history" ("severity", "timestamp" DESC, "id" DESC);

CREATE INDEX "anomaly_history_timestamp_idx" ON "anomaly_history" ("timestamp" DESC, "id" DESC);

CREATE INDEX "state_snapshots_machine_id_snapshot_time_idx" ON "state_snapshots" ("machine_id", "snapshot_time" DESC, "id" DESC);

CREATE INDEX "state_snapshots_snapshot_time_idx" ON "state_snapshots" ("snapshot_time" DESC, "id" DESC);
