-- The finished schema of the area plugins. Written by `make schema`, never edited by hand.

CREATE TABLE `alerts` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `plugin_id` varchar(100) NOT NULL,
  `name` varchar(200) NOT NULL,
  `description` text DEFAULT NULL,
  `condition` longtext NOT NULL CHECK (json_valid(`condition`)),
  `severity` enum('info','warning','error','critical') NOT NULL,
  `enabled` tinyint(1) NOT NULL DEFAULT 1,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  KEY `alerts_plugin_id_created_at_idx` (`plugin_id`,`created_at` DESC,`id` DESC),
  CONSTRAINT `alerts_plugin_id_fkey` FOREIGN KEY (`plugin_id`) REFERENCES `plugins` (`plugin_id`),
  CONSTRAINT `alerts_plugin_id_check` CHECK (`plugin_id` <> ''),
  CONSTRAINT `alerts_name_check` CHECK (`name` <> ''),
  CONSTRAINT `alerts_enabled_check` CHECK (`enabled` in (0,1)),
  CONSTRAINT `alerts_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alerts_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `alert_history` (
  `time` datetime(6) NOT NULL,
  `alert_id` binary(16) NOT NULL,
  `triggered` tinyint(1) NOT NULL,
  `value` longtext DEFAULT NULL CHECK (json_valid(`value`)),
  `message` text DEFAULT NULL,
  PRIMARY KEY (`time`,`alert_id`),
  KEY `alert_history_alert_id_time_idx` (`alert_id`,`time` DESC),
  CONSTRAINT `alert_history_time_check` CHECK (`time` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alert_history_triggered_check` CHECK (`triggered` in (0,1))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `plugins` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `plugin_id` varchar(100) NOT NULL,
  `name` varchar(200) NOT NULL,
  `version` varchar(50) NOT NULL,
  `description` text DEFAULT NULL,
  `category` varchar(50) DEFAULT NULL,
  `enabled` tinyint(1) NOT NULL DEFAULT 1,
  `config` longtext DEFAULT NULL CHECK (json_valid(`config`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `plugins_plugin_id_key` (`plugin_id`),
  CONSTRAINT `plugins_plugin_id_check` CHECK (`plugin_id` <> ''),
  CONSTRAINT `plugins_name_check` CHECK (`name` <> ''),
  CONSTRAINT `plugins_version_check` CHECK (`version` <> ''),
  CONSTRAINT `plugins_category_check` CHECK (`category` <> ''),
  CONSTRAINT `plugins_enabled_check` CHECK (`enabled` in (0,1)),
  CONSTRAINT `plugins_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `plugins_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `plugin_metrics` (
  `time` datetime(6) NOT NULL,
  `plugin_id` varchar(100) NOT NULL,
  `metric_name` varchar(200) NOT NULL,
  `value` longtext NOT NULL CHECK (json_valid(`value`)),
  `tags` longtext DEFAULT NULL CHECK (json_valid(`tags`)),
  PRIMARY KEY (`time`,`plugin_id`,`metric_name`),
  KEY `plugin_metrics_plugin_id_time_idx` (`plugin_id`,`time` DESC),
  KEY `plugin_metrics_metric_name_plugin_id_time_idx` (`metric_name`,`plugin_id`,`time` DESC),
  CONSTRAINT `plugin_metrics_time_check` CHECK (`time` >= '1970-01-01 00:00:00'),
  CONSTRAINT `plugin_metrics_plugin_id_check` CHECK (`plugin_id` <> ''),
  CONSTRAINT `plugin_metrics_metric_name_check` CHECK (`metric_name` <> '')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `plugin_status` (
  `plugin_id` varchar(100) NOT NULL,
  `last_run` datetime(6) DEFAULT NULL,
  `last_success` datetime(6) DEFAULT NULL,
  `last_error` text DEFAULT NULL,
  `error_count` int(11) NOT NULL DEFAULT 0,
  `consecutive_errors` int(11) NOT NULL DEFAULT 0,
  `health_status` enum('unknown','healthy','degraded','unhealthy') NOT NULL DEFAULT 'unknown',
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`plugin_id`),
  CONSTRAINT `plugin_status_plugin_id_fkey` FOREIGN KEY (`plugin_id`) REFERENCES `plugins` (`plugin_id`),
  CONSTRAINT `plugin_status_plugin_id_check` CHECK (`plugin_id` <> ''),
  CONSTRAINT `plugin_status_last_run_check` CHECK (`last_run` >= '1970-01-01 00:00:00'),
  CONSTRAINT `plugin_status_last_success_check` CHECK (`last_success` >= '1970-01-01 00:00:00'),
  CONSTRAINT `plugin_status_error_count_check` CHECK (`error_count` >= 0),
  CONSTRAINT `plugin_status_consecutive_errors_check` CHECK (`consecutive_errors` >= 0),
  CONSTRAINT `plugin_status_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `plugin_status_errors_check` CHECK (`consecutive_errors` <= `error_count`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
