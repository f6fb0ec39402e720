-- The finished schema of the area analytics. Written by `make schema`, never edited by hand.

CREATE TABLE "alerts" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "alert_id" varchar(50) NOT NULL,
    "machine_id" varchar(50) NOT NULL,
    "severity" text NOT NULL,
    "alert_type" varchar(50) NOT NULL,
    "timestamp" text NOT NULL,
    "description" text,
    "details" text,
    "status" text NOT NULL DEFAULT 'NEW',
    "assigned_to" varchar(100),
    "resolution_time" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "alerts_alert_id_key" UNIQUE ("alert_id"),
    CONSTRAINT "alerts_alert_id_check" CHECK (length(alert_id) BETWEEN 1 AND 50),
    CONSTRAINT "alerts_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "alerts_severity_check" CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "alerts_alert_type_check" CHECK (length(alert_type) BETWEEN 1 AND 50),
    CONSTRAINT "alerts_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "alerts_details_check" CHECK (details IS NULL OR (json_valid(details))),
    CONSTRAINT "alerts_status_check" CHECK (status IN ('NEW', 'ACKNOWLEDGED', 'IN_PROGRESS', 'RESOLVED', 'DISMISSED')),
    CONSTRAINT "alerts_assigned_to_check" CHECK (assigned_to IS NULL OR (length(assigned_to) BETWEEN 1 AND 100)),
    CONSTRAINT "alerts_resolution_time_check" CHECK (resolution_time IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(resolution_time, 1, 19)) IS substr(resolution_time, 1, 19) AND substr(resolution_time, 12, 2) < '24' AND julianday(resolution_time) IS NOT NULL AND resolution_time NOT GLOB '*[^0-9T:.+-]*' AND resolution_time GLOB '*+00:00' AND resolution_time >= '1970')),
    CONSTRAINT "alerts_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "alerts_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "alerts_archive" (
    "id" integer PRIMARY KEY,
    "alert_id" varchar(50) NOT NULL,
    "machine_id" varchar(50) NOT NULL,
    "severity" text NOT NULL,
    "alert_type" varchar(50) NOT NULL,
    "timestamp" text NOT NULL,
    "description" text,
    "details" text,
    "status" text NOT NULL DEFAULT 'NEW',
    "assigned_to" varchar(100),
    "resolution_time" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "alerts_archive_alert_id_key" UNIQUE ("alert_id"),
    CONSTRAINT "alerts_archive_alert_id_check" CHECK (length(alert_id) BETWEEN 1 AND 50),
    CONSTRAINT "alerts_archive_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "alerts_archive_severity_check" CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "alerts_archive_alert_type_check" CHECK (length(alert_type) BETWEEN 1 AND 50),
    CONSTRAINT "alerts_archive_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "alerts_archive_details_check" CHECK (details IS NULL OR (json_valid(details))),
    CONSTRAINT "alerts_archive_status_check" CHECK (status IN ('NEW', 'ACKNOWLEDGED', 'IN_PROGRESS', 'RESOLVED', 'DISMISSED')),
    CONSTRAINT "alerts_archive_assigned_to_check" CHECK (assigned_to IS NULL OR (length(assigned_to) BETWEEN 1 AND 100)),
    CONSTRAINT "alerts_archive_resolution_time_check" CHECK (resolution_time IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(resolution_time, 1, 19)) IS substr(resolution_time, 1, 19) AND substr(resolution_time, 12, 2) < '24' AND julianday(resolution_time) IS NOT NULL AND resolution_time NOT GLOB '*[^0-9T:.+-]*' AND resolution_time GLOB '*+00:00' AND resolution_time >= '1970')),
    CONSTRAINT "alerts_archive_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "alerts_archive_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "anomaly_records" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "machine_id" varchar(50) NOT NULL,
    "anomaly_type" varchar(50) NOT NULL,
    "severity" text NOT NULL,
    "timestamp" text NOT NULL,
    "sensor_data" text,
    "calculated_metrics" text,
    "ml_features" text,
    "ml_confidence" double,
    "algorithm_used" varchar(50) NOT NULL DEFAULT 'threshold',
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "anomaly_records_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_records_anomaly_type_check" CHECK (length(anomaly_type) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_records_severity_check" CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "anomaly_records_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "anomaly_records_sensor_data_check" CHECK (sensor_data IS NULL OR (json_valid(sensor_data))),
    CONSTRAINT "anomaly_records_calculated_metrics_check" CHECK (calculated_metrics IS NULL OR (json_valid(calculated_metrics))),
    CONSTRAINT "anomaly_records_ml_features_check" CHECK (ml_features IS NULL OR (json_valid(ml_features))),
    CONSTRAINT "anomaly_records_ml_confidence_check" CHECK (ml_confidence IS NULL OR (typeof(ml_confidence) = 'real' AND abs(ml_confidence) <= 9.9999 AND round(ml_confidence, 4) = ml_confidence)),
    CONSTRAINT "anomaly_records_algorithm_used_check" CHECK (length(algorithm_used) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_records_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "anomaly_records_confidence_check" CHECK (ml_confidence BETWEEN 0 AND 1)
);

CREATE TABLE "anomaly_records_archive" (
    "id" integer PRIMARY KEY,
    "machine_id" varchar(50) NOT NULL,
    "anomaly_type" varchar(50) NOT NULL,
    "severity" text NOT NULL,
    "timestamp" text NOT NULL,
    "sensor_data" text,
    "calculated_metrics" text,
    "ml_features" text,
    "ml_confidence" double,
    "algorithm_used" varchar(50) NOT NULL DEFAULT 'threshold',
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "anomaly_records_archive_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_records_archive_anomaly_type_check" CHECK (length(anomaly_type) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_records_archive_severity_check" CHECK (severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    CONSTRAINT "anomaly_records_archive_timestamp_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(timestamp, 1, 19)) IS substr(timestamp, 1, 19) AND substr(timestamp, 12, 2) < '24' AND julianday(timestamp) IS NOT NULL AND timestamp NOT GLOB '*[^0-9T:.+-]*' AND timestamp GLOB '*+00:00' AND timestamp >= '1970'),
    CONSTRAINT "anomaly_records_archive_sensor_data_check" CHECK (sensor_data IS NULL OR (json_valid(sensor_data))),
    CONSTRAINT "anomaly_records_archive_calculated_metrics_check" CHECK (calculated_metrics IS NULL OR (json_valid(calculated_metrics))),
    CONSTRAINT "anomaly_records_archive_ml_features_check" CHECK (ml_features IS NULL OR (json_valid(ml_features))),
    CONSTRAINT "anomaly_records_archive_ml_confidence_check" CHECK (ml_confidence IS NULL OR (typeof(ml_confidence) = 'real' AND abs(ml_confidence) <= 9.9999 AND round(ml_confidence, 4) = ml_confidence)),
    CONSTRAINT "anomaly_records_archive_algorithm_used_check" CHECK (length(algorithm_used) BETWEEN 1 AND 50),
    CONSTRAINT "anomaly_records_archive_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "anomaly_records_archive_confidence_check" CHECK (ml_confidence BETWEEN 0 AND 1)
);

