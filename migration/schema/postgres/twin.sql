-- The finished schema of the area twin. Written by `make schema`, never edited by hand.

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
    tenant text NOT NULL DEFAULT COALESCE(current_setting('app.tenant'::text, true), ''::text),
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
    tenant text NOT NULL DEFAULT COALESCE(current_setting('app.tenant'::text, true), ''::text),
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
    tenant text NOT NULL DEFAULT COALESCE(current_setting('app.tenant'::text, true), ''::text),
    PRIMARY KEY (id),
    CONSTRAINT machine_configurations_baseline_temp_check CHECK ((baseline_temp <> 'NaN'::numeric)),
    CONSTRAINT machine_configurations_baseline_vibration_check CHECK ((baseline_vibration <> 'NaN'::numeric)),
    CONSTRAINT machine_configurations_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT machine_configurations_machine_type_check CHECK (((machine_type)::text <> ''::text)),
    CONSTRAINT machine_configurations_machine_type_key UNIQUE (machine_type, tenant),
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
    tenant text NOT NULL DEFAULT COALESCE(current_setting('app.tenant'::text, true), ''::text),
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
    tenant text NOT NULL DEFAULT COALESCE(current_setting('app.tenant'::text, true), ''::text),
    PRIMARY KEY (id, snapshot_time),
    CONSTRAINT state_snapshots_archive_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT state_snapshots_archive_machine_id_check CHECK (((machine_id)::text <> ''::text)),
    CONSTRAINT state_snapshots_archive_snapshot_time_check CHECK (((snapshot_time >= to_timestamp((0)::double precision)) AND (snapshot_time < to_timestamp(('253402300800'::bigint)::double precision))))
);

ALTER TABLE anomaly_history ENABLE ROW LEVEL SECURITY;

ALTER TABLE anomaly_history_archive ENABLE ROW LEVEL SECURITY;

ALTER SEQUENCE anomaly_history_id_seq OWNED BY anomaly_history.id;

ALTER TABLE machine_configurations ENABLE ROW LEVEL SECURITY;

ALTER SEQUENCE machine_configurations_id_seq OWNED BY machine_configurations.id;

ALTER TABLE state_snapshots ENABLE ROW LEVEL SECURITY;

ALTER TABLE state_snapshots_archive ENABLE ROW LEVEL SECURITY;

ALTER SEQUENCE state_snapshots_id_seq OWNED BY state_snapshots.id;

CREATE INDEX anomaly_history_machine_id_timestamp_idx ON anomaly_history USING btree (machine_id, "timestamp" DESC, id DESC);

CREATE INDEX anomaly_history_severity_timestamp_idx ON anomaly_history USING btree (severity, "timestamp" DESC, id DESC);

CREATE INDEX anomaly_history_timestamp_idx ON anomaly_history USING btree ("timestamp" DESC, id DESC);

CREATE INDEX state_snapshots_machine_id_snapshot_time_idx ON state_snapshots USING btree (machine_id, snapshot_time DESC, id DESC);

CREATE INDEX state_snapshots_snapshot_time_idx ON state_snapshots USING btree (snapshot_time DESC, id DESC);

CREATE POLICY tenant ON anomaly_history AS PERMISSIVE FOR ALL TO public USING ((tenant = COALESCE(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON anomaly_history_archive AS PERMISSIVE FOR ALL TO public USING ((tenant = COALESCE(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON machine_configurations AS PERMISSIVE FOR ALL TO public USING ((tenant = COALESCE(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON state_snapshots AS PERMISSIVE FOR ALL TO public USING ((tenant = COALESCE(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON state_snapshots_archive AS PERMISSIVE FOR ALL TO public USING ((tenant = COALESCE(current_setting('app.tenant'::text, true), ''::text)));
