-- The finished schema of the area telemetry. Written by `make schema`, never edited by hand.

CREATE TABLE `anomaly_alerts` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `sensor_id` varchar(255) NOT NULL,
  `anomaly_type` varchar(100) NOT NULL,
  `severity` enum('low','medium','high','critical') NOT NULL,
  `confidence` double NOT NULL,
  `description` text DEFAULT NULL,
  `evidence` longtext DEFAULT NULL CHECK (json_valid(`evidence`)),
  `recommended_actions` longtext NOT NULL DEFAULT json_array() CHECK (json_valid(`recommended_actions`)),
  `status` enum('open','acknowledged','resolved','dismissed') NOT NULL DEFAULT 'open',
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  KEY `anomaly_alerts_created_at_idx` (`created_at` DESC,`id` DESC),
  KEY `anomaly_alerts_sensor_id_created_at_idx` (`sensor_id`,`created_at` DESC,`id` DESC),
  CONSTRAINT `anomaly_alerts_sensor_id_fkey` FOREIGN KEY (`sensor_id`) REFERENCES `sensors` (`sensor_id`),
  CONSTRAINT `anomaly_alerts_sensor_id_check` CHECK (`sensor_id` <> ''),
  CONSTRAINT `anomaly_alerts_anomaly_type_check` CHECK (`anomaly_type` <> ''),
  CONSTRAINT `anomaly_alerts_confidence_check` CHECK (`confidence` >= 0 and `confidence` <= 1),
  CONSTRAINT `anomaly_alerts_recommended_actions_check` CHECK (regexp_replace(cast(`recommended_actions` as char charset utf8mb4),'"[^"\\\\]*(\\\\.[^"\\\\]*)*"','') regexp '^[[:space:]]*[[][[:space:],]*[]][[:space:]]*$'),
  CONSTRAINT `anomaly_alerts_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `anomaly_alerts_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `feature_snapshots` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `sensor_id` varchar(255) NOT NULL,
  `feature_set` varchar(100) NOT NULL,
  `version` int(11) NOT NULL,
  `window_from` datetime(6) NOT NULL,
  `window_to` datetime(6) NOT NULL,
  `made_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `reading_count` int(11) NOT NULL,
  `features` longtext NOT NULL CHECK (json_valid(`features`)),
  PRIMARY KEY (`id`),
  UNIQUE KEY `feature_snapshots_window_idx` (`sensor_id`,`feature_set`,`version`,`window_from`,`window_to`),
  KEY `feature_snapshots_feature_set_version_window_from_idx` (`feature_set`,`version`,`window_from` DESC,`id` DESC),
  CONSTRAINT `feature_snapshots_sensor_id_check` CHECK (`sensor_id` <> ''),
  CONSTRAINT `feature_snapshots_feature_set_check` CHECK (`feature_set` <> ''),
  CONSTRAINT `feature_snapshots_version_check` CHECK (`version` >= 0),
  CONSTRAINT `feature_snapshots_window_from_check` CHECK (`window_from` >= '1970-01-01 00:00:00'),
  CONSTRAINT `feature_snapshots_window_to_check` CHECK (`window_to` >= '1970-01-01 00:00:00'),
  CONSTRAINT `feature_snapshots_made_at_check` CHECK (`made_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `feature_snapshots_reading_count_check` CHECK (`reading_count` >= 0),
  CONSTRAINT `feature_snapshots_window_check` CHECK (`window_to` > `window_from`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `maintenance_logs` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `task_id` binary(16) NOT NULL,
  `equipment_id` varchar(255) NOT NULL,
  `completion_date` datetime(6) NOT NULL,
  `technician_id` varchar(255) DEFAULT NULL,
  `status` enum('completed','incomplete','failed') NOT NULL,
  `actual_duration_hours` double DEFAULT NULL,
  `notes` text DEFAULT NULL,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  KEY `maintenance_logs_equipment_id_completion_date_idx` (`equipment_id`,`completion_date` DESC,`id` DESC),
  KEY `maintenance_logs_task_id_idx` (`task_id`),
  CONSTRAINT `maintenance_logs_equipment_id_check` CHECK (`equipment_id` <> ''),
  CONSTRAINT `maintenance_logs_completion_date_check` CHECK (`completion_date` >= '1970-01-01 00:00:00'),
  CONSTRAINT `maintenance_logs_technician_id_check` CHECK (`technician_id` <> ''),
  CONSTRAINT `maintenance_logs_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `maintenance_logs_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `maintenance_logs_duration_check` CHECK (`actual_duration_hours` >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `maintenance_tasks` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `equipment_id` varchar(255) NOT NULL,
  `sensor_id` varchar(255) DEFAULT NULL,
  `task_type` enum('inspection','preventive','predictive','corrective','calibration') NOT NULL,
  `priority` enum('low','medium','high','critical') NOT NULL DEFAULT 'medium',
  `status` enum('pending','scheduled','in_progress','completed','cancelled') NOT NULL DEFAULT 'pending',
  `scheduled_start` datetime(6) DEFAULT NULL,
  `scheduled_end` datetime(6) DEFAULT NULL,
  `required_skills` longtext NOT NULL DEFAULT json_array() CHECK (json_valid(`required_skills`)),
  `parts_needed` longtext NOT NULL DEFAULT json_array() CHECK (json_valid(`parts_needed`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  KEY `maintenance_tasks_equipment_id_created_at_idx` (`equipment_id`,`created_at` DESC,`id` DESC),
  KEY `maintenance_tasks_sensor_id_created_at_idx` (`sensor_id`,`created_at` DESC,`id` DESC),
  CONSTRAINT `maintenance_tasks_sensor_id_fkey` FOREIGN KEY (`sensor_id`) REFERENCES `sensors` (`sensor_id`),
  CONSTRAINT `maintenance_tasks_equipment_id_check` CHECK (`equipment_id` <> ''),
  CONSTRAINT `maintenance_tasks_sensor_id_check` CHECK (`sensor_id` <> ''),
  CONSTRAINT `maintenance_tasks_scheduled_start_check` CHECK (`scheduled_start` >= '1970-01-01 00:00:00'),
  CONSTRAINT `maintenance_tasks_scheduled_end_check` CHECK (`scheduled_end` >= '1970-01-01 00:00:00'),
  CONSTRAINT `maintenance_tasks_required_skills_check` CHECK (regexp_replace(cast(`required_skills` as char charset utf8mb4),'"[^"\\\\]*(\\\\.[^"\\\\]*)*"','') regexp '^[[:space:]]*[[][[:space:],]*[]][[:space:]]*$'),
  CONSTRAINT `maintenance_tasks_parts_needed_check` CHECK (regexp_replace(cast(`parts_needed` as char charset utf8mb4),'"[^"\\\\]*(\\\\.[^"\\\\]*)*"','') regexp '^[[:space:]]*[[][[:space:],]*[]][[:space:]]*$'),
  CONSTRAINT `maintenance_tasks_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `maintenance_tasks_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `maintenance_tasks_schedule_check` CHECK (`scheduled_end` >= `scheduled_start`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `sensors` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `sensor_id` varchar(255) NOT NULL,
  `type` varchar(100) NOT NULL,
  `location` varchar(255) DEFAULT NULL,
  `status` enum('active','inactive','maintenance','faulty','decommissioned') NOT NULL DEFAULT 'active',
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `sensors_sensor_id_key` (`sensor_id`),
  CONSTRAINT `sensors_sensor_id_check` CHECK (`sensor_id` <> ''),
  CONSTRAINT `sensors_type_check` CHECK (`type` <> ''),
  CONSTRAINT `sensors_location_check` CHECK (`location` <> ''),
  CONSTRAINT `sensors_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `sensors_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `sensor_readings` (
  `timestamp` datetime(6) NOT NULL,
  `sensor_id` varchar(255) NOT NULL,
  `sensor_type` varchar(100) DEFAULT NULL,
  `value` double NOT NULL,
  `unit` varchar(50) DEFAULT NULL,
  `quality` double DEFAULT NULL,
  `sensor_metadata` longtext DEFAULT NULL CHECK (json_valid(`sensor_metadata`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `id` int(11) NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (`timestamp`,`sensor_id`),
  KEY `sensor_readings_id_idx` (`id`),
  KEY `sensor_readings_sensor_id_timestamp_idx` (`sensor_id`,`timestamp` DESC),
  KEY `sensor_readings_good_idx` (`sensor_id`,`quality`,`timestamp` DESC),
  CONSTRAINT `sensor_readings_timestamp_check` CHECK (`timestamp` >= '1970-01-01 00:00:00'),
  CONSTRAINT `sensor_readings_sensor_id_check` CHECK (`sensor_id` <> ''),
  CONSTRAINT `sensor_readings_sensor_type_check` CHECK (`sensor_type` <> ''),
  CONSTRAINT `sensor_readings_unit_check` CHECK (`unit` <> ''),
  CONSTRAINT `sensor_readings_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `sensor_readings_summary_daily_materialized` (
  `bucket` datetime(6) NOT NULL,
  `sensor_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `avg_value` double DEFAULT NULL,
  `max_value` double DEFAULT NULL,
  `min_value` double DEFAULT NULL,
  `reading_count` bigint(21) DEFAULT NULL,
  PRIMARY KEY (`sensor_id`,`bucket`),
  KEY `sensor_readings_summary_daily_materialized_bucket_idx` (`bucket`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;

CREATE TABLE `sensor_readings_summary_hourly_materialized` (
  `bucket` datetime(6) NOT NULL,
  `sensor_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `avg_value` double DEFAULT NULL,
  `max_value` double,
  `min_value` double,
  `reading_count` bigint(21) NOT NULL,
  PRIMARY KEY (`sensor_id`,`bucket`),
  KEY `sensor_readings_summary_hourly_materialized_bucket_idx` (`bucket`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;

CREATE TABLE `sensor_readings_summary_weekly_materialized` (
  `bucket` datetime(6) NOT NULL,
  `sensor_id` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `avg_value` double DEFAULT NULL,
  `max_value` double DEFAULT NULL,
  `min_value` double DEFAULT NULL,
  `reading_count` bigint(21) DEFAULT NULL,
  PRIMARY KEY (`sensor_id`,`bucket`),
  KEY `sensor_readings_summary_weekly_materialized_bucket_idx` (`bucket`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;

CREATE VIEW `sensor_readings_summary_hourly` AS
select `sensor_readings_summary_hourly_materialized`.`bucket` AS `bucket`,`sensor_readings_summary_hourly_materialized`.`sensor_id` AS `sensor_id`,`sensor_readings_summary_hourly_materialized`.`avg_value` AS `avg_value`,`sensor_readings_summary_hourly_materialized`.`max_value` AS `max_value`,`sensor_readings_summary_hourly_materialized`.`min_value` AS `min_value`,`sensor_readings_summary_hourly_materialized`.`reading_count` AS `reading_count` from `sensor_readings_summary_hourly_materialized` union all select TIMESTAMP'1970-01-01 00:00:00' + interval timestampdiff(SECOND,TIMESTAMP'1970-01-01 00:00:00',`sensor_readings`.`timestamp`) DIV 3600 * 3600 second AS `bucket`,`sensor_readings`.`sensor_id` AS `sensor_id`,avg(`sensor_readings`.`value`) AS `avg_value`,max(`sensor_readings`.`value`) AS `max_value`,min(`sensor_readings`.`value`) AS `min_value`,count(0) AS `reading_count` from `sensor_readings` where `sensor_readings`.`timestamp` >= coalesce((select max(`sensor_readings_summary_hourly_materialized`.`bucket`) + interval 3600 second from `sensor_readings_summary_hourly_materialized`),TIMESTAMP'1000-01-01 00:00:00') group by 1,2;

CREATE VIEW `sensor_readings_summary_daily` AS
select `sensor_readings_summary_daily_materialized`.`bucket` AS `bucket`,`sensor_readings_summary_daily_materialized`.`sensor_id` AS `sensor_id`,`sensor_readings_summary_daily_materialized`.`avg_value` AS `avg_value`,`sensor_readings_summary_daily_materialized`.`max_value` AS `max_value`,`sensor_readings_summary_daily_materialized`.`min_value` AS `min_value`,`sensor_readings_summary_daily_materialized`.`reading_count` AS `reading_count` from `sensor_readings_summary_daily_materialized` union all select TIMESTAMP'1970-01-01 00:00:00' + interval timestampdiff(SECOND,TIMESTAMP'1970-01-01 00:00:00',`sensor_readings_summary_hourly`.`bucket`) DIV 86400 * 86400 second AS `bucket`,`sensor_readings_summary_hourly`.`sensor_id` AS `sensor_id`,cast(sum(`sensor_readings_summary_hourly`.`avg_value` * `sensor_readings_summary_hourly`.`reading_count`) / sum(`sensor_readings_summary_hourly`.`reading_count`) as double) AS `avg_value`,max(`sensor_readings_summary_hourly`.`max_value`) AS `max_value`,min(`sensor_readings_summary_hourly`.`min_value`) AS `min_value`,cast(sum(`sensor_readings_summary_hourly`.`reading_count`) as signed) AS `reading_count` from `sensor_readings_summary_hourly` where `sensor_readings_summary_hourly`.`bucket` >= coalesce((select max(`sensor_readings_summary_daily_materialized`.`bucket`) + interval 86400 second from `sensor_readings_summary_daily_materialized`),TIMESTAMP'1000-01-01 00:00:00') group by 1,2;

CREATE VIEW `sensor_readings_summary_weekly` AS
select `sensor_readings_summary_weekly_materialized`.`bucket` AS `bucket`,`sensor_readings_summary_weekly_materialized`.`sensor_id` AS `sensor_id`,`sensor_readings_summary_weekly_materialized`.`avg_value` AS `avg_value`,`sensor_readings_summary_weekly_materialized`.`max_value` AS `max_value`,`sensor_readings_summary_weekly_materialized`.`min_value` AS `min_value`,`sensor_readings_summary_weekly_materialized`.`reading_count` AS `reading_count` from `sensor_readings_summary_weekly_materialized` union all select TIMESTAMP'1969-12-29 00:00:00' + interval timestampdiff(SECOND,TIMESTAMP'1969-12-29 00:00:00',`sensor_readings_summary_daily`.`bucket`) DIV 604800 * 604800 second AS `bucket`,`sensor_readings_summary_daily`.`sensor_id` AS `sensor_id`,cast(sum(`sensor_readings_summary_daily`.`avg_value` * `sensor_readings_summary_daily`.`reading_count`) / sum(`sensor_readings_summary_daily`.`reading_count`) as double) AS `avg_value`,max(`sensor_readings_summary_daily`.`max_value`) AS `max_value`,min(`sensor_readings_summary_daily`.`min_value`) AS `min_value`,cast(sum(`sensor_readings_summary_daily`.`reading_count`) as signed) AS `reading_count` from `sensor_readings_summary_daily` where `sensor_readings_summary_daily`.`bucket` >= coalesce((select max(`sensor_readings_summary_weekly_materialized`.`bucket`) + interval 604800 second from `sensor_readings_summary_weekly_materialized`),TIMESTAMP'1000-01-01 00:00:00') group by 1,2;