CREATE TABLE "maintenance_reports" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "report_id" varchar(50) NOT NULL,
    "report_type" text NOT NULL,
    "generated_time" text NOT NULL,
    "machine_id" varchar(50),
    "content" text NOT NULL,
    "metrics_summary" text,
    "recommendations" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "maintenance_reports_report_id_key" UNIQUE ("report_id"),
    CONSTRAINT "maintenance_reports_report_id_check" CHECK (length(report_id) BETWEEN 1 AND 50),
    CONSTRAINT "maintenance_reports_report_type_check" CHECK (report_type IN ('DAILY', 'WEEKLY', 'MONTHLY')),
    CONSTRAINT "maintenance_reports_generated_time_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(generated_time, 1, 19)) IS substr(generated_time, 1, 19) AND substr(generated_time, 12, 2) < '24' AND julianday(generated_time) IS NOT NULL AND generated_time NOT GLOB '*[^0-9T:.+-]*' AND generated_time GLOB '*+00:00' AND generated_time >= '1970'),
    CONSTRAINT "maintenance_reports_machine_id_check" CHECK (machine_id IS NULL OR (length(machine_id) BETWEEN 1 AND 50)),
    CONSTRAINT "maintenance_reports_content_check" CHECK (json_valid(content)),
    CONSTRAINT "maintenance_reports_metrics_summary_check" CHECK (metrics_summary IS NULL OR (json_valid(metrics_summary))),
    CONSTRAINT "maintenance_reports_recommendations_check" CHECK (recommendations IS NULL OR (json_valid(recommendations))),
    CONSTRAINT "maintenance_reports_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE TABLE "ml_model_parts" (
    "model_id" varchar(50) NOT NULL,
    "part" integer NOT NULL,
    "upload" blob NOT NULL,
    "data" blob NOT NULL,
    CONSTRAINT "ml_model_parts_pkey" PRIMARY KEY ("model_id", "part"),
    FOREIGN KEY ("model_id") REFERENCES "ml_models" ("model_id"),
    CONSTRAINT "ml_model_parts_model_id_check" CHECK (length(model_id) BETWEEN 1 AND 50),
    CONSTRAINT "ml_model_parts_part_check" CHECK (typeof(part) = 'integer' AND part BETWEEN 0 AND 2147483647),
    CONSTRAINT "ml_model_parts_upload_check" CHECK (typeof(upload) = 'blob' AND length(upload) = 16),
    CONSTRAINT "ml_model_parts_data_check" CHECK (typeof(data) = 'blob')
);

