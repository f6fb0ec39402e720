-- The finished schema of the area twin. Written by `make schema`, never edited by hand.

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TYPE anomaly_severity AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');

CREATE SEQUENCE anomaly_history_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE machine_configurations_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE state_snapshots_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE TABLE anomaly_history (
    id bigint NOT NULL DEFAULT nextval('anomaly_history_id_seq'::regclass),
    machine_id character varying(50) NOT NULL,
    anomaly_type character varying(50) NOT NULL,
    severity anomaly_severity NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    sensor_data jsonb,
    calculated_metrics jsonb,
    details jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id, "timestamp"),
    CONSTRAINT anomaly_history_anomaly_type_check CHECK (((anomaly_type)::text <> ''::text)),
    CONSTRAINT anomaly_history_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT anomaly_history_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT anomaly_history_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE anomaly_history_archive (
    id bigint NOT NULL,
    machine_id character varying(50) NOT NULL,
    anomaly_type character varying(50) NOT NULL,
    severity anomaly_severity NOT NULL,
    "timestamp" timestamp with time zone NOT NULL,
    sensor_data jsonb,
    calculated_metrics jsonb,
    details jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id, "timestamp"),
    CONSTRAINT anomaly_history_archive_anomaly_type_check CHECK (((anomaly_type)::text <> ''::text)),
    CONSTRAINT anomaly_history_archive_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT anomaly_history_archive_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT anomaly_history_archive_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE machine_configurations (
    id bigint NOT NULL DEFAULT nextval('machine_configurations_id_seq'::regclass),
    machine_type character varying(50) NOT NULL,
    baseline_temp numeric(5,2),
    temp_variation numeric(5,2),
    baseline_vibration numeric(5,2),
    vibration_variation numeric(5,2),
    operational_pattern character varying(20),
    thresholds jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT machine_configurations_baseline_temp_check CHECK ((baseline_temp <> 'NaN'::numeric)),
    CONSTRAINT machine_configurations_baseline_vibration_check CHECK ((baseline_vibration <> 'NaN'::numeric)),
    CONSTRAINT machine_configurations_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT machine_configurations_machine_type_check CHECK (((machine_type)::text <> ''::text)),
    CONSTRAINT machine_configurations_machine_type_key UNIQUE (machine_type),
    CONSTRAINT machine_configurations_operational_pattern_check CHECK (((operational_pattern)::text <> ''::text)),
    CONSTRAINT machine_configurations_temp_variation_check CHECK ((temp_variation <> 'NaN'::numeric)),
    CONSTRAINT machine_configurations_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT machine_configurations_variation_check CHECK (((temp_variation >= (0)::numeric) AND (vibration_variation >= (0)::numeric))),
    CONSTRAINT machine_configurations_vibration_variation_check CHECK ((vibration_variation <> 'NaN'::numeric))
);

