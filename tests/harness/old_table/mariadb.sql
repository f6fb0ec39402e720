CREATE TABLE alarms (
    id binary(16) NOT NULL DEFAULT (unhex(replace(uuid(), '-', ''))),
    raised_at datetime(6) NOT NULL,
    sensor_id varchar(255) NOT NULL,
    severity enum('info', 'warning', 'critical') NOT NULL,
    status enum('active', 'acknowledged', 'resolved') NOT NULL DEFAULT 'active',
    value double,
    threshold double,
    message text NOT NULL DEFAULT (''),
    context json,
    acknowledged_at datetime(6),
    acknowledged_by text,
    resolved_at datetime(6),
    PRIMARY KEY (id, raised_at),
    KEY alarms_raised_at_idx (raised_at DESC, id DESC),
    KEY alarms_sensor_id_idx (sensor_id, raised_at DESC, id DESC),
    KEY alarms_open_idx (status, raised_at DESC, id DESC)
) CHARACTER SET utf8mb4;