CREATE TABLE "ml_models" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "model_id" varchar(50) NOT NULL,
    "machine_type" varchar(50) NOT NULL,
    "model_version" varchar(20) NOT NULL,
    "model_name" varchar(100),
    "model_data" blob,
    "training_data_info" text,
    "training_date" text,
    "accuracy_score" double,
    "status" text NOT NULL DEFAULT 'ACTIVE',
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "ml_models_model_id_key" UNIQUE ("model_id"),
    CONSTRAINT "ml_models_model_id_check" CHECK (length(model_id) BETWEEN 1 AND 50),
    CONSTRAINT "ml_models_machine_type_check" CHECK (length(machine_type) BETWEEN 1 AND 50),
    CONSTRAINT "ml_models_model_version_check" CHECK (length(model_version) BETWEEN 1 AND 20),
    CONSTRAINT "ml_models_model_name_check" CHECK (model_name IS NULL OR (length(model_name) BETWEEN 1 AND 100)),
    CONSTRAINT "ml_models_model_data_check" CHECK (model_data IS NULL OR (typeof(model_data) = 'blob')),
    CONSTRAINT "ml_models_training_data_info_check" CHECK (training_data_info IS NULL OR (json_valid(training_data_info))),
    CONSTRAINT "ml_models_training_date_check" CHECK (training_date IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(training_date, 1, 19)) IS substr(training_date, 1, 19) AND substr(training_date, 12, 2) < '24' AND julianday(training_date) IS NOT NULL AND training_date NOT GLOB '*[^0-9T:.+-]*' AND training_date GLOB '*+00:00' AND training_date >= '1970')),
    CONSTRAINT "ml_models_accuracy_score_check" CHECK (accuracy_score IS NULL OR (typeof(accuracy_score) = 'real' AND abs(accuracy_score) <= 9.9999 AND round(accuracy_score, 4) = accuracy_score)),
    CONSTRAINT "ml_models_status_check" CHECK (status IN ('ACTIVE', 'INACTIVE', 'ARCHIVED')),
    CONSTRAINT "ml_models_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "ml_models_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970'),
    CONSTRAINT "ml_models_accuracy_check" CHECK (accuracy_score BETWEEN 0 AND 1)
);

CREATE TABLE "notification_logs" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "alert_id" varchar(50),
    "notification_type" varchar(20) NOT NULL,
    "recipient" varchar(100) NOT NULL,
    "subject" varchar(255),
    "content" text,
    "status" text NOT NULL,
    "sent_time" text,
    "response_details" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "notification_logs_alert_id_check" CHECK (alert_id IS NULL OR (length(alert_id) BETWEEN 1 AND 50)),
    CONSTRAINT "notification_logs_notification_type_check" CHECK (length(notification_type) BETWEEN 1 AND 20),
    CONSTRAINT "notification_logs_recipient_check" CHECK (length(recipient) BETWEEN 1 AND 100),
    CONSTRAINT "notification_logs_subject_check" CHECK (subject IS NULL OR (length(subject) BETWEEN 1 AND 255)),
    CONSTRAINT "notification_logs_status_check" CHECK (status IN ('SENT', 'FAILED', 'DELIVERED')),
    CONSTRAINT "notification_logs_sent_time_check" CHECK (sent_time IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(sent_time, 1, 19)) IS substr(sent_time, 1, 19) AND substr(sent_time, 12, 2) < '24' AND julianday(sent_time) IS NOT NULL AND sent_time NOT GLOB '*[^0-9T:.+-]*' AND sent_time GLOB '*+00:00' AND sent_time >= '1970')),
    CONSTRAINT "notification_logs_response_details_check" CHECK (response_details IS NULL OR (json_valid(response_details))),
    CONSTRAINT "notification_logs_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970')
);