CREATE TABLE state_snapshots (
    id bigint NOT NULL DEFAULT nextval('state_snapshots_id_seq'::regclass),
    machine_id character varying(50) NOT NULL,
    snapshot_time timestamp with time zone NOT NULL,
    state_data jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id, snapshot_time, machine_id),
    CONSTRAINT state_snapshots_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT state_snapshots_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT state_snapshots_snapshot_time_check CHECK (((snapshot_time >= to_timestamp((0)::double precision)) AND (snapshot_time < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE state_snapshots_archive (
    id bigint NOT NULL,
    machine_id character varying(50) NOT NULL,
    snapshot_time timestamp with time zone NOT NULL,
    state_data jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id, snapshot_time),
    CONSTRAINT state_snapshots_archive_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT state_snapshots_archive_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT state_snapshots_archive_snapshot_time_check CHECK (((snapshot_time >= to_timestamp((0)::double precision)) AND (snapshot_time < to_timestamp(('253402300800'::bigint)::double precision))))
);

ALTER SEQUENCE anomaly_history_id_seq OWNED BY anomaly_history.id;

ALTER SEQUENCE machine_configurations_id_seq OWNED BY machine_configurations.id;

ALTER SEQUENCE state_snapshots_id_seq OWNED BY state_snapshots.id;

SELECT create_hypertable('anomaly_history', by_range('timestamp', INTERVAL '7 days'), create_default_indexes => false);

SELECT create_hypertable('anomaly_history_archive', by_range('timestamp', INTERVAL '7 days'), create_default_indexes => false);

SELECT create_hypertable('state_snapshots', by_range('snapshot_time', INTERVAL '7 days'), create_default_indexes => false);
SELECT add_dimension('state_snapshots', by_hash('machine_id', 4));

SELECT create_hypertable('state_snapshots_archive', by_range('snapshot_time', INTERVAL '7 days'), create_default_indexes => false);

ALTER TABLE anomaly_history SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine_id', timescaledb.orderby = '"timestamp" DESC,id DESC');

ALTER TABLE anomaly_history_archive SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine_id', timescaledb.orderby = '"timestamp" DESC,id DESC');

ALTER TABLE state_snapshots SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine_id', timescaledb.orderby = 'snapshot_time DESC,id DESC');

ALTER TABLE state_snapshots_archive SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine_id', timescaledb.orderby = 'snapshot_time DESC,id DESC');

CREATE OR REPLACE PROCEDURE anomaly_history_archive_job(IN job_id integer, IN config jsonb)
 LANGUAGE plpgsql
AS $procedure$
DECLARE
    own name;
    moved bigint;
BEGIN
    -- The session of a job has another search path.
    SELECT j.proc_schema INTO own FROM timescaledb_information.jobs AS j WHERE j.job_id = "anomaly_history_archive_job".job_id;
    LOOP
        -- Nobody waits long behind a lock that this one waits for.
        PERFORM set_config('lock_timeout', '2s', true);
        EXECUTE format('SELECT %I.%I($1, $2)', own, 'anomaly_history_archive_step') INTO moved
        USING own, now() - (config ->> 'drop_after')::interval;
        EXIT WHEN moved IS NULL;
        COMMIT;
    END LOOP;
END
$procedure$
;

CREATE OR REPLACE FUNCTION anomaly_history_archive_step(own name, before timestamp with time zone)
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
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'anomaly_history' AND c.range_end <= before
    ORDER BY c.range_end LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    FOR chunk IN
        SELECT format('%I.%I', c.chunk_schema, c.chunk_name) FROM timescaledb_information.chunks AS c
        WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'anomaly_history'
            AND c.range_start = slice.range_start AND c.range_end = slice.range_end
        ORDER BY 1
    LOOP
        EXECUTE 'LOCK TABLE ' || chunk || ' IN ACCESS EXCLUSIVE MODE';
        locked := locked || chunk;
    END LOOP;
    INSERT INTO "anomaly_history_archive" ("id", "machine_id", "anomaly_type", "severity", "timestamp", "sensor_data", "calculated_metrics", "details", "created_at") SELECT "id", "machine_id", "anomaly_type", "severity", "timestamp", "sensor_data", "calculated_metrics", "details", "created_at" FROM "anomaly_history"
    WHERE "timestamp" >= slice.range_start AND "timestamp" < slice.range_end;
    GET DIAGNOSTICS moved = ROW_COUNT;
    SELECT coalesce(array_agg(d), '{}') INTO dropped
    FROM drop_chunks('anomaly_history', older_than => slice.range_end, newer_than => slice.range_start) AS d;
    -- A chunk that was made since then has rows that were not moved.
    IF NOT dropped <@ locked THEN
        RAISE EXCEPTION 'rows came in while those beside them were moved' USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM compress_chunk(format('%I.%I', c.chunk_schema, c.chunk_name)::regclass, true)
    FROM timescaledb_information.chunks AS c JOIN timescaledb_information.hypertables AS h
        ON (h.hypertable_schema, h.hypertable_name) = (c.hypertable_schema, c.hypertable_name)
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'anomaly_history_archive' AND h.compression_enabled
        AND c.range_start < slice.range_end AND c.range_end > slice.range_start;
    RETURN moved;
END
$function$
;

CREATE OR REPLACE PROCEDURE state_snapshots_archive_job(IN job_id integer, IN config jsonb)
 LANGUAGE plpgsql
AS $procedure$
DECLARE
    own name;
    moved bigint;
BEGIN
    -- The session of a job has another search path.
    SELECT j.proc_schema INTO own FROM timescaledb_information.jobs AS j WHERE j.job_id = "state_snapshots_archive_job".job_id;
    LOOP
        -- Nobody waits long behind a lock that this one waits for.
        PERFORM set_config('lock_timeout', '2s', true);
        EXECUTE format('SELECT %I.%I($1, $2)', own, 'state_snapshots_archive_step') INTO moved
        USING own, now() - (config ->> 'drop_after')::interval;
        EXIT WHEN moved IS NULL;
        COMMIT;
    END LOOP;
END
$procedure$
;

CREATE OR REPLACE FUNCTION state_snapshots_archive_step(own name, before timestamp with time zone)
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
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'state_snapshots' AND c.range_end <= before
    ORDER BY c.range_end LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    FOR chunk IN
        SELECT format('%I.%I', c.chunk_schema, c.chunk_name) FROM timescaledb_information.chunks AS c
        WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'state_snapshots'
            AND c.range_start = slice.range_start AND c.range_end = slice.range_end
        ORDER BY 1
    LOOP
        EXECUTE 'LOCK TABLE ' || chunk || ' IN ACCESS EXCLUSIVE MODE';
        locked := locked || chunk;
    END LOOP;
    INSERT INTO "state_snapshots_archive" ("id", "machine_id", "snapshot_time", "state_data", "created_at") SELECT "id", "machine_id", "snapshot_time", "state_data", "created_at" FROM "state_snapshots"
    WHERE "snapshot_time" >= slice.range_start AND "snapshot_time" < slice.range_end;
    GET DIAGNOSTICS moved = ROW_COUNT;
    SELECT coalesce(array_agg(d), '{}') INTO dropped
    FROM drop_chunks('state_snapshots', older_than => slice.range_end, newer_than => slice.range_start) AS d;
    -- A chunk that was made since then has rows that were not moved.
    IF NOT dropped <@ locked THEN
        RAISE EXCEPTION 'rows came in while those beside them were moved' USING ERRCODE = 'serialization_failure';
    END IF;
    PERFORM compress_chunk(format('%I.%I', c.chunk_schema, c.chunk_name)::regclass, true)
    FROM timescaledb_information.chunks AS c JOIN timescaledb_information.hypertables AS h
        ON (h.hypertable_schema, h.hypertable_name) = (c.hypertable_schema, c.hypertable_name)
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = 'state_snapshots_archive' AND h.compression_enabled
        AND c.range_start < slice.range_end AND c.range_end > slice.range_start;
    RETURN moved;
END
$function$
;

CREATE INDEX anomaly_history_machine_id_timestamp_idx ON anomaly_history USING btree (machine_id, "timestamp" DESC, id DESC);

CREATE INDEX anomaly_history_severity_timestamp_idx ON anomaly_history USING btree (severity, "timestamp" DESC, id DESC);

CREATE INDEX state_snapshots_machine_id_snapshot_time_idx ON state_snapshots USING btree (machine_id, snapshot_time DESC, id DESC);

SELECT add_job('anomaly_history_archive_job', INTERVAL '1 day', config => '{"drop_after": "365 days"}');
SELECT alter_job(job_id, schedule_interval => INTERVAL '1 day', scheduled => true, config => config || '{"drop_after": "365 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'anomaly_history_archive_job' AND hypertable_name IS NULL);

SELECT add_compression_policy('anomaly_history', compress_after => INTERVAL '7 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '12:00:00', scheduled => true, config => config || '{"compress_after": "7 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'anomaly_history');

SELECT add_compression_policy('state_snapshots', compress_after => INTERVAL '7 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '12:00:00', scheduled => true, config => config || '{"compress_after": "7 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'state_snapshots');

SELECT add_job('state_snapshots_archive_job', INTERVAL '1 day', config => '{"drop_after": "90 days"}');
SELECT alter_job(job_id, schedule_interval => INTERVAL '1 day', scheduled => true, config => config || '{"drop_after": "90 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'state_snapshots_archive_job' AND hypertable_name IS NULL);
