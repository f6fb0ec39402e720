-- The finished schema of the area twin. Written by `make schema`, never edited by hand.

CREATE TABLE `anomaly_history` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `machine_id` varchar(50) NOT NULL,
  `anomaly_type` varchar(50) NOT NULL,
  `severity` enum('LOW','MEDIUM','HIGH','CRITICAL') NOT NULL,
  `timestamp` datetime(6) NOT NULL,
  `sensor_data` longtext DEFAULT NULL CHECK (json_valid(`sensor_data`)),
  `calculated_metrics` longtext DEFAULT NULL CHECK (json_valid(`calculated_metrics`)),
  `details` longtext DEFAULT NULL CHECK (json_valid(`details`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`,`timestamp`),
  KEY `anomaly_history_machine_id_timestamp_idx` (`machine_id`,`timestamp` DESC,`id` DESC),
  KEY `anomaly_history_severity_timestamp_idx` (`severity`,`timestamp` DESC,`id` DESC),
  KEY `anomaly_history_timestamp_idx` (`timestamp` DESC,`id` DESC),
  CONSTRAINT `anomaly_history_machine_id_check` CHECK (`machine_id` <> ''),
  CONSTRAINT `anomaly_history_anomaly_type_check` CHECK (`anomaly_type` <> ''),
  CONSTRAINT `anomaly_history_timestamp_check` CHECK (`timestamp` >= '1970-01-01 00:00:00'),
  CONSTRAINT `anomaly_history_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `anomaly_history_archive` (
  `id` bigint(20) NOT NULL,
  `machine_id` varchar(50) NOT NULL,
  `anomaly_type` varchar(50) NOT NULL,
  `severity` enum('LOW','MEDIUM','HIGH','CRITICAL') NOT NULL,
  `timestamp` datetime(6) NOT NULL,
  `sensor_data` longtext DEFAULT NULL CHECK (json_valid(`sensor_data`)),
  `calculated_metrics` longtext DEFAULT NULL CHECK (json_valid(`calculated_metrics`)),
  `details` longtext DEFAULT NULL CHECK (json_valid(`details`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`,`timestamp`),
  CONSTRAINT `anomaly_history_archive_machine_id_check` CHECK (`machine_id` <> ''),
  CONSTRAINT `anomaly_history_archive_anomaly_type_check` CHECK (`anomaly_type` <> ''),
  CONSTRAINT `anomaly_history_archive_timestamp_check` CHECK (`timestamp` >= '1970-01-01 00:00:00'),
  CONSTRAINT `anomaly_history_archive_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `machine_configurations` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `machine_type` varchar(50) NOT NULL,
  `baseline_temp` decimal(5,2) DEFAULT NULL,
  `temp_variation` decimal(5,2) DEFAULT NULL,
  `baseline_vibration` decimal(5,2) DEFAULT NULL,
  `vibration_variation` decimal(5,2) DEFAULT NULL,
  `operational_pattern` varchar(20) DEFAULT NULL,
  `thresholds` longtext DEFAULT NULL CHECK (json_valid(`thresholds`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `machine_configurations_machine_type_key` (`machine_type`),
  CONSTRAINT `machine_configurations_machine_type_check` CHECK (`machine_type` <> ''),
  CONSTRAINT `machine_configurations_operational_pattern_check` CHECK (`operational_pattern` <> ''),
  CONSTRAINT `machine_configurations_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `machine_configurations_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `machine_configurations_variation_check` CHECK (`temp_variation` >= 0 and `vibration_variation` >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `state_snapshots` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `machine_id` varchar(50) NOT NULL,
  `snapshot_time` datetime(6) NOT NULL,
  `state_data` longtext NOT NULL CHECK (json_valid(`state_data`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`,`snapshot_time`,`machine_id`),
  KEY `state_snapshots_machine_id_snapshot_time_idx` (`machine_id`,`snapshot_time` DESC,`id` DESC),
  KEY `state_snapshots_snapshot_time_idx` (`snapshot_time` DESC,`id` DESC),
  CONSTRAINT `state_snapshots_machine_id_check` CHECK (`machine_id` <> ''),
  CONSTRAINT `state_snapshots_snapshot_time_check` CHECK (`snapshot_time` >= '1970-01-01 00:00:00'),
  CONSTRAINT `state_snapshots_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `state_snapshots_archive` (
  `id` bigint(20) NOT NULL,
  `machine_id` varchar(50) NOT NULL,
  `snapshot_time` datetime(6) NOT NULL,
  `state_data` longtext NOT NULL CHECK (json_valid(`state_data`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`,`snapshot_time`),
  CONSTRAINT `state_snapshots_archive_machine_id_check` CHECK (`machine_id` <> ''),
  CONSTRAINT `state_snapshots_archive_snapshot_time_check` CHECK (`snapshot_time` >= '1970-01-01 00:00:00'),
  CONSTRAINT `state_snapshots_archive_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
