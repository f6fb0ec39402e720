-- The finished schema of the area vision. Written by `make schema`, never edited by hand.

CREATE TABLE `activity_baselines` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `camera_id` bigint(20) NOT NULL,
  `hour` int(11) NOT NULL,
  `day_of_week` int(11) NOT NULL,
  `rate` double NOT NULL DEFAULT 0,
  `weight` double NOT NULL DEFAULT 0,
  `sample_count` int(11) NOT NULL DEFAULT 0,
  `last_updated` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `activity_baselines_camera_id_hour_day_of_week_key` (`camera_id`,`hour`,`day_of_week`),
  KEY `activity_baselines_camera_id_idx` (`camera_id`),
  CONSTRAINT `activity_baselines_camera_id_fkey` FOREIGN KEY (`camera_id`) REFERENCES `cameras` (`id`) ON DELETE CASCADE,
  CONSTRAINT `activity_baselines_hour_check` CHECK (`hour` >= 0),
  CONSTRAINT `activity_baselines_day_of_week_check` CHECK (`day_of_week` >= 0),
  CONSTRAINT `activity_baselines_sample_count_check` CHECK (`sample_count` >= 0),
  CONSTRAINT `activity_baselines_hour_range_check` CHECK (`hour` between 0 and 23),
  CONSTRAINT `activity_baselines_day_range_check` CHECK (`day_of_week` between 0 and 6)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `alerts` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` bigint(20) NOT NULL,
  `rule_id` bigint(20) DEFAULT NULL,
  `severity` enum('low','medium','high','critical') NOT NULL DEFAULT 'medium',
  `status` enum('pending','delivered','acknowledged','dismissed') NOT NULL DEFAULT 'pending',
  `channels` longtext DEFAULT NULL CHECK (json_valid(`channels`)),
  `details` longtext DEFAULT NULL CHECK (json_valid(`details`)),
  `delivered_at` datetime(6) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `dedup_key` varchar(255) DEFAULT NULL CHECK (`dedup_key` <> ''),
  `snooze_until` datetime(6) DEFAULT NULL CHECK (`snooze_until` >= '1970-01-01 00:00:00'),
  `version_id` int(11) NOT NULL DEFAULT 1 CHECK (`version_id` >= 0),
  PRIMARY KEY (`id`),
  KEY `alerts_event_id_idx` (`event_id`),
  KEY `alerts_rule_id_idx` (`rule_id`),
  KEY `alerts_event_id_created_at_idx` (`event_id`,`created_at` DESC,`id` DESC),
  KEY `alerts_rule_id_created_at_idx` (`rule_id`,`created_at` DESC,`id` DESC),
  KEY `idx_alerts_status_created_at` (`status`,`created_at` DESC),
  KEY `idx_alerts_page` (`created_at` DESC,`id` DESC,`event_id`,`severity`,`status`),
  KEY `idx_alerts_dedup_key` (`dedup_key`,`created_at`),
  CONSTRAINT `alerts_event_id_fkey` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE,
  CONSTRAINT `alerts_rule_id_fkey` FOREIGN KEY (`rule_id`) REFERENCES `alert_rules` (`id`) ON DELETE SET NULL,
  CONSTRAINT `alerts_delivered_at_check` CHECK (`delivered_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alerts_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alerts_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `alert_rules` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `description` text DEFAULT NULL,
  `enabled` tinyint(1) NOT NULL DEFAULT 1,
  `severity` enum('low','medium','high','critical') NOT NULL DEFAULT 'medium',
  `risk_threshold` int(11) DEFAULT NULL,
  `min_confidence` double DEFAULT NULL,
  `object_types` longtext DEFAULT NULL CHECK (json_valid(`object_types`)),
  `conditions` longtext DEFAULT NULL CHECK (json_valid(`conditions`)),
  `cooldown_seconds` int(11) NOT NULL DEFAULT 300,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `deleted_at` datetime(6) DEFAULT NULL CHECK (`deleted_at` >= '1970-01-01 00:00:00'),
  PRIMARY KEY (`id`),
  KEY `idx_alert_rules_enabled` (`enabled`,`name`),
  KEY `idx_alert_rules_present` (`deleted_at`,`name`),
  CONSTRAINT `alert_rules_name_check` CHECK (`name` <> ''),
  CONSTRAINT `alert_rules_enabled_check` CHECK (`enabled` in (0,1)),
  CONSTRAINT `alert_rules_risk_threshold_check` CHECK (`risk_threshold` >= 0),
  CONSTRAINT `alert_rules_cooldown_seconds_check` CHECK (`cooldown_seconds` >= 0),
  CONSTRAINT `alert_rules_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alert_rules_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alert_rules_risk_range_check` CHECK (`risk_threshold` between 0 and 100),
  CONSTRAINT `alert_rules_confidence_range_check` CHECK (`min_confidence` between 0 and 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `api_keys` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(100) NOT NULL,
  `key_hash` varchar(64) NOT NULL,
  `is_active` tinyint(1) NOT NULL DEFAULT 1,
  `last_used_at` datetime(6) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `api_keys_key_hash_key` (`key_hash`),
  CONSTRAINT `api_keys_name_check` CHECK (`name` <> ''),
  CONSTRAINT `api_keys_key_hash_check` CHECK (`key_hash` <> ''),
  CONSTRAINT `api_keys_is_active_check` CHECK (`is_active` in (0,1)),
  CONSTRAINT `api_keys_last_used_at_check` CHECK (`last_used_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `api_keys_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `api_keys_key_hash_length_check` CHECK (octet_length(`key_hash`) = 64)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `audit_logs` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `timestamp` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `action` varchar(50) NOT NULL,
  `resource_type` varchar(50) NOT NULL,
  `resource_id` varchar(255) DEFAULT NULL,
  `actor` varchar(100) NOT NULL,
  `ip_address` varchar(45) DEFAULT NULL,
  `user_agent` text DEFAULT NULL,
  `details` longtext DEFAULT NULL CHECK (json_valid(`details`)),
  `status` varchar(20) NOT NULL DEFAULT 'success',
  PRIMARY KEY (`id`),
  KEY `audit_logs_actor_timestamp_idx` (`actor`,`timestamp` DESC,`id` DESC),
  KEY `audit_logs_resource_type_resource_id_timestamp_idx` (`resource_type`,`resource_id`,`timestamp` DESC,`id` DESC),
  KEY `audit_logs_timestamp_idx` (`timestamp` DESC,`id` DESC),
  CONSTRAINT `audit_logs_timestamp_check` CHECK (`timestamp` >= '1970-01-01 00:00:00'),
  CONSTRAINT `audit_logs_action_check` CHECK (`action` <> ''),
  CONSTRAINT `audit_logs_resource_type_check` CHECK (`resource_type` <> ''),
  CONSTRAINT `audit_logs_resource_id_check` CHECK (`resource_id` <> ''),
  CONSTRAINT `audit_logs_actor_check` CHECK (`actor` <> ''),
  CONSTRAINT `audit_logs_ip_address_check` CHECK (`ip_address` <> ''),
  CONSTRAINT `audit_logs_status_check` CHECK (`status` <> '')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `cameras` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `folder_path` varchar(500) NOT NULL,
  `status` varchar(20) NOT NULL DEFAULT 'online',
  `created_at` datetime(6) NOT NULL,
  `last_seen_at` datetime(6) DEFAULT NULL,
  `timezone` varchar(50) NOT NULL DEFAULT 'UTC' CHECK (`timezone` <> ''),
  `deleted_at` datetime(6) DEFAULT NULL CHECK (`deleted_at` >= '1970-01-01 00:00:00'),
  PRIMARY KEY (`id`),
  UNIQUE KEY `cameras_name_key` (`name`),
  UNIQUE KEY `cameras_folder_path_key` (`folder_path`),
  KEY `idx_cameras_present` (`deleted_at`,`name`),
  CONSTRAINT `cameras_name_check` CHECK (`name` <> ''),
  CONSTRAINT `cameras_folder_path_check` CHECK (`folder_path` <> ''),
  CONSTRAINT `cameras_status_check` CHECK (`status` <> '')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `camera_notification_settings` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `camera_id` bigint(20) NOT NULL,
  `enabled` tinyint(1) NOT NULL DEFAULT 1,
  `risk_threshold` int(11) NOT NULL DEFAULT 0,
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `camera_notification_settings_camera_id_key` (`camera_id`),
  KEY `camera_notification_settings_camera_id_idx` (`camera_id`),
  CONSTRAINT `camera_notification_settings_camera_id_fkey` FOREIGN KEY (`camera_id`) REFERENCES `cameras` (`id`) ON DELETE CASCADE,
  CONSTRAINT `camera_notification_settings_enabled_check` CHECK (`enabled` in (0,1)),
  CONSTRAINT `camera_notification_settings_risk_threshold_check` CHECK (`risk_threshold` >= 0),
  CONSTRAINT `camera_notification_settings_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `class_baselines` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `camera_id` bigint(20) NOT NULL,
  `detection_class` varchar(50) NOT NULL,
  `hour` int(11) NOT NULL,
  `frequency` double NOT NULL DEFAULT 0,
  `weight` double NOT NULL DEFAULT 0,
  `sample_count` int(11) NOT NULL DEFAULT 0,
  `last_updated` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `class_baselines_camera_id_detection_class_hour_key` (`camera_id`,`detection_class`,`hour`),
  KEY `class_baselines_camera_id_idx` (`camera_id`),
  CONSTRAINT `class_baselines_camera_id_fkey` FOREIGN KEY (`camera_id`) REFERENCES `cameras` (`id`) ON DELETE CASCADE,
  CONSTRAINT `class_baselines_detection_class_check` CHECK (`detection_class` <> ''),
  CONSTRAINT `class_baselines_hour_check` CHECK (`hour` >= 0),
  CONSTRAINT `class_baselines_sample_count_check` CHECK (`sample_count` >= 0),
  CONSTRAINT `class_baselines_hour_range_check` CHECK (`hour` between 0 and 23)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `detections` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `camera_id` bigint(20) NOT NULL,
  `detected_at` datetime(6) NOT NULL,
  `file_path` varchar(500) NOT NULL,
  `object_type` varchar(50) DEFAULT NULL,
  `confidence` double DEFAULT NULL,
  `bbox_x` int(11) DEFAULT NULL,
  `bbox_y` int(11) DEFAULT NULL,
  `bbox_width` int(11) DEFAULT NULL,
  `bbox_height` int(11) DEFAULT NULL,
  `thumbnail_path` varchar(500) DEFAULT NULL,
  `enrichment_data` longtext DEFAULT NULL CHECK (json_valid(`enrichment_data`)),
  `search_text` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci GENERATED ALWAYS AS (concat_ws(' ',`object_type`,`file_path`)) STORED,
  PRIMARY KEY (`id`),
  KEY `detections_camera_id_idx` (`camera_id`),
  KEY `idx_detections_camera_time` (`camera_id`,`detected_at`),
  KEY `idx_detections_camera_object_type` (`camera_id`,`object_type`),
  KEY `idx_detections_page` (`detected_at` DESC,`id` DESC,`camera_id`,`object_type`,`confidence`),
  KEY `idx_detections_camera_object_time` (`camera_id`,`object_type`,`detected_at`),
  KEY `idx_detections_object_type_time` (`object_type`,`detected_at` DESC),
  FULLTEXT KEY `idx_detections_search` (`search_text`),
  CONSTRAINT `detections_camera_id_fkey` FOREIGN KEY (`camera_id`) REFERENCES `cameras` (`id`) ON DELETE CASCADE,
  CONSTRAINT `detections_file_path_check` CHECK (`file_path` <> ''),
  CONSTRAINT `detections_object_type_check` CHECK (`object_type` <> ''),
  CONSTRAINT `detections_bbox_x_check` CHECK (`bbox_x` >= 0),
  CONSTRAINT `detections_bbox_y_check` CHECK (`bbox_y` >= 0),
  CONSTRAINT `detections_bbox_width_check` CHECK (`bbox_width` >= 0),
  CONSTRAINT `detections_bbox_height_check` CHECK (`bbox_height` >= 0),
  CONSTRAINT `detections_thumbnail_path_check` CHECK (`thumbnail_path` <> ''),
  CONSTRAINT `detections_confidence_range_check` CHECK (`confidence` between 0 and 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `entities` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `entity_type` enum('person','vehicle','animal','package','other') NOT NULL,
  `label` varchar(255) DEFAULT NULL,
  `embedding` longtext DEFAULT NULL CHECK (json_valid(`embedding`)),
  `attributes` longtext DEFAULT NULL CHECK (json_valid(`attributes`)),
  `first_seen_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `last_seen_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `detection_count` int(11) NOT NULL DEFAULT 0,
  `trust_status` enum('trusted','untrusted','unknown') NOT NULL DEFAULT 'unknown',
  PRIMARY KEY (`id`),
  KEY `entities_entity_type_last_seen_at_idx` (`entity_type`,`last_seen_at` DESC,`id` DESC),
  CONSTRAINT `entities_label_check` CHECK (`label` <> ''),
  CONSTRAINT `entities_first_seen_at_check` CHECK (`first_seen_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `entities_last_seen_at_check` CHECK (`last_seen_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `entities_detection_count_check` CHECK (`detection_count` >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `entity_detections` (
  `entity_id` bigint(20) NOT NULL,
  `detection_id` bigint(20) NOT NULL,
  `similarity` double DEFAULT NULL,
  PRIMARY KEY (`entity_id`,`detection_id`),
  KEY `entity_detections_entity_id_idx` (`entity_id`),
  KEY `entity_detections_detection_id_idx` (`detection_id`),
  KEY `idx_entity_detections_detection` (`detection_id`),
  CONSTRAINT `entity_detections_detection_id_fkey` FOREIGN KEY (`detection_id`) REFERENCES `detections` (`id`) ON DELETE CASCADE,
  CONSTRAINT `entity_detections_entity_id_fkey` FOREIGN KEY (`entity_id`) REFERENCES `entities` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `events` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `camera_id` bigint(20) NOT NULL,
  `batch_id` varchar(100) NOT NULL,
  `started_at` datetime(6) NOT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  `risk` int(11) DEFAULT NULL,
  `summary` text DEFAULT NULL,
  `reasoning` text DEFAULT NULL,
  `reviewed` tinyint(1) NOT NULL DEFAULT 0,
  `notes` text DEFAULT NULL,
  `object_types` text DEFAULT NULL,
  `search_text` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci GENERATED ALWAYS AS (concat_ws(' ',`summary`,`reasoning`,`object_types`)) STORED,
  `clip_path` varchar(500) DEFAULT NULL CHECK (`clip_path` <> ''),
  `llm_prompt` text DEFAULT NULL,
  `deleted_at` datetime(6) DEFAULT NULL CHECK (`deleted_at` >= '1970-01-01 00:00:00'),
  PRIMARY KEY (`id`),
  KEY `events_camera_id_idx` (`camera_id`),
  KEY `idx_events_started_at` (`started_at`),
  KEY `idx_events_camera_started_at` (`camera_id`,`started_at` DESC),
  KEY `idx_events_risk_started_at` (`risk` DESC,`started_at` DESC),
  KEY `idx_events_page` (`started_at` DESC,`id` DESC,`camera_id`,`risk`,`reviewed`),
  KEY `idx_events_unreviewed` (`reviewed`,`started_at` DESC),
  KEY `idx_events_backlog` (`reviewed`,`risk` DESC,`started_at` DESC),
  KEY `idx_events_present` (`deleted_at`,`started_at` DESC,`id` DESC),
  FULLTEXT KEY `idx_events_search` (`search_text`),
  CONSTRAINT `events_camera_id_fkey` FOREIGN KEY (`camera_id`) REFERENCES `cameras` (`id`) ON DELETE CASCADE,
  CONSTRAINT `events_batch_id_check` CHECK (`batch_id` <> ''),
  CONSTRAINT `events_risk_check` CHECK (`risk` >= 0),
  CONSTRAINT `events_reviewed_check` CHECK (`reviewed` in (0,1)),
  CONSTRAINT `events_risk_range_check` CHECK (`risk` between 0 and 100),
  CONSTRAINT `events_period_check` CHECK (`ended_at` >= `started_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `event_audits` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` bigint(20) NOT NULL,
  `audited_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `is_fully_evaluated` tinyint(1) NOT NULL DEFAULT 0,
  `context_usage_score` double DEFAULT NULL,
  `reasoning_coherence_score` double DEFAULT NULL,
  `risk_justification_score` double DEFAULT NULL,
  `consistency_score` double DEFAULT NULL,
  `overall_quality_score` double DEFAULT NULL,
  `critique` text DEFAULT NULL,
  `missing_context` longtext DEFAULT NULL CHECK (json_valid(`missing_context`)),
  PRIMARY KEY (`id`),
  UNIQUE KEY `event_audits_event_id_key` (`event_id`),
  KEY `event_audits_event_id_idx` (`event_id`),
  KEY `event_audits_audited_at_idx` (`audited_at` DESC,`id` DESC),
  CONSTRAINT `event_audits_event_id_fkey` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE,
  CONSTRAINT `event_audits_audited_at_check` CHECK (`audited_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `event_audits_is_fully_evaluated_check` CHECK (`is_fully_evaluated` in (0,1)),
  CONSTRAINT `event_audits_quality_range_check` CHECK (`overall_quality_score` between 1 and 5)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `event_detections` (
  `event_id` bigint(20) NOT NULL,
  `detection_id` bigint(20) NOT NULL,
  `place` int(11) NOT NULL,
  PRIMARY KEY (`event_id`,`detection_id`),
  KEY `event_detections_event_id_idx` (`event_id`),
  KEY `event_detections_detection_id_idx` (`detection_id`),
  KEY `idx_event_detections_detection` (`detection_id`),
  CONSTRAINT `event_detections_detection_id_fkey` FOREIGN KEY (`detection_id`) REFERENCES `detections` (`id`) ON DELETE CASCADE,
  CONSTRAINT `event_detections_event_id_fkey` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE,
  CONSTRAINT `event_detections_place_check` CHECK (`place` >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `gpu_stats` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `recorded_at` datetime(6) NOT NULL,
  `gpu_name` varchar(255) DEFAULT NULL,
  `utilization` double DEFAULT NULL,
  `memory_used` int(11) DEFAULT NULL,
  `memory_total` int(11) DEFAULT NULL,
  `temperature` double DEFAULT NULL,
  `power_usage` double DEFAULT NULL,
  PRIMARY KEY (`id`,`recorded_at`),
  CONSTRAINT `gpu_stats_gpu_name_check` CHECK (`gpu_name` <> ''),
  CONSTRAINT `gpu_stats_memory_used_check` CHECK (`memory_used` >= 0),
  CONSTRAINT `gpu_stats_memory_total_check` CHECK (`memory_total` >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `job_transitions` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `job_id` varchar(64) NOT NULL,
  `from_status` varchar(20) DEFAULT NULL,
  `to_status` varchar(20) NOT NULL,
  `transitioned_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `reason` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `job_transitions_job_id_transitioned_at_idx` (`job_id`,`transitioned_at` DESC,`id` DESC),
  CONSTRAINT `job_transitions_job_id_check` CHECK (`job_id` <> ''),
  CONSTRAINT `job_transitions_from_status_check` CHECK (`from_status` <> ''),
  CONSTRAINT `job_transitions_to_status_check` CHECK (`to_status` <> ''),
  CONSTRAINT `job_transitions_transitioned_at_check` CHECK (`transitioned_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `logs` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `timestamp` datetime(6) NOT NULL,
  `level` varchar(10) NOT NULL,
  `component` varchar(50) NOT NULL,
  `message` text NOT NULL,
  `camera_id` bigint(20) DEFAULT NULL,
  `request_id` varchar(36) DEFAULT NULL,
  `duration_ms` int(11) DEFAULT NULL,
  `extra` longtext DEFAULT NULL CHECK (json_valid(`extra`)),
  PRIMARY KEY (`id`,`timestamp`),
  KEY `idx_logs_timestamp` (`timestamp`),
  CONSTRAINT `logs_level_check` CHECK (`level` <> ''),
  CONSTRAINT `logs_component_check` CHECK (`component` <> ''),
  CONSTRAINT `logs_request_id_check` CHECK (`request_id` <> ''),
  CONSTRAINT `logs_duration_ms_check` CHECK (`duration_ms` >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `notification_preferences` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `enabled` tinyint(1) NOT NULL DEFAULT 1,
  `sound` varchar(50) NOT NULL DEFAULT 'default',
  `risk_filters` longtext DEFAULT NULL CHECK (json_valid(`risk_filters`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  CONSTRAINT `notification_preferences_enabled_check` CHECK (`enabled` in (0,1)),
  CONSTRAINT `notification_preferences_sound_check` CHECK (`sound` <> ''),
  CONSTRAINT `notification_preferences_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `notification_preferences_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `prompt_configs` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `model` varchar(50) NOT NULL,
  `system_prompt` text NOT NULL,
  `temperature` double NOT NULL DEFAULT 0.7,
  `max_tokens` int(11) NOT NULL DEFAULT 2048,
  `version` int(11) NOT NULL DEFAULT 1,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `prompt_configs_model_key` (`model`),
  CONSTRAINT `prompt_configs_model_check` CHECK (`model` <> ''),
  CONSTRAINT `prompt_configs_max_tokens_check` CHECK (`max_tokens` >= 0),
  CONSTRAINT `prompt_configs_version_check` CHECK (`version` >= 0),
  CONSTRAINT `prompt_configs_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `prompt_configs_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `prompt_configs_temperature_range_check` CHECK (`temperature` between 0 and 2)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `prompt_versions` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `model` enum('nemotron','florence2','yolo_world','xclip','fashion_clip') NOT NULL,
  `version` int(11) NOT NULL,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `created_by` varchar(255) DEFAULT NULL,
  `config` longtext NOT NULL CHECK (json_valid(`config`)),
  `change_description` text DEFAULT NULL,
  `is_active` tinyint(1) NOT NULL DEFAULT 0,
  `performance_score` double DEFAULT NULL,
  `row_version` int(11) NOT NULL DEFAULT 1 CHECK (`row_version` >= 0),
  PRIMARY KEY (`id`),
  UNIQUE KEY `prompt_versions_model_version_key` (`model`,`version`),
  KEY `prompt_versions_model_created_at_idx` (`model`,`created_at` DESC,`id` DESC),
  KEY `idx_prompt_versions_active` (`is_active`,`model`),
  CONSTRAINT `prompt_versions_version_check` CHECK (`version` >= 0),
  CONSTRAINT `prompt_versions_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `prompt_versions_created_by_check` CHECK (`created_by` <> ''),
  CONSTRAINT `prompt_versions_is_active_check` CHECK (`is_active` in (0,1)),
  CONSTRAINT `prompt_versions_first_version_check` CHECK (`version` > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `quiet_hours_periods` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `label` varchar(255) NOT NULL,
  `start_time` varchar(5) NOT NULL,
  `end_time` varchar(5) NOT NULL,
  `days` longtext DEFAULT NULL CHECK (json_valid(`days`)),
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  CONSTRAINT `quiet_hours_periods_label_check` CHECK (`label` <> ''),
  CONSTRAINT `quiet_hours_periods_start_time_check` CHECK (`start_time` <> ''),
  CONSTRAINT `quiet_hours_periods_end_time_check` CHECK (`end_time` <> ''),
  CONSTRAINT `quiet_hours_periods_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `quiet_hours_periods_length_check` CHECK (octet_length(`start_time`) = 5 and octet_length(`end_time`) = 5)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `scene_changes` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `camera_id` bigint(20) NOT NULL,
  `detected_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `similarity` double NOT NULL,
  `file_path` varchar(500) DEFAULT NULL,
  `reviewed` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  KEY `scene_changes_camera_id_idx` (`camera_id`),
  KEY `scene_changes_camera_id_detected_at_idx` (`camera_id`,`detected_at` DESC,`id` DESC),
  CONSTRAINT `scene_changes_camera_id_fkey` FOREIGN KEY (`camera_id`) REFERENCES `cameras` (`id`) ON DELETE CASCADE,
  CONSTRAINT `scene_changes_detected_at_check` CHECK (`detected_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `scene_changes_file_path_check` CHECK (`file_path` <> ''),
  CONSTRAINT `scene_changes_reviewed_check` CHECK (`reviewed` in (0,1)),
  CONSTRAINT `scene_changes_similarity_range_check` CHECK (`similarity` between 0 and 1)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `user_calibration` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` varchar(255) NOT NULL,
  `low_threshold` int(11) NOT NULL DEFAULT 30,
  `medium_threshold` int(11) NOT NULL DEFAULT 60,
  `high_threshold` int(11) NOT NULL DEFAULT 85,
  `decay_factor` double NOT NULL DEFAULT 0.1,
  `false_positive_count` int(11) NOT NULL DEFAULT 0,
  `missed_threat_count` int(11) NOT NULL DEFAULT 0,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_calibration_user_id_key` (`user_id`),
  CONSTRAINT `user_calibration_user_id_check` CHECK (`user_id` <> ''),
  CONSTRAINT `user_calibration_low_threshold_check` CHECK (`low_threshold` >= 0),
  CONSTRAINT `user_calibration_medium_threshold_check` CHECK (`medium_threshold` >= 0),
  CONSTRAINT `user_calibration_high_threshold_check` CHECK (`high_threshold` >= 0),
  CONSTRAINT `user_calibration_false_positive_count_check` CHECK (`false_positive_count` >= 0),
  CONSTRAINT `user_calibration_missed_threat_count_check` CHECK (`missed_threat_count` >= 0),
  CONSTRAINT `user_calibration_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `user_calibration_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `user_calibration_order_check` CHECK (`low_threshold` < `medium_threshold` and `medium_threshold` < `high_threshold` and `high_threshold` <= 100)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `user_feedback` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` bigint(20) NOT NULL,
  `feedback_type` enum('accurate','false_positive','missed_threat','severity_wrong','wrong_object','wrong_person','duplicate_event','wrong_zone') NOT NULL,
  `notes` text DEFAULT NULL,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_feedback_event_id_key` (`event_id`),
  KEY `user_feedback_event_id_idx` (`event_id`),
  CONSTRAINT `user_feedback_event_id_fkey` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE,
  CONSTRAINT `user_feedback_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `zones` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `camera_id` bigint(20) NOT NULL,
  `name` varchar(255) NOT NULL,
  `zone_type` enum('entry_point','driveway','sidewalk','yard','other') NOT NULL DEFAULT 'other',
  `coordinates` longtext NOT NULL CHECK (json_valid(`coordinates`)),
  `shape` enum('rectangle','polygon') NOT NULL DEFAULT 'rectangle',
  `color` varchar(7) NOT NULL DEFAULT '#3B82F6',
  `enabled` tinyint(1) NOT NULL DEFAULT 1,
  `priority` int(11) NOT NULL DEFAULT 0,
  `created_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `updated_at` datetime(6) NOT NULL DEFAULT utc_timestamp(6),
  `deleted_at` datetime(6) DEFAULT NULL CHECK (`deleted_at` >= '1970-01-01 00:00:00'),
  PRIMARY KEY (`id`),
  KEY `zones_camera_id_idx` (`camera_id`),
  KEY `zones_camera_id_created_at_idx` (`camera_id`,`created_at` DESC,`id` DESC),
  KEY `idx_zones_enabled` (`enabled`,`camera_id`,`priority` DESC),
  KEY `idx_zones_present` (`deleted_at`,`camera_id`),
  CONSTRAINT `zones_camera_id_fkey` FOREIGN KEY (`camera_id`) REFERENCES `cameras` (`id`) ON DELETE CASCADE,
  CONSTRAINT `zones_name_check` CHECK (`name` <> ''),
  CONSTRAINT `zones_color_check` CHECK (`color` <> ''),
  CONSTRAINT `zones_enabled_check` CHECK (`enabled` in (0,1)),
  CONSTRAINT `zones_priority_check` CHECK (`priority` >= 0),
  CONSTRAINT `zones_created_at_check` CHECK (`created_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `zones_updated_at_check` CHECK (`updated_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
