CREATE TYPE alarm_severity AS ENUM ('info', 'warning', 'critical');
CREATE TYPE alarm_status AS ENUM ('active', 'acknowledged', 'resolved');
CREATE TABLE alarms (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    raised_at timestamptz NOT NULL,
    sensor_id varchar(255) NOT NULL,
    severity alarm_severity NOT NULL,
    status alarm_status NOT NULL DEFAULT 'active',
    value double precision,
    threshold double precision,
    message text NOT NULL DEFAULT '',
    context jsonb,
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at timestamptz,
    PRIMARY KEY (id, raised_at),
    CONSTRAINT alarms_sensor_id_check CHECK (sensor_id <> ''),
    CONSTRAINT alarms_raised_at_check CHECK (raised_at >= to_timestamp(0) AND raised_at < to_timestamp(253402300800))
);
CREATE INDEX alarms_raised_at_idx ON alarms (raised_at DESC, id DESC);
CREATE INDEX alarms_sensor_id_idx ON alarms (sensor_id, raised_at DESC, id DESC);
CREATE INDEX alarms_open_idx ON alarms (raised_at DESC, id DESC) WHERE status <> 'resolved';
