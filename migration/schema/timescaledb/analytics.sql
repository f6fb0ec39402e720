-- The finished schema of the area analytics. Written by `make schema`, never edited by hand.

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TYPE alert_severity AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

CREATE TYPE alert_status AS ENUM ('NEW', 'ACKNOWLEDGED', 'IN_PROGRESS', 'RESOLVED', 'DISMISSED');

CREATE TYPE anomaly_severity AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

CREATE TYPE maintenance_report_type AS ENUM ('DAILY', 'WEEKLY', 'MONTHLY');

CREATE TYPE ml_model_status AS ENUM ('ACTIVE', 'INACTIVE', 'ARCHIVED');

CREATE TYPE notification_status AS ENUM ('SENT', 'FAILED', 'DELIVERED');

CREATE SEQUENCE alerts_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE anomaly_records_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE maintenance_reports_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE ml_models_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE notification_logs_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE performance_metrics_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE TABLE alerts (
    id bigint NOT NULL DEFAULT nextval('alerts_id_seq'::regclass),
    alert_id character varying(50) NOT NULL,
    machine_id character varying(50) NOT NULL,
    severity alert_severity NOT NULL,
    alert_type character varying(50) NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    description text,
    details jsonb,
    status alert_status NOT NULL DEFAULT 'NEW'::alert_status,
    assigned_to character varying(100),
    resolution_time timestamp with time zone,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT alerts_alert_id_check CHECK (((alert_id)::text <> ''::text)),
    CONSTRAINT alerts_alert_id_key UNIQUE (alert_id),
    CONSTRAINT alerts_alert_type_check CHECK (((alert_type)::text <> ''::text)),
    CONSTRAINT alerts_assigned_to_check CHECK (((assigned_to)::text <> ''::text)),
    CONSTRAINT alerts_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT alerts_resolution_time_check CHECK (((resolution_time >= to_timestamp((0)::double precision)) AND (resolution_time < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE alerts_archive (
    id bigint NOT NULL,
    alert_id character varying(50) NOT NULL,
    machine_id character varying(50) NOT NULL,
    severity alert_severity NOT NULL,
    alert_type character varying(50) NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    description text,
    details jsonb,
    status alert_status NOT NULL DEFAULT 'NEW'::alert_status,
    assigned_to character varying(100),
    resolution_time timestamp with time zone,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT alerts_archive_alert_id_check CHECK (((alert_id)::text <> ''::text)),
    CONSTRAINT alerts_archive_alert_id_key UNIQUE (alert_id),
    CONSTRAINT alerts_archive_alert_type_check CHECK (((alert_type)::text <> ''::text)),
    CONSTRAINT alerts_archive_assigned_to_check CHECK (((assigned_to)::text <> ''::text)),
    CONSTRAINT alerts_archive_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_archive_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT alerts_archive_resolution_time_check CHECK (((resolution_time >= to_timestamp((0)::double precision)) AND (resolution_time < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_archive_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_archive_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE anomaly_records (
    id bigint NOT NULL DEFAULT nextval('anomaly_records_id_seq'::regclass),
    machine_id character varying(50) NOT NULL,
    anomaly_type character varying(50) NOT NULL,
    severity anomaly_severity NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    sensor_data jsonb,
    calculated_metrics jsonb,
    ml_features jsonb,
    ml_confidence numeric(5,4),
    algorithm_used character varying(50) NOT NULL DEFAULT 'threshold'::character varying,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id, "timestamp"),
    CONSTRAINT anomaly_records_algorithm_used_check CHECK (((algorithm_used)::text <> ''::text)),
    CONSTRAINT anomaly_records_anomaly_type_check CHECK (((anomaly_type)::text <> ''::text)),
    CONSTRAINT anomaly_records_confidence_check CHECK (((ml_confidence >= (0)::numeric) AND (ml_confidence <= (1)::numeric))),
    CONSTRAINT anomaly_records_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT anomaly_records_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT anomaly_records_ml_confidence_check CHECK ((ml_confidence <> 'NaN'::numeric)),
    CONSTRAINT anomaly_records_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE anomaly_records_archive (
    id bigint NOT NULL,
    machine_id character varying(50) NOT NULL,
    anomaly_type character varying(50) NOT NULL,
    severity anomaly_severity NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    sensor_data jsonb,
    calculated_metrics jsonb,
    ml_features jsonb,
    ml_confidence numeric(5,4),
    algorithm_used character varying(50) NOT NULL DEFAULT 'threshold'::character varying,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id, "timestamp"),
    CONSTRAINT anomaly_records_archive_algorithm_used_check CHECK (((algorithm_used)::text <> ''::text)),
    CONSTRAINT anomaly_records_archive_anomaly_type_check CHECK (((anomaly_type)::text <> ''::text)),
    CONSTRAINT anomaly_records_archive_confidence_check CHECK (((ml_confidence >= (0)::numeric) AND (ml_confidence <= (1)::numeric))),
    CONSTRAINT anomaly_records_archive_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT anomaly_records_archive_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT anomaly_records_archive_ml_confidence_check CHECK ((ml_confidence <> 'NaN'::numeric)),
    CONSTRAINT anomaly_records_archive_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE maintenance_reports (
    id bigint NOT NULL DEFAULT nextval('maintenance_reports_id_seq'::regclass),
    report_id character varying(50) NOT NULL,
    report_type maintenance_report_type NOT NULL,
    generated_time timestamp with time zone NOT NULL,
    machine_id character varying(50),
    content jsonb NOT NULL,
    metrics_summary jsonb,
    recommendations jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT maintenance_reports_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT maintenance_reports_generated_time_check CHECK (((generated_time >= to_timestamp((0)::double precision)) AND (generated_time < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT maintenance_reports_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT maintenance_reports_report_id_check CHECK (((report_id)::text <> ''::text)),
    CONSTRAINT maintenance_reports_report_id_key UNIQUE (report_id)
);

CREATE TABLE ml_models (
    id bigint NOT NULL DEFAULT nextval('ml_models_id_seq'::regclass),
    model_id character varying(50) NOT NULL,
    machine_type character varying(50) NOT NULL,
    model_version character varying(20) NOT NULL,
    model_name character varying(100),
    model_data bytea,
    training_data_info jsonb,
    training_date timestamp with time zone,
    accuracy_score numeric(5,4),
    status ml_model_status NOT NULL DEFAULT 'ACTIVE'::ml_model_status,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT ml_models_accuracy_check CHECK (((accuracy_score >= (0)::numeric) AND (accuracy_score <= (1)::numeric))),
    CONSTRAINT ml_models_accuracy_score_check CHECK ((accuracy_score <> 'NaN'::numeric)),
    CONSTRAINT ml_models_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT ml_models_machine_type_check CHECK (((machine_type)::text <> ''::text)),
    CONSTRAINT ml_models_model_id_check CHECK (((model_id)::text <> ''::text)),
    CONSTRAINT ml_models_model_id_key UNIQUE (model_id),
    CONSTRAINT ml_models_model_name_check CHECK (((model_name)::text <> ''::text)),
    CONSTRAINT ml_models_model_version_check CHECK (((model_version)::text <> ''::text)),
    CONSTRAINT ml_models_training_date_check CHECK (((training_date >= to_timestamp((0)::double precision)) AND (training_date < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT ml_models_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE ml_model_parts (
    model_id character varying(50) NOT NULL,
    part integer NOT NULL,
    upload uuid NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (model_id, part),
    CONSTRAINT ml_model_parts_model_id_check CHECK (((model_id)::text <> ''::text)),
    CONSTRAINT ml_model_parts_model_id_fkey FOREIGN KEY (model_id) REFERENCES ml_models(model_id),
    CONSTRAINT ml_model_parts_part_check CHECK ((part >= 0))
);

CREATE TABLE notification_logs (
    id bigint NOT NULL DEFAULT nextval('notification_logs_id_seq'::regclass),
    alert_id character varying(50),
    notification_type character varying(20) NOT NULL,
    recipient character varying(100) NOT NULL,
    subject character varying(255),
    content text,
    status notification_status NOT NULL,
    sent_time timestamp with time zone,
    response_details jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT notification_logs_alert_id_check CHECK (((alert_id)::text <> ''::text)),
    CONSTRAINT notification_logs_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT notification_logs_notification_type_check CHECK (((notification_type)::text <> ''::text)),
    CONSTRAINT notification_logs_recipient_check CHECK (((recipient)::text <> ''::text)),
    CONSTRAINT notification_logs_sent_time_check CHECK (((sent_time >= to_timestamp((0)::double precision)) AND (sent_time < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT notification_logs_subject_check CHECK (((subject)::text <> ''::text))
);

CREATE TABLE performance_metrics (
    id bigint NOT NULL DEFAULT nextval('performance_metrics_id_seq'::regclass),
    machine_id character varying(50) NOT NULL,
    calculation_time timestamp with time zone NOT NULL,
    average_load numeric(5,2),
    average_temperature numeric(5,2),
    average_vibration numeric(5,2),
    uptime_percentage numeric(5,2),
    efficiency_rating numeric(5,2),
    anomaly_count integer,
    ml_model_version character varying(20),
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id, calculation_time),
    CONSTRAINT performance_metrics_anomaly_count_check CHECK ((anomaly_count >= 0)),
    CONSTRAINT performance_metrics_average_load_check CHECK ((average_load <> 'NaN'::numeric)),
    CONSTRAINT performance_metrics_average_temperature_check CHECK ((average_temperature <> 'NaN'::numeric)),
    CONSTRAINT performance_metrics_average_vibration_check CHECK ((average_vibration <> 'NaN'::numeric)),
    CONSTRAINT performance_metrics_calculation_time_check CHECK (((calculation_time >= to_timestamp((0)::double precision)) AND (calculation_time < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT performance_metrics_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT performance_metrics_efficiency_rating_check CHECK ((efficiency_rating <> 'NaN'::numeric)),
    CONSTRAINT performance_metrics_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT performance_metrics_ml_model_version_check CHECK (((ml_model_version)::text <> ''::text)),
    CONSTRAINT performance_metrics_uptime_check CHECK (((uptime_percentage >= (0)::numeric) AND (uptime_percentage <= (100)::numeric))),
    CONSTRAINT performance_metrics_uptime_percentage_check CHECK ((uptime_percentage <> 'NaN'::numeric))
);

ALTER SEQUENCE alerts_id_seq OWNED BY alerts.id;

ALTER SEQUENCE anomaly_records_id_seq OWNED BY anomaly_records.id;

ALTER SEQUENCE maintenance_reports_id_seq OWNED BY maintenance_reports.id;

ALTER SEQUENCE ml_models_id_seq OWNED BY ml_models.id;

ALTER SEQUENCE notification_logs_id_seq OWNED BY notification_logs.id;

ALTER SEQUENCE performance_metrics_id_seq OWNED BY performance_metrics.id;

SELECT create_hypertable('anomaly_records', by_range('timestamp', INTERVAL '7 days'), create_default_indexes => false);

SELECT create_hypertable('anomaly_records_archive', by_range('timestamp', INTERVAL '7 days'), create_default_indexes => false);

SELECT create_hypertable('performance_metrics', by_range('calculation_time', INTERVAL '7 days'), create_default_indexes => false);

ALTER TABLE anomaly_records SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine_id', timescaledb.orderby = '"timestamp" DESC,id DESC');

ALTER TABLE anomaly_records_archive SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine_id', timescaledb.orderby = '"timestamp" DESC,id DESC');

ALTER TABLE performance_metrics SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine_id', timescaledb.orderby = 'calculation_time DESC,id DESC');

CREATE OR REPLACE PROCEDURE alerts_archive_job(IN job_id integer, IN config jsonb)
 LANGUAGE plpgsql
AS $procedure$
DECLARE
    own name;
    moved bigint;
BEGIN
    -- The session of a job has another search path.
    SELECT j.proc_schema INTO own FROM timescaledb_information.jobs AS j WHERE j.job_id = "alerts_archive_job".job_id;
    LOOP
        -- Nobody waits long behind a lock that this one waits for.
        PERFORM set_config('lock_timeout', '2s', true);
        EXECUTE format('SELECT %I.%I($1, $2)', own, 'alerts_archive_step') INTO moved
        USING own, now() - (config ->> 'drop_after')::interval;
        EXIT WHEN moved IS NULL;
        COMMIT;
    END LOOP;
END
$procedure$
;

CREATE OR REPLACE FUNCTION alerts_archive_step(own name, before timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
DECLARE
    moved bigint;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', pg_catalog.quote_ident(own),
        (SELECT e.extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb')), true);
    WITH old AS (
    DELETE FROM "alerts"
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM "alerts" WHERE "timestamp" < before AND (status IN ('RESOLVED', 'DISMISSED')) ORDER BY "timestamp" LIMIT 5000))
    RETURNING "id", "alert_id", "machine_id", "severity", "alert_type", "timestamp", "description", "details", "status", "assigned_to", "resolution_time", "created_at", "updated_at"
)
INSERT INTO "alerts_archive" ("id", "alert_id", "machine_id", "severity", "alert_type", "timestamp", "description", "details", "status", "assigned_to", "resolution_time", "created_at", "updated_at") SELECT "id", "alert_id", "machine_id", "severity", "alert_type", "timestamp", "description", "details", "status", "assigned_to", "resolution_time", "created_at", "updated_at" FROM old;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN nullif(moved, 0);
END
$function$
;

CREATE OR REPLACE PROCEDURE anomaly_records_archive_job(IN job_id integer, IN config jsonb)
 LANGUAGE plpgsql
AS $procedure$
DECLARE
    own name;
    moved bigint;
BEGIN
    -- The session of a job has another search path.
    SELECT j.proc_schema INTO own FROM timescaledb_information.jobs AS j WHERE j.job_id = "anomaly_records_archive_job".job_id;
    LOOP
        -- Nobody waits long behind a lock that this one waits for.
        PERFORM set_config('lock_timeout', '2s', true);
        EXECUTE format('SELECT %I.%I($1, $2)', own, 'anomaly_records_archive_step') INTO moved
        USING own, now() - (config ->> 'drop_after')::interval;
        EXIT WHEN moved IS NULL;
        COMMIT;
    END LOOP;
END
$procedure$
;

CREATE OR REPLACE FUNCTION anomaly_records_archive_step(own name, before timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
DECLARE
    slice record;
    chunk text;
    locked text[] := '{}';
    dropped text[];
    moved bigint;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', pg_catalog.quote_ident(own),
        (SELECT e.extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb')), true);
    SELECT c.range_start, c.range_end INTO slice FROM timescaledb_information.chunks AS c
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'anomaly_records' AND c.range_end <= before
    ORDER BY c.range_end LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    FOR chunk IN
        SELECT format('%I.%I', c.chunk_schema, c.chunk_name) FROM timescaledb_information.chunks AS c
        WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'anomaly_records'
            AND c.range_start = slice.range_start AND c.range_end = slice.range_end
        ORDER BY 1
    LOOP
        EXECUTE 'LOCK TABLE ' || chunk || ' IN ACCESS EXCLUSIVE MODE';
        locked := locked || chunk;
    END LOOP;
    INSERT INTO "anomaly_records_archive" ("id", "machine_id", "anomaly_type", "severity", "timestamp", "sensor_data", "calculated_metrics", "ml_features", "ml_confidence", "algorithm_used", "created_at") SELECT "id", "machine_id", "anomaly_type", "severity", "timestamp", "sensor_data", "calculated_metrics", "ml_features", "ml_confidence", "algorithm_used", "created_at" FROM "anomaly_records"
    WHERE "timestamp" >= slice.range_start AND "timestamp" < slice.range_end;
    GET DIAGNOSTICS moved = ROW_COUNT;
    SELECT coalesce(array_agg(d), '{}') INTO dropped
    FROM drop_chunks('anomaly_records', older_than => slice.range_end, newer_than => slice.range_start) AS d;
    -- A chunk that was made since then has rows that were not moved.
    IF NOT dropped <@ locked THEN
        RAISE EXCEPTION 'rows came in while those beside them were moved' USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM compress_chunk(format('%I.%I', c.chunk_schema, c.chunk_name)::regclass, true)
    FROM timescaledb_information.chunks AS c JOIN timescaledb_information.hypertables AS h
        ON (h.hypertable_schema, h.hypertable_name) = (c.hypertable_schema, c.hypertable_name)
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'anomaly_records_archive' AND h.compression_enabled
        AND c.range_start < slice.range_end AND c.range_end > slice.range_start;
    RETURN moved;
END
$function$
;

CREATE INDEX alerts_assigned_to_timestamp_idx ON alerts USING btree (assigned_to, "timestamp" DESC, id DESC);

CREATE INDEX alerts_machine_id_timestamp_idx ON alerts USING btree (machine_id, "timestamp" DESC, id DESC);

CREATE INDEX alerts_severity_timestamp_idx ON alerts USING btree (severity, "timestamp" DESC, id DESC);

CREATE INDEX alerts_status_timestamp_idx ON alerts USING btree (status, "timestamp" DESC, id DESC);

CREATE INDEX alerts_timestamp_idx ON alerts USING btree ("timestamp" DESC, id DESC);

CREATE INDEX anomaly_records_anomaly_type_timestamp_idx ON anomaly_records USING btree (anomaly_type, "timestamp" DESC, id DESC);

CREATE INDEX anomaly_records_machine_id_timestamp_idx ON anomaly_records USING btree (machine_id, "timestamp" DESC, id DESC);

CREATE INDEX anomaly_records_severity_timestamp_idx ON anomaly_records USING btree (severity, "timestamp" DESC, id DESC);

CREATE INDEX maintenance_reports_generated_time_idx ON maintenance_reports USING btree (generated_time DESC, id DESC);

CREATE INDEX maintenance_reports_machine_id_generated_time_idx ON maintenance_reports USING btree (machine_id, generated_time DESC, id DESC);

CREATE INDEX maintenance_reports_report_type_generated_time_idx ON maintenance_reports USING btree (report_type, generated_time DESC, id DESC);

CREATE INDEX ml_models_machine_type_model_version_idx ON ml_models USING btree (machine_type, model_version DESC);

CREATE INDEX ml_models_status_created_at_idx ON ml_models USING btree (status, created_at DESC, id DESC);

CREATE INDEX notification_logs_alert_id_created_at_idx ON notification_logs USING btree (alert_id, created_at DESC, id DESC);

CREATE INDEX notification_logs_notification_type_created_at_idx ON notification_logs USING btree (notification_type, created_at DESC, id DESC);

CREATE INDEX notification_logs_sent_time_idx ON notification_logs USING btree (sent_time DESC, id DESC);

CREATE INDEX notification_logs_status_created_at_idx ON notification_logs USING btree (status, created_at DESC, id DESC);

CREATE INDEX performance_metrics_calculation_time_idx ON performance_metrics USING btree (calculation_time DESC, id DESC);

CREATE INDEX performance_metrics_machine_id_calculation_time_idx ON performance_metrics USING btree (machine_id, calculation_time DESC, id DESC);

SELECT add_job('alerts_archive_job', INTERVAL '1 day', config => '{"drop_after": "365 days"}');
SELECT alter_job(job_id, schedule_interval => INTERVAL '1 day', scheduled => true, config => config || '{"drop_after": "365 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'alerts_archive_job' AND hypertable_name IS NULL);

SELECT add_job('anomaly_records_archive_job', INTERVAL '1 day', config => '{"drop_after": "365 days"}');
SELECT alter_job(job_id, schedule_interval => INTERVAL '1 day', scheduled => true, config => config || '{"drop_after": "365 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'anomaly_records_archive_job' AND hypertable_name IS NULL);

SELECT add_compression_policy('anomaly_records', compress_after => INTERVAL '7 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '12:00:00', scheduled => true, config => config || '{"compress_after": "7 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'anomaly_records');

SELECT add_compression_policy('performance_metrics', compress_after => INTERVAL '7 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '12:00:00', scheduled => true, config => config || '{"compress_after": "7 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'performance_metrics');