CREATE TABLE "performance_metrics" (
    "id" integer PRIMARY KEY AUTOINCREMENT,
    "machine_id" varchar(50) NOT NULL,
    "calculation_time" text NOT NULL,
    "average_load" double,
    "average_temperature" double,
    "average_vibration" double,
    "uptime_percentage" double,
    "efficiency_rating" double,
    "anomaly_count" integer,
    "ml_model_version" varchar(20),
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "performance_metrics_machine_id_check" CHECK (length(machine_id) BETWEEN 1 AND 50),
    CONSTRAINT "performance_metrics_calculation_time_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(calculation_time, 1, 19)) IS substr(calculation_time, 1, 19) AND substr(calculation_time, 12, 2) < '24' AND julianday(calculation_time) IS NOT NULL AND calculation_time NOT GLOB '*[^0-9T:.+-]*' AND calculation_time GLOB '*+00:00' AND calculation_time >= '1970'),
    CONSTRAINT "performance_metrics_average_load_check" CHECK (average_load IS NULL OR (typeof(average_load) = 'real' AND abs(average_load) <= 999.99 AND round(average_load, 2) = average_load)),
    CONSTRAINT "performance_metrics_average_temperature_check" CHECK (average_temperature IS NULL OR (typeof(average_temperature) = 'real' AND abs(average_temperature) <= 999.99 AND round(average_temperature, 2) = average_temperature)),
    CONSTRAINT "performance_metrics_average_vibration_check" CHECK (average_vibration IS NULL OR (typeof(average_vibration) = 'real' AND abs(average_vibration) <= 999.99 AND round(average_vibration, 2) = average_vibration)),
    CONSTRAINT "performance_metrics_uptime_percentage_check" CHECK (uptime_percentage IS NULL OR (typeof(uptime_percentage) = 'real' AND abs(uptime_percentage) <= 999.99 AND round(uptime_percentage, 2) = uptime_percentage)),
    CONSTRAINT "performance_metrics_efficiency_rating_check" CHECK (efficiency_rating IS NULL OR (typeof(efficiency_rating) = 'real' AND abs(efficiency_rating) <= 999.99 AND round(efficiency_rating, 2) = efficiency_rating)),
    CONSTRAINT "performance_metrics_anomaly_count_check" CHECK (anomaly_count IS NULL OR (typeof(anomaly_count) = 'integer' AND anomaly_count BETWEEN 0 AND 2147483647)),
    CONSTRAINT "performance_metrics_ml_model_version_check" CHECK (ml_model_version IS NULL OR (length(ml_model_version) BETWEEN 1 AND 20)),
    CONSTRAINT "performance_metrics_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "performance_metrics_uptime_check" CHECK (uptime_percentage BETWEEN 0 AND 100)
);

CREATE INDEX "alerts_assigned_to_timestamp_idx" ON "alerts" ("assigned_to", "timestamp" DESC, "id" DESC);

CREATE INDEX "alerts_machine_id_timestamp_idx" ON "alerts" ("machine_id", "timestamp" DESC, "id" DESC);

CREATE INDEX "alerts_severity_timestamp_idx" ON "alerts" ("severity", "timestamp" DESC, "id" DESC);

CREATE INDEX "alerts_status_timestamp_idx" ON "alerts" ("status", "timestamp" DESC, "id" DESC);

CREATE INDEX "alerts_timestamp_idx" ON "alerts" ("timestamp" DESC, "id" DESC);

CREATE INDEX "anomaly_records_anomaly_type_timestamp_idx" ON "anomaly_records" ("anomaly_type", "timestamp" DESC, "id" DESC);

CREATE INDEX "anomaly_records_machine_id_timestamp_idx" ON "anomaly_records" ("machine_id", "timestamp" DESC, "id" DESC);

CREATE INDEX "anomaly_records_severity_timestamp_idx" ON "anomaly_records" ("severity", "timestamp" DESC, "id" DESC);

CREATE INDEX "anomaly_records_timestamp_idx" ON "anomaly_records" ("timestamp" DESC, "id" DESC);

CREATE INDEX "maintenance_reports_generated_time_idx" ON "maintenance_reports" ("generated_time" DESC, "id" DESC);

CREATE INDEX "maintenance_reports_machine_id_generated_time_idx" ON "maintenance_reports" ("machine_id", "generated_time" DESC, "id" DESC);

CREATE INDEX "maintenance_reports_report_type_generated_time_idx" ON "maintenance_reports" ("report_type", "generated_time" DESC, "id" DESC);

CREATE INDEX "ml_models_machine_type_model_version_idx" ON "ml_models" ("machine_type", "model_version" DESC);

CREATE INDEX "ml_models_status_created_at_idx" ON "ml_models" ("status", "created_at" DESC, "id" DESC);

CREATE INDEX "notification_logs_alert_id_created_at_idx" ON "notification_logs" ("alert_id", "created_at" DESC, "id" DESC);

CREATE INDEX "notification_logs_notification_type_created_at_idx" ON "notification_logs" ("notification_type", "created_at" DESC, "id" DESC);

CREATE INDEX "notification_logs_sent_time_idx" ON "notification_logs" ("sent_time" DESC, "id" DESC);

CREATE INDEX "notification_logs_status_created_at_idx" ON "notification_logs" ("status", "created_at" DESC, "id" DESC);

CREATE INDEX "performance_metrics_calculation_time_idx" ON "performance_metrics" ("calculation_time" DESC, "id" DESC);

CREATE INDEX "performance_metrics_machine_id_calculation_time_idx" ON "performance_metrics" ("machine_id", "calculation_time" DESC, "id" DESC);
