-- The finished schema of the area plugins. Written by `make schema`, never edited by hand.

CREATE TYPE plugin_alert_severity AS ENUM ('info', 'warning', 'error', 'critical');

CREATE TYPE plugin_health AS ENUM ('unknown', 'healthy', 'degraded', 'unhealthy');

CREATE TABLE alert_history (
    "time" timestamp with time zone NOT NULL,
    alert_id uuid NOT NULL,
    triggered boolean NOT NULL,
    value jsonb,
    message text,
    PRIMARY KEY ("time", alert_id),
    CONSTRAINT alert_history_time_check CHECK ((("time" >= to_timestamp((0)::double precision)) AND ("time" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE plugin_metrics (
    "time" timestamp with time zone NOT NULL,
    plugin_id character varying(100) NOT NULL,
    metric_name character varying(200) NOT NULL,
    value jsonb NOT NULL,
    tags jsonb,
    PRIMARY KEY ("time", plugin_id, metric_name),
    CONSTRAINT plugin_metrics_metric_name_check CHECK (((metric_name)::text <> ''::text)),
    CONSTRAINT plugin_metrics_plugin_id_check CHECK (((plugin_id)::text <> ''::text)),
    CONSTRAINT plugin_metrics_time_check CHECK ((("time" >= to_timestamp((0)::double precision)) AND ("time" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE plugins (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    plugin_id character varying(100) NOT NULL,
    name character varying(200) NOT NULL,
    version character varying(50) NOT NULL,
    description text,
    category character varying(50),
    enabled boolean NOT NULL DEFAULT true,
    config jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT plugins_category_check CHECK (((category)::text <> ''::text)),
    CONSTRAINT plugins_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT plugins_name_check CHECK (((name)::text <> ''::text)),
    CONSTRAINT plugins_plugin_id_check CHECK (((plugin_id)::text <> ''::text)),
    CONSTRAINT plugins_plugin_id_key UNIQUE (plugin_id),
    CONSTRAINT plugins_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT plugins_version_check CHECK (((version)::text <> ''::text))
);

CREATE TABLE alerts (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    plugin_id character varying(100) NOT NULL,
    name character varying(200) NOT NULL,
    description text,
    condition jsonb NOT NULL,
    severity plugin_alert_severity NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT alerts_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_name_check CHECK (((name)::text <> ''::text)),
    CONSTRAINT alerts_plugin_id_check CHECK (((plugin_id)::text <> ''::text)),
    CONSTRAINT alerts_plugin_id_fkey FOREIGN KEY (plugin_id) REFERENCES plugins(plugin_id),
    CONSTRAINT alerts_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE plugin_status (
    plugin_id character varying(100) NOT NULL,
    last_run timestamp with time zone,
    last_success timestamp with time zone,
    last_error text,
    error_count integer NOT NULL DEFAULT 0,
    consecutive_errors integer NOT NULL DEFAULT 0,
    health_status plugin_health NOT NULL DEFAULT 'unknown'::plugin_health,
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (plugin_id),
    CONSTRAINT plugin_status_consecutive_errors_check CHECK ((consecutive_errors >= 0)),
    CONSTRAINT plugin_status_error_count_check CHECK ((error_count >= 0)),
    CONSTRAINT plugin_status_errors_check CHECK ((consecutive_errors <= error_count)),
    CONSTRAINT plugin_status_last_run_check CHECK (((last_run >= to_timestamp((0)::double precision)) AND (last_run < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT plugin_status_last_success_check CHECK (((last_success >= to_timestamp((0)::double precision)) AND (last_success < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT plugin_status_plugin_id_check CHECK (((plugin_id)::text <> ''::text)),
    CONSTRAINT plugin_status_plugin_id_fkey FOREIGN KEY (plugin_id) REFERENCES plugins(plugin_id),
    CONSTRAINT plugin_status_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE INDEX alert_history_alert_id_time_idx ON alert_history USING btree (alert_id, "time" DESC);

CREATE INDEX alerts_plugin_id_created_at_idx ON alerts USING btree (plugin_id, created_at DESC, id DESC);

CREATE INDEX plugin_metrics_metric_name_plugin_id_time_idx ON plugin_metrics USING btree (metric_name, plugin_id, "time" DESC);

CREATE INDEX plugin_metrics_plugin_id_time_idx ON plugin_metrics USING btree (plugin_id, "time" DESC);

CREATE INDEX plugin_metrics_tags_idx ON plugin_metrics USING gin (tags);
