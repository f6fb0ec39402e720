-- The finished schema of the area alarms. Written by `make schema`, never edited by hand.

CREATE TABLE "alarm_actions" (
    "id" blob NOT NULL DEFAULT (randomblob(16)),
    "alarm_id" blob NOT NULL,
    "raised_at" text NOT NULL,
    "action" text NOT NULL,
    "acted_at" text NOT NULL,
    "actor" varchar(255),
    "verdict" text,
    "task_id" blob,
    "note" text,
    CONSTRAINT "alarm_actions_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "alarm_actions_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "alarm_actions_alarm_id_check" CHECK (typeof(alarm_id) = 'blob' AND length(alarm_id) = 16),
    CONSTRAINT "alarm_actions_raised_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(raised_at, 1, 19)) IS substr(raised_at, 1, 19) AND substr(raised_at, 12, 2) < '24' AND julianday(raised_at) IS NOT NULL AND raised_at NOT GLOB '*[^0-9T:.+-]*' AND raised_at GLOB '*+00:00' AND raised_at >= '1970'),
    CONSTRAINT "alarm_actions_action_check" CHECK (action IN ('acknowledged', 'resolved', 'verdict', 'task')),
    CONSTRAINT "alarm_actions_acted_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(acted_at, 1, 19)) IS substr(acted_at, 1, 19) AND substr(acted_at, 12, 2) < '24' AND julianday(acted_at) IS NOT NULL AND acted_at NOT GLOB '*[^0-9T:.+-]*' AND acted_at GLOB '*+00:00' AND acted_at >= '1970'),
    CONSTRAINT "alarm_actions_actor_check" CHECK (actor IS NULL OR (length(actor) BETWEEN 1 AND 255)),
    CONSTRAINT "alarm_actions_verdict_check" CHECK (verdict IS NULL OR (verdict IN ('real', 'false_alarm', 'known'))),
    CONSTRAINT "alarm_actions_task_id_check" CHECK (task_id IS NULL OR (typeof(task_id) = 'blob' AND length(task_id) = 16)),
    CONSTRAINT "alarm_actions_verdict_of_action_check" CHECK ((action = 'verdict') = (verdict IS NOT NULL)),
    CONSTRAINT "alarm_actions_task_of_action_check" CHECK (task_id IS NULL OR action = 'task')
);

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
    "model_name" varchar(255) CHECK (model_name IS NULL OR (model_name <> '' AND anomaly_score IS NOT NULL)),
    "model_version" varchar(100) CHECK (model_version IS NULL OR (model_version <> '' AND model_name IS NOT NULL)),
    "last_seen_at" text CHECK (last_seen_at IS NULL OR (strftime('%Y-%m-%dT%H:%M:%S', substr(last_seen_at, 1, 19)) IS substr(last_seen_at, 1, 19) AND substr(last_seen_at, 12, 2) < '24' AND julianday(last_seen_at) IS NOT NULL AND last_seen_at NOT GLOB '*[^0-9T:.+-]*' AND last_seen_at GLOB '*+00:00' AND last_seen_at >= '1970' AND last_seen_at >= raised_at)),
    "repeats" integer NOT NULL DEFAULT 0 CHECK (typeof(repeats) = 'integer' AND repeats >= 0),
    CONSTRAINT "alarms_pkey" PRIMARY KEY ("id", "raised_at"),
    CONSTRAINT "alarms_id_check" CHECK (typeof(id) = 'blob' AND length(id) = 16),
    CONSTRAINT "alarms_sensor_id_check" CHECK (length(sensor_id) BETWEEN 1 AND 255),
    CONSTRAINT "alarms_raised_at_check" CHECK (strftime('%Y-%m-%dT%H:%M:%S', substr(raised_at, 1, 19)) IS substr(raised_at, 1, 19) AND substr(raised_at, 12, 2) < '24' AND julianday(raised_at) IS NOT NULL AND raised_at NOT GLOB '*[^0-9T:.+-]*' AND raised_at GLOB '*+00:00' AND raised_at >= '1970'),
    CONSTRAINT "alarms_severity_check" CHECK (severity IN ('info', 'warning', 'critical')),
    CONSTRAINT "alarms_status_check" CHECK (status IN ('active', 'acknowledged', 'resolved')),
    CONSTRAINT "alarms_context_check" CHECK (context IS NULL OR json_valid(context))
);

CREATE INDEX "alarm_actions_action_raised_at_idx" ON "alarm_actions" ("action", "raised_at" DESC, "id" DESC);

CREATE INDEX "alarm_actions_alarm_id_acted_at_idx" ON "alarm_actions" ("alarm_id", "acted_at" DESC, "id" DESC);

CREATE INDEX "alarms_anomaly_model_idx" ON "alarms" ("raised_at" DESC, "id" DESC) WHERE anomaly_score IS NOT NULL;

CREATE INDEX "alarms_open_idx" ON "alarms" ("raised_at" DESC, "id" DESC) WHERE status <> 'resolved';

CREATE INDEX "alarms_raised_at_idx" ON "alarms" ("raised_at" DESC, "id" DESC);

CREATE INDEX "alarms_sensor_id_idx" ON "alarms" ("sensor_id", "raised_at" DESC, "id" DESC);
