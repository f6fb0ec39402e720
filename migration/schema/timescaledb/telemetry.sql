-- The finished schema of the area telemetry. Written by `make schema`, never edited by hand.

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TYPE anomaly_alert_severity AS ENUM ('low', 'medium', 'high', 'critical');

CREATE TYPE anomaly_alert_status AS ENUM ('open', 'acknowledged', 'resolved', 'dismissed');

CREATE TYPE maintenance_log_status AS ENUM ('completed', 'incomplete', 'failed');

CREATE TYPE maintenance_task_priority AS ENUM ('low', 'medium', 'high', 'critical');

CREATE TYPE maintenance_task_status AS ENUM ('pending', 'scheduled', 'in_progress', 'completed', 'cancelled');

CREATE TYPE maintenance_task_type AS ENUM ('inspection', 'preventive', 'predictive', 'corrective', 'calibration');

CREATE TYPE sensor_status AS ENUM ('active', 'inactive', 'maintenance', 'faulty', 'decommissioned');

CREATE SEQUENCE sensor_readings_id_seq AS integer INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647;

CREATE TABLE feature_snapshots (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    sensor_id character varying(255) NOT NULL,
    feature_set character varying(100) NOT NULL,
    version integer NOT NULL,
    window_from timestamp with time zone NOT NULL,
    window_to timestamp with time zone NOT NULL,
    made_at timestamp with time zone NOT NULL DEFAULT now(),
    reading_count integer NOT NULL,
    features jsonb NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT feature_snapshots_feature_set_check CHECK (((feature_set)::text <> ''::text)),
    CONSTRAINT feature_snapshots_made_at_check CHECK (((made_at >= to_timestamp((0)::double precision)) AND (made_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT feature_snapshots_reading_count_check CHECK ((reading_count >= 0)),
    CONSTRAINT feature_snapshots_sensor_id_check CHECK (((sensor_id)::text <> ''::text)),
    CONSTRAINT feature_snapshots_version_check CHECK ((version >= 0)),
    CONSTRAINT feature_snapshots_window_check CHECK ((window_to > window_from)),
    CONSTRAINT feature_snapshots_window_from_check CHECK (((window_from >= to_timestamp((0)::double precision)) AND (window_from < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT feature_snapshots_window_to_check CHECK (((window_to >= to_timestamp((0)::double precision)) AND (window_to < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE maintenance_logs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    task_id uuid NOT NULL,
    equipment_id character varying(255) NOT NULL,
    completion_date timestamp with time zone NOT NULL,
    technician_id character varying(255),
    status maintenance_log_status NOT NULL,
    actual_duration_hours double precision,
    notes text,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT maintenance_logs_actual_duration_hours_check CHECK (((actual_duration_hours > '-Infinity'::double precision) AND (actual_duration_hours < 'Infinity'::double precision))),
    CONSTRAINT maintenance_logs_completion_date_check CHECK (((completion_date >= to_timestamp((0)::double precision)) AND (completion_date < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT maintenance_logs_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT maintenance_logs_duration_check CHECK ((actual_duration_hours >= (0)::double precision)),
    CONSTRAINT maintenance_logs_equipment_id_check CHECK (((equipment_id)::text <> ''::text)),
    CONSTRAINT maintenance_logs_technician_id_check CHECK (((technician_id)::text <> ''::text)),
    CONSTRAINT maintenance_logs_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE sensor_readings (
    "timestamp" timestamp with time zone NOT NULL,
    sensor_id character varying(255) NOT NULL,
    sensor_type character varying(100),
    value double precision NOT NULL,
    unit character varying(50),
    quality double precision,
    sensor_metadata jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    id integer NOT NULL DEFAULT nextval('sensor_readings_id_seq'::regclass),
    PRIMARY KEY ("timestamp", sensor_id),
    CONSTRAINT sensor_readings_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT sensor_readings_quality_check CHECK (((quality > '-Infinity'::double precision) AND (quality < 'Infinity'::double precision))),
    CONSTRAINT sensor_readings_sensor_id_check CHECK (((sensor_id)::text <> ''::text)),
    CONSTRAINT sensor_readings_sensor_type_check CHECK (((sensor_type)::text <> ''::text)),
    CONSTRAINT sensor_readings_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT sensor_readings_unit_check CHECK (((unit)::text <> ''::text)),
    CONSTRAINT sensor_readings_value_check CHECK (((value > '-Infinity'::double precision) AND (value < 'Infinity'::double precision)))
);

CREATE TABLE sensors (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    sensor_id character varying(255) NOT NULL,
    type character varying(100) NOT NULL,
    location character varying(255),
    status sensor_status NOT NULL DEFAULT 'active'::sensor_status,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT sensors_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT sensors_location_check CHECK (((location)::text <> ''::text)),
    CONSTRAINT sensors_sensor_id_check CHECK (((sensor_id)::text <> ''::text)),
    CONSTRAINT sensors_sensor_id_key UNIQUE (sensor_id),
    CONSTRAINT sensors_type_check CHECK (((type)::text <> ''::text)),
    CONSTRAINT sensors_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE anomaly_alerts (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    sensor_id character varying(255) NOT NULL,
    anomaly_type character varying(100) NOT NULL,
    severity anomaly_alert_severity NOT NULL,
    confidence double precision NOT NULL,
    description text,
    evidence jsonb,
    recommended_actions text[] NOT NULL DEFAULT '{}'::text[],
    status anomaly_alert_status NOT NULL DEFAULT 'open'::anomaly_alert_status,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT anomaly_alerts_anomaly_type_check CHECK (((anomaly_type)::text <> ''::text)),
    CONSTRAINT anomaly_alerts_confidence_check CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
    CONSTRAINT anomaly_alerts_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT anomaly_alerts_recommended_actions_check CHECK (((COALESCE(array_ndims(recommended_actions), 1) = 1) AND (array_position(recommended_actions, NULL::text) IS NULL))),
    CONSTRAINT anomaly_alerts_sensor_id_check CHECK (((sensor_id)::text <> ''::text)),
    CONSTRAINT anomaly_alerts_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES sensors(sensor_id),
    CONSTRAINT anomaly_alerts_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE maintenance_tasks (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    equipment_id character varying(255) NOT NULL,
    sensor_id character varying(255),
    task_type maintenance_task_type NOT NULL,
    priority maintenance_task_priority NOT NULL DEFAULT 'medium'::maintenance_task_priority,
    status maintenance_task_status NOT NULL DEFAULT 'pending'::maintenance_task_status,
    scheduled_start timestamp with time zone,
    scheduled_end timestamp with time zone,
    required_skills text[] NOT NULL DEFAULT '{}'::text[],
    parts_needed text[] NOT NULL DEFAULT '{}'::text[],
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT maintenance_tasks_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT maintenance_tasks_equipment_id_check CHECK (((equipment_id)::text <> ''::text)),
    CONSTRAINT maintenance_tasks_parts_needed_check CHECK (((COALESCE(array_ndims(parts_needed), 1) = 1) AND (array_position(parts_needed, NULL::text) IS NULL))),
    CONSTRAINT maintenance_tasks_required_skills_check CHECK (((COALESCE(array_ndims(required_skills), 1) = 1) AND (array_position(required_skills, NULL::text) IS NULL))),
    CONSTRAINT maintenance_tasks_schedule_check CHECK ((scheduled_end >= scheduled_start)),
    CONSTRAINT maintenance_tasks_scheduled_end_check CHECK (((scheduled_end >= to_timestamp((0)::double precision)) AND (scheduled_end < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT maintenance_tasks_scheduled_start_check CHECK (((scheduled_start >= to_timestamp((0)::double precision)) AND (scheduled_start < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT maintenance_tasks_sensor_id_check CHECK (((sensor_id)::text <> ''::text)),
    CONSTRAINT maintenance_tasks_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES sensors(sensor_id),
    CONSTRAINT maintenance_tasks_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

ALTER SEQUENCE sensor_readings_id_seq OWNED BY sensor_readings.id;

SELECT create_hypertable('sensor_readings', by_range('timestamp', INTERVAL '7 days'), create_default_indexes => false);

ALTER TABLE sensor_readings SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'sensor_id', timescaledb.orderby = '"timestamp" DESC');

CREATE INDEX anomaly_alerts_created_at_idx ON anomaly_alerts USING btree (created_at DESC, id DESC);

CREATE INDEX anomaly_alerts_sensor_id_created_at_idx ON anomaly_alerts USING btree (sensor_id, created_at DESC, id DESC);

CREATE INDEX feature_snapshots_feature_set_version_window_from_idx ON feature_snapshots USING btree (feature_set, version, window_from DESC, id DESC);

CREATE UNIQUE INDEX feature_snapshots_window_idx ON feature_snapshots USING btree (sensor_id, feature_set, version, window_from, window_to);

CREATE INDEX maintenance_logs_equipment_id_completion_date_idx ON maintenance_logs USING btree (equipment_id, completion_date DESC, id DESC);

CREATE INDEX maintenance_logs_task_id_idx ON maintenance_logs USING btree (task_id);

CREATE INDEX maintenance_tasks_equipment_id_created_at_idx ON maintenance_tasks USING btree (equipment_id, created_at DESC, id DESC);

CREATE INDEX maintenance_tasks_sensor_id_created_at_idx ON maintenance_tasks USING btree (sensor_id, created_at DESC, id DESC);

CREATE INDEX sensor_readings_good_idx ON sensor_readings USING btree (sensor_id, "timestamp" DESC) WHERE (quality >= (0.8)::double precision);

CREATE INDEX sensor_readings_sensor_id_timestamp_idx ON sensor_readings USING btree (sensor_id, "timestamp" DESC);

CREATE MATERIALIZED VIEW sensor_readings_summary_hourly WITH (timescaledb.continuous, timescaledb.materialized_only = f, timescaledb.create_group_indexes = false) AS
 SELECT time_bucket('01:00:00'::interval, "timestamp") AS bucket,
    sensor_id,
    avg(value) AS avg_value,
    max(value) AS max_value,
    min(value) AS min_value,
    count(*) AS reading_count
   FROM sensor_readings
  GROUP BY (time_bucket('01:00:00'::interval, "timestamp")), sensor_id
WITH NO DATA;

SELECT set_chunk_time_interval(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass, INTERVAL '70 days') FROM timescaledb_information.continuous_aggregates WHERE view_schema = current_schema() AND view_name = 'sensor_readings_summary_hourly';

ALTER MATERIALIZED VIEW sensor_readings_summary_hourly SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'sensor_id', timescaledb.orderby = 'bucket DESC');

CREATE MATERIALIZED VIEW sensor_readings_summary_daily WITH (timescaledb.continuous, timescaledb.materialized_only = f, timescaledb.create_group_indexes = false) AS
 SELECT time_bucket('1 day'::interval, bucket) AS bucket,
    sensor_id,
    (sum((avg_value * (reading_count)::double precision)) / (sum(reading_count))::double precision) AS avg_value,
    max(max_value) AS max_value,
    min(min_value) AS min_value,
    (sum(reading_count))::bigint AS reading_count
   FROM sensor_readings_summary_hourly
  GROUP BY (time_bucket('1 day'::interval, bucket)), sensor_id
WITH NO DATA;

SELECT set_chunk_time_interval(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass, INTERVAL '70 days') FROM timescaledb_information.continuous_aggregates WHERE view_schema = current_schema() AND view_name = 'sensor_readings_summary_daily';

CREATE MATERIALIZED VIEW sensor_readings_summary_weekly WITH (timescaledb.continuous, timescaledb.materialized_only = f, timescaledb.create_group_indexes = false) AS
 SELECT time_bucket('7 days'::interval, bucket) AS bucket,
    sensor_id,
    (sum((avg_value * (reading_count)::double precision)) / (sum(reading_count))::double precision) AS avg_value,
    max(max_value) AS max_value,
    min(min_value) AS min_value,
    (sum(reading_count))::bigint AS reading_count
   FROM sensor_readings_summary_daily
  GROUP BY (time_bucket('7 days'::interval, bucket)), sensor_id
WITH NO DATA;

SELECT set_chunk_time_interval(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass, INTERVAL '70 days') FROM timescaledb_information.continuous_aggregates WHERE view_schema = current_schema() AND view_name = 'sensor_readings_summary_weekly';

CREATE INDEX sensor_readings_summary_daily_sensor_id_bucket_idx ON sensor_readings_summary_daily USING btree (sensor_id, bucket DESC);

CREATE INDEX sensor_readings_summary_hourly_sensor_id_bucket_idx ON sensor_readings_summary_hourly USING btree (sensor_id, bucket DESC);

CREATE INDEX sensor_readings_summary_weekly_sensor_id_bucket_idx ON sensor_readings_summary_weekly USING btree (sensor_id, bucket DESC);

SELECT add_compression_policy('sensor_readings', compress_after => INTERVAL '7 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '12:00:00', scheduled => true, config => config || '{"compress_after": "7 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'sensor_readings');

SELECT add_continuous_aggregate_policy('sensor_readings_summary_daily', start_offset => INTERVAL '3 days', end_offset => INTERVAL '01:00:00', schedule_interval => INTERVAL '01:00:00');
SELECT alter_job(job_id, schedule_interval => INTERVAL '01:00:00', scheduled => true, config => config || '{"end_offset": "01:00:00", "start_offset": "3 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_name = 'sensor_readings_summary_daily');

SELECT add_continuous_aggregate_policy('sensor_readings_summary_hourly', start_offset => INTERVAL '03:00:00', end_offset => INTERVAL '00:30:00', schedule_interval => INTERVAL '00:30:00');
SELECT alter_job(job_id, schedule_interval => INTERVAL '00:30:00', scheduled => true, config => config || '{"end_offset": "00:30:00", "start_offset": "03:00:00"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_name = 'sensor_readings_summary_hourly');

SELECT add_compression_policy('sensor_readings_summary_hourly', compress_after => INTERVAL '30 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '12:00:00', scheduled => true, config => config || '{"compress_after": "30 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'sensor_readings_summary_hourly');

SELECT add_continuous_aggregate_policy('sensor_readings_summary_weekly', start_offset => INTERVAL '21 days', end_offset => INTERVAL '01:00:00', schedule_interval => INTERVAL '06:00:00');
SELECT alter_job(job_id, schedule_interval => INTERVAL '06:00:00', scheduled => true, config => config || '{"end_offset": "01:00:00", "start_offset": "21 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_refresh_continuous_aggregate' AND hypertable_name = 'sensor_readings_summary_weekly');

SELECT add_retention_policy('sensor_readings', drop_after => INTERVAL '180 days');
SELECT alter_job(job_id, schedule_interval => INTERVAL '1 day', scheduled => true, config => config || '{"drop_after": "180 days"}'::jsonb)
FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention' AND hypertable_name = 'sensor_readings');
