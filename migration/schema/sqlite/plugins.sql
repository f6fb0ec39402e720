-- The finished schema of the area plugins. Written by `make schema`, never edited by hand.

CREATE TABLE "alert_history" (
    "time" text NOT NULL,
    "alert_id" blob NOT NULL,
    "triggered" boolean NOT NULL,
    "value" text,
    "message" text,
    CONSTRAINT "alert_history_pkey" PRIMARY KEY ("time", "alert_id"),
    CONSTRAINT "alert_history_time_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(time, 1, 19)) IS substr(time, 1, 19) AND substr(time, 12, 2) < '24' AND julianday(time) IS NOT NULL AND time NOT GLOB '*[^0-9T:.+-]*' AND time GLOB '*+00:00' AND time >= '1970'),
    CONSTRAINT "alert_history_alert_id_check" CHECK (typeof(alert_id) = 'blob' AND length(alert_id) = 16),
    CONSTRAINT "alert_history_triggered_check" CHECK (triggered IN (0, 1)),
    CONSTRAINT "alert_history_value_check" CHECK (value IS NULL OR (json_valid(value)))
);

CREATE TABLE "alerts" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "plugin_id" varchar(100) NOT NULL,
    "name" varchar(200) NOT NULL,
    "description" text,
    "condition" text NOT NULL,
    "severity" text NOT NULL,
    "enabled" boolean NOT NULL DEFAULT TRUE,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "alerts_pkey" PRIMARY KEY ("id"),
    FOREIGN KEY ("plugin_id") REFERENCES "plugins" ("plugin_id"),
    CONSTRAINT "alerts_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "alerts_plugin_id_check" CHECK (length(plugin_id) BETWEEN 1 AND 100),
    CONSTRAINT "alerts_name_check" CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT "alerts_condition_check" CHECK (json_valid(condition)),
    CONSTRAINT "alerts_severity_check" CHECK (severity IN ('info', 'warning', 'error', 'critical')),
    CONSTRAINT "alerts_enabled_check" CHECK (enabled IN (0, 1)),
    CONSTRAINT "alerts_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "alerts_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE TABLE "plugin_metrics" (
    "time" text NOT NULL,
    "plugin_id" varchar(100) NOT NULL,
    "metric_name" varchar(200) NOT NULL,
    "value" text NOT NULL,
    "tags" text,
    CONSTRAINT "plugin_metrics_pkey" PRIMARY KEY ("time", "plugin_id", "metric_name"),
    CONSTRAINT "plugin_metrics_time_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(time, 1, 19)) IS substr(time, 1, 19) AND substr(time, 12, 2) < '24' AND julianday(time) IS NOT NULL AND time NOT GLOB '*[^0-9T:.+-]*' AND time GLOB '*+00:00' AND time >= '1970'),
    CONSTRAINT "plugin_metrics_plugin_id_check" CHECK (length(plugin_id) BETWEEN 1 AND 100),
    CONSTRAINT "plugin_metrics_metric_name_check" CHECK (length(metric_name) BETWEEN 1 AND 200),
    CONSTRAINT "plugin_metrics_value_check" CHECK (json_valid(value)),
    CONSTRAINT "plugin_metrics_tags_check" CHECK (tags IS NULL OR (json_valid(tags)))
);

