-- The finished schema of the area alarms. Written by `make schema`, never edited by hand.

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TYPE alarm_action_kind AS ENUM ('acknowledged', 'resolved', 'verdict', 'task');

CREATE TYPE alarm_origin AS ENUM ('threshold', 'anomaly_model');

CREATE TYPE alarm_severity AS ENUM ('info', 'warning', 'critical');

CREATE TYPE alarm_status AS ENUM ('active', 'acknowledged', 'resolved');

CREATE TYPE alarm_verdict AS ENUM ('real', 'false_alarm', 'known');

CREATE TABLE alarm_actions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    alarm_id uuid NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    action alarm_action_kind NOT NULL,
    acted_at timestamp with time zone NOT NULL,
    actor character varying(255),
    verdict alarm_verdict,
    task_id uuid,
    note text,
    PRIMARY KEY (id),
    CONSTRAINT alarm_actions_acted_at_check CHECK (((acted_at >= to_timestamp((0)::double precision)) AND (acted_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alarm_actions_actor_check CHECK (((actor)::text <> ''::text)),
    CONSTRAINT alarm_actions_raised_at_check CHECK (((raised_at >= to_timestamp((0)::double precision)) AND (raised_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alarm_actions_task_of_action_check CHECK (((task_id IS NULL) OR (action = 'task'::alarm_action_kind))),
    CONSTRAINT alarm_actions_verdict_of_action_check CHECK (((action = 'verdict'::alarm_action_kind) = (verdict IS NOT NULL)))
);

CREATE TABLE alarms (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    raised_at timestamp with time zone NOT NULL,
    sensor_id character varying(255) NOT NULL,
    severity alarm_severity NOT NULL,
    status alarm_status NOT NULL DEFAULT 'active'::alarm_status,
    value double precision,
    threshold double precision,
    message text NOT NULL DEFAULT ''::text,
    context jsonb,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    resolved_at timestamp with time zone,
    origin alarm_origin NOT NULL DEFAULT 'threshold'::alarm_origin,
    anomaly_score double precision,
    model_name character varying(255),
    model_version character varying(100),
    last_seen_at timestamp with time zone,
    repeats integer NOT NULL DEFAULT 0,
    PRIMARY KEY (id, raised_at),
    CONSTRAINT alarms_anomaly_score_check CHECK (((anomaly_score IS NULL) OR ((anomaly_score >= (0)::double precision) AND (anomaly_score <= (1)::double precision)))),
    CONSTRAINT alarms_last_seen_at_check CHECK (((last_seen_at IS NULL) OR ((last_seen_at >= to_timestamp((0)::double precision)) AND (last_seen_at < to_timestamp(('253402300800'::bigint)::double precision)) AND (last_seen_at >= raised_at)))),
    CONSTRAINT alarms_model_name_check CHECK (((model_name IS NULL) OR (((model_name)::text <> ''::text) AND (anomaly_score IS NOT NULL)))),
    CONSTRAINT alarms_model_version_check CHECK (((model_version IS NULL) OR (((model_version)::text <> ''::text) AND (model_name IS NOT NULL)))),
    CONSTRAINT alarms_origin_score_check CHECK (((origin = 'anomaly_model'::alarm_origin) = (anomaly_score IS NOT NULL))),
    CONSTRAINT alarms_raised_at_check CHECK (((raised_at >= to_timestamp((0)::double precision)) AND (raised_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alarms_repeats_check CHECK ((repeats >= 0)),
    CONSTRAINT alarms_sensor_id_check CHECK (((sensor_id)::text <> ''::text))
);

SELECT create_hypertable('alarms', by_range('raised_at', INTERVAL '7 days'), create_default_indexes => false);

ALTER TABLE alarms SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'sensor_id', timescaledb.orderby = 'raised_at DESC');

CREATE INDEX alarm_actions_action_raised_at_idx ON alarm_actions USING btree (action, raised_at DESC, id DESC);

CREATE INDEX alarm_actions_alarm_id_acted_at_idx ON alarm_actions USING btree (alarm_id, acted_at DESC, id DESC);

CREATE INDEX alarms_anomaly_model_idx ON alarms USING btree (raised_at DESC, id DESC) WHERE (anomaly_score IS NOT NULL);

CREATE INDEX alarms_open_idx ON alarms USING btree (raised_at DESC, id DESC) WHERE (status <> 'resolved'::alarm_status);

CREATE INDEX alarms_raised_at_idx ON alarms USING btree (raised_at DESC, id DESC);

CREATE INDEX alarms_sensor_id_idx ON alarms USING btree (sensor_id, raised_at DESC, id DESC);

SELECT add_compression_policy('alarms', compress_after => INTERVAL '7 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '12:00:00', scheduled => true, config => config || '{"compress_after": "7 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'alarms');
