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
  PRIMARY KEY (`id`,`raised_at`),
  KEY `alarms_raised_at_idx` (`raised_at` DESC,`id` DESC),
  KEY `alarms_sensor_id_idx` (`sensor_id`,`raised_at` DESC,`id` DESC),
  KEY `alarms_open_idx` (`status`,`raised_at` DESC,`id` DESC),
  KEY `alarms_anomaly_model_idx` (`origin`,`raised_at` DESC,`id` DESC),
  CONSTRAINT `alarms_sensor_id_check` CHECK (`sensor_id` <> ''),
  CONSTRAINT `alarms_raised_at_check` CHECK (`raised_at` >= '1970-01-01 00:00:00')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
