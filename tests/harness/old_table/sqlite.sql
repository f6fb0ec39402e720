CREATE TABLE alarms (
    id blob NOT NULL DEFAULT (randomblob(16)),
    raised_at text NOT NULL,
    sensor_id varchar(255) NOT NULL,
    severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'acknowledged', 'resolved')),
    value double,
    threshold double,
    message text NOT NULL DEFAULT '',
    context text,
    acknowledged_at text,
    acknowledged_by text,
    resolved_at text,
    PRIMARY KEY (id, raised_at)
);
CREATE INDEX "alarms_raised_at_idx" ON "alarms" ("raised_at" DESC, "id" DESC);
CREATE INDEX "alarms_sensor_id_idx" ON "alarms" ("sensor_id", "raised_at" DESC, "id" DESC);
CREATE INDEX "alarms_open_idx" ON "alarms" ("raised_at" DESC, "id" DESC) WHERE status <> 'resolved';
