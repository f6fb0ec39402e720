-- The finished schema of the area alarms. Written by `make schema`, never edited by hand.

CREATE TABLE `alarms` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `raised_at` datetime(6) NOT NULL,
  `sensor_id` varchar(255) NOT NULL,
  `severity` enum('info','warning','critical') NOT NULL,
  `status` enum('active','acknowledged','resolved') NOT NULL DEFAULT 'active',
  `value` double DEFAULT NULL,
  `threshold` double DEFAULT NULL,
  `message` text NOT NULL DEFAULT '',
  `context` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`context`)),
  `acknowledged_at` datetime(6) DEFAULT NULL,
  `acknowledged_by` text DEFAULT NULL,
  `resolved_at` datetime(6) DEFAULT NULL,
  `origin` enum('threshold','anomaly_model') NOT NULL DEFAULT 'threshold',
  `anomaly_score` double DEFAULT NULL CHECK ((`anomaly_score` is null or `anomaly_score` >= 0 and `anomaly_score` <= 1) and `origin` = 'anomaly_model' = (`anomaly_score` is not null)),
  `model_name` varchar(255) DEFAULT NULL CHECK (`model_name` is null or `model_name` <> '' and `anomaly_score` is not null),
  `model_version` varchar(100) DEFAULT NULL CHECK (`model_version` is null or `model_version` <> '' and `model_name` is not null),
  `last_seen_at` datetime(6) DEFAULT NULL CHECK (`last_seen_at` is null or `last_seen_at` >= '1970-01-01 00:00:00' and `last_seen_at` >= `raised_at`),
  `repeats` int(11) NOT NULL DEFAULT 0 CHECK (`repeats` >= 0),
  PRIMARY KEY (`id`,`raised_at`),
  KEY `alarms_raised_at_idx` (`raised_at` DESC,`id` DESC),
  KEY `alarms_sensor_id_idx` (`sensor_id`,`raised_at` DESC,`id` DESC),
  KEY `alarms_open_idx` (`status`,`raised_at` DESC,`id` DESC),
  KEY `alarms_anomaly_model_idx` (`origin`,`raised_at` DESC,`id` DESC),
  CONSTRAINT `alarms_sensor_id_check` CHECK (`sensor_id` <> ''),
  CONSTRAINT `alarms_raised_at_check` CHECK (`raised_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE `alarm_actions` (
  `id` binary(16) NOT NULL DEFAULT unhex(replace(uuid(),'-','')),
  `alarm_id` binary(16) NOT NULL,
  `raised_at` datetime(6) NOT NULL,
  `action` enum('acknowledged','resolved','verdict','task') NOT NULL,
  `acted_at` datetime(6) NOT NULL,
  `actor` varchar(255) DEFAULT NULL,
  `verdict` enum('real','false_alarm','known') DEFAULT NULL,
  `task_id` binary(16) DEFAULT NULL,
  `note` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `alarm_actions_alarm_id_acted_at_idx` (`alarm_id`,`acted_at` DESC,`id` DESC),
  KEY `alarm_actions_action_raised_at_idx` (`action`,`raised_at` DESC,`id` DESC),
  CONSTRAINT `alarm_actions_raised_at_check` CHECK (`raised_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alarm_actions_acted_at_check` CHECK (`acted_at` >= '1970-01-01 00:00:00'),
  CONSTRAINT `alarm_actions_actor_check` CHECK (`actor` <> ''),
  CONSTRAINT `alarm_actions_verdict_of_action_check` CHECK (`action` = 'verdict' = (`verdict` is not null)),
  CONSTRAINT `alarm_actions_task_of_action_check` CHECK (`task_id` is null or `action` = 'task')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
