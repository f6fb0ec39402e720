-- The finished schema of the area alarms. Written by `make schema`, never edited by hand.

CREATE TABLE "alarms" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "raised_at" text NOT NULL,
    "sensor_id" varchar(255) NOT NULL,
    "severity" text NOT NULL,
    "status" text NOT NULL DEFAULT 'active',
    "value" double,
    "threshold" double,
    "message" text NOT NULL DEFAULT '',
    "context" text,
    "acknowledged_at" text,
    "acknowledged_by" text,
    "resolved_at" text,
    "origin" text NOT NULL DEFAULT 'threshold' CHECK (origin IN ('threshold', 'anomaly_model')),
    "anomaly_score" double CHECK ((anomaly_score IS NULL OR (anomaly_score >= 0 AND anomaly_score <= 1)) AND (origin = 'anomaly_model') = (anomaly_score IS NOT NULL)),
    CONSTRAINT "alarms_pkey" PRIMARY KEY ("id", "raised_at"),
    CONSTRAINT "alarms_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "alarms_sensor_id_check" CHECK (length(sensor_id) BETWEEN 1 AND 255),
    CONSTRAINT "alarms_raised_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(raised_at, 1, 19)) IS substr(raised_at, 1, 19) AND substr(raised_at, 12, 2) < '24' AND julianday(raised_at) IS NOT NULL AND raised_at NOT GLOB '*[^0-9T:.+-]*' AND raised_at GLOB '*+00:00' AND raised_at >= '1970'),
    CONSTRAINT "alarms_severity_check" CHECK (severity IN ('info', 'warning', 'critical')),
    CONSTRAINT "alarms_status_check" CHECK (status IN ('active', 'acknowledged', 'resolved')),
    CONSTRAINT "alarms_context_check" CHECK (context IS NULL OR json_valid(context))
);

CREATE INDEX "alarms_anomaly_model_idx" ON "alarms" ("raised_at" DESC, "id" DESC) WHERE anomaly_score IS NOT NULL;

CREATE INDEX "alarms_open_idx" ON "alarms" ("raised_at" DESC, "id" DESC) WHERE status <> 'resolved';

CREATE INDEX "alarms_raised_at_idx" ON "alarms" ("raised_at" DESC, "id" DESC);

CREATE INDEX "alarms_sensor_id_idx" ON "alarms" ("sensor_id", "raised_at" DESC, "id" DESC);