CREATE TABLE "plugin_status" (
    "plugin_id" varchar(100) NOT NULL,
    "last_run" text,
    "last_success" text,
    "last_error" text,
    "error_count" integer NOT NULL DEFAULT 0,
    "consecutive_errors" integer NOT NULL DEFAULT 0,
    "health_status" text NOT NULL DEFAULT 'unknown',
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "plugin_status_pkey" PRIMARY KEY ("plugin_id"),
    FOREIGN KEY ("plugin_id") REFERENCES "plugins" ("plugin_id"),
    CONSTRAINT "plugin_status_plugin_id_check" CHECK (length(plugin_id) BETWEEN 1 AND 100),
    CONSTRAINT "plugin_status_last_run_check" CHECK (last_run IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(last_run, 1, 19)) IS substr(last_run, 1, 19) AND substr(last_run, 12, 2) < '24' AND julianday(last_run) IS NOT NULL AND last_run NOT GLOB '*[^0-9T:.+-]*' AND last_run GLOB '*+00:00' AND last_run >= '1970')),
    CONSTRAINT "plugin_status_last_success_check" CHECK (last_success IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(last_success, 1, 19)) IS substr(last_success, 1, 19) AND substr(last_success, 12, 2) < '24' AND julianday(last_success) IS NOT NULL AND last_success NOT GLOB '*[^0-9T:.+-]*' AND last_success GLOB '*+00:00' AND last_success >= '1970')),
    CONSTRAINT "plugin_status_error_count_check" CHECK (typeof(error_count) = 'integer' AND error_count BETWEEN 0 AND 2147483647),
    CONSTRAINT "plugin_status_consecutive_errors_check" CHECK (typeof(consecutive_errors) = 'integer' AND consecutive_errors BETWEEN 0 AND 2147483647),
    CONSTRAINT "plugin_status_health_status_check" CHECK (health_status IN ('unknown', 'healthy', 'degraded', 'unhealthy')),
    CONSTRAINT "plugin_status_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970'),
    CONSTRAINT "plugin_status_errors_check" CHECK (consecutive_errors <= error_count)
);

CREATE TABLE "plugins" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "plugin_id" varchar(100) NOT NULL,
    "name" varchar(200) NOT NULL,
    "version" varchar(50) NOT NULL,
    "description" text,
    "category" varchar(50),
    "enabled" boolean NOT NULL DEFAULT TRUE,
    "config" text,
    "created_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    "updated_at" text NOT NULL DEFAULT ((strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')),
    CONSTRAINT "plugins_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "plugins_plugin_id_key" UNIQUE ("plugin_id"),
    CONSTRAINT "plugins_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "plugins_plugin_id_check" CHECK (length(plugin_id) BETWEEN 1 AND 100),
    CONSTRAINT "plugins_name_check" CHECK (length(name) BETWEEN 1 AND 200),
    CONSTRAINT "plugins_version_check" CHECK (length(version) BETWEEN 1 AND 50),
    CONSTRAINT "plugins_category_check" CHECK (category IS NULL OR (length(category) BETWEEN 1 AND 50)),
    CONSTRAINT "plugins_enabled_check" CHECK (enabled IN (0, 1)),
    CONSTRAINT "plugins_config_check" CHECK (config IS NULL OR (json_valid(config))),
    CONSTRAINT "plugins_created_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19)) IS substr(created_at, 1, 19) AND substr(created_at, 12, 2) < '24' AND julianday(created_at) IS NOT NULL AND created_at NOT GLOB '*[^0-9T:.+-]*' AND created_at GLOB '*+00:00' AND created_at >= '1970'),
    CONSTRAINT "plugins_updated_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19)) IS substr(updated_at, 1, 19) AND substr(updated_at, 12, 2) < '24' AND julianday(updated_at) IS NOT NULL AND updated_at NOT GLOB '*[^0-9T:.+-]*' AND updated_at GLOB '*+00:00' AND updated_at >= '1970')
);

CREATE INDEX "alert_history_alert_id_time_idx" ON "alert_history" ("alert_id", "time" DESC);

CREATE INDEX "alerts_plugin_id_created_at_idx" ON "alerts" ("plugin_id", "created_at" DESC, "id" DESC);

CREATE INDEX "plugin_metrics_metric_name_plugin_id_time_idx" ON "plugin_metrics" ("metric_name", "plugin_id", "time" DESC);

CREATE INDEX "plugin_metrics_plugin_id_time_idx" ON "plugin_metrics" ("plugin_id", "time" DESC);
