//! What TimescaleDB adds.

pub const SCHEMA: &[&str] = &[
    "CREATE TABLE \"Werte\" (at timestamptz NOT NULL, \"Gerät\" integer NOT NULL, value double precision, PRIMARY KEY (at, \"Gerät\"))",
    "SELECT create_hypertable('\"Werte\"', by_range('at', INTERVAL '3 days'))",
    "SELECT add_dimension('\"Werte\"', by_hash('Gerät', 2))",
    "CREATE INDEX \"Werte value\" ON \"Werte\" (value)",
    "ALTER TABLE \"Werte\" SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = '\"Gerät\"', timescaledb.orderby = 'at DESC')",
    "CALL add_columnstore_policy('\"Werte\"', after => INTERVAL '8 days')",
    "SELECT add_retention_policy('\"Werte\"', INTERVAL '90 days', schedule_interval => INTERVAL '2 days')",
    "CREATE TABLE counted_by_number (at bigint NOT NULL, n integer)",
    "SELECT create_hypertable('counted_by_number', by_range('at', 1000))",
    "CREATE FUNCTION number_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 7::bigint'",
    "SELECT set_integer_now_func('counted_by_number', 'number_now')",
    "SELECT add_retention_policy('counted_by_number', 5000::bigint)",
    "CREATE MATERIALIZED VIEW \"stündlich\" WITH (timescaledb.continuous) AS \
     SELECT time_bucket('1 hour', at) AS hour, \"Gerät\", avg(value) AS mean FROM \"Werte\" GROUP BY 1, 2 WITH NO DATA",
    "CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS \
     SELECT time_bucket('1 day', hour) AS day, max(mean) AS most FROM \"stündlich\" GROUP BY 1 WITH NO DATA",
    "CREATE INDEX mean_idx ON \"stündlich\" (mean)",
    "SELECT add_continuous_aggregate_policy('\"stündlich\"', NULL, INTERVAL '1 hour', INTERVAL '1 hour')",
    "CREATE PROCEDURE \"auf räumen\"(job_id integer, config jsonb) LANGUAGE sql AS 'SELECT 1'",
    "SELECT add_job('\"auf räumen\"', INTERVAL '1 hour', config => '{\"a\": \"it''s\"}')",
    "COMMENT ON VIEW daily IS 'by day'",
];
