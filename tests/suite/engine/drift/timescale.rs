//! What TimescaleDB adds, and a change to each.

use super::Case;

pub const SETUP: &[&str] = &[
    "CREATE TABLE metrics (at timestamptz NOT NULL, machine integer NOT NULL, value double precision)",
    "SELECT create_hypertable('metrics', by_range('at', INTERVAL '7 days'))",
    "SELECT add_dimension('metrics', by_hash('machine', 2))",
    "ALTER TABLE metrics SET (timescaledb.enable_columnstore = true, timescaledb.segmentby = 'machine', timescaledb.orderby = 'at DESC')",
    "CALL add_columnstore_policy('metrics', after => INTERVAL '7 days')",
    "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS \
     SELECT time_bucket('1 hour', at) AS hour, machine, avg(value) AS mean FROM metrics GROUP BY 1, 2 WITH NO DATA",
    "CREATE INDEX hourly_mean_idx ON hourly (mean)",
    "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '3 days', INTERVAL '1 hour', INTERVAL '1 hour')",
    "CREATE PROCEDURE tidy(job_id integer, config jsonb) LANGUAGE sql AS 'SELECT 1'",
    "SELECT add_job('tidy', INTERVAL '1 hour', config => '{\"a\": 1}')",
];

pub const CASES: &[Case] = &[
    (
        "SELECT set_chunk_time_interval('metrics', INTERVAL '1 day')",
        &["hypertable metrics: expected"],
        "SELECT set_chunk_time_interval('metrics', INTERVAL '7 days')",
    ),
    (
        "SELECT set_number_partitions('metrics', 4)",
        &["hypertable metrics: expected"],
        "SELECT set_number_partitions('metrics', 2)",
    ),
    (
        "ALTER TABLE metrics SET (timescaledb.orderby = 'at')",
        &["columnstore of metrics: expected"],
        "ALTER TABLE metrics SET (timescaledb.orderby = 'at DESC')",
    ),
    (
        "ALTER TABLE metrics SET (timescaledb.segmentby = '')",
        &["columnstore of metrics: expected"],
        "ALTER TABLE metrics SET (timescaledb.segmentby = 'machine')",
    ),
    (
        "CALL remove_columnstore_policy('metrics')",
        &["policy policy_compression on metrics is missing"],
        "CALL add_columnstore_policy('metrics', after => INTERVAL '7 days')",
    ),
    (
        "SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'",
        &["policy policy_compression on metrics: expected"],
        "SELECT alter_job(job_id, scheduled => true) FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'",
    ),
    (
        "SELECT alter_job(job_id, schedule_interval => INTERVAL '2 hours') FROM timescaledb_information.jobs WHERE proc_name = 'tidy'",
        &["policy tidy: expected"],
        "SELECT alter_job(job_id, schedule_interval => INTERVAL '1 hour') FROM timescaledb_information.jobs WHERE proc_name = 'tidy'",
    ),
    (
        "SELECT alter_job(job_id, config => '{\"a\": 2}') FROM timescaledb_information.jobs WHERE proc_name = 'tidy'",
        &["policy tidy: expected"],
        "SELECT alter_job(job_id, config => '{\"a\": 1}') FROM timescaledb_information.jobs WHERE proc_name = 'tidy'",
    ),
    (
        "SELECT delete_job(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'tidy'",
        &["policy tidy is missing"],
        "SELECT add_job('tidy', INTERVAL '1 hour', config => '{\"a\": 1}')",
    ),
    (
        "SELECT add_retention_policy('metrics', INTERVAL '90 days')",
        &["policy policy_retention on metrics is not expected"],
        "SELECT remove_retention_policy('metrics')",
    ),
    (
        "ALTER MATERIALIZED VIEW hourly SET (timescaledb.materialized_only = false)",
        &["view hourly: expected"],
        "ALTER MATERIALIZED VIEW hourly SET (timescaledb.materialized_only = true)",
    ),
    (
        "SELECT remove_continuous_aggregate_policy('hourly')",
        &["policy policy_refresh_continuous_aggregate on hourly is missing"],
        "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '3 days', INTERVAL '1 hour', INTERVAL '1 hour')",
    ),
    (
        "DROP INDEX _timescaledb_internal.hourly_mean_idx",
        &[
            "index hourly_mean_idx is missing from the database: CREATE INDEX hourly_mean_idx ON hourly USING btree (mean)",
        ],
        "CREATE INDEX hourly_mean_idx ON hourly (mean)",
    ),
    (
        "SELECT set_chunk_time_interval(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass, INTERVAL '1 day') \
         FROM timescaledb_information.continuous_aggregates",
        &["hypertable hourly: expected"],
        "SELECT set_chunk_time_interval(format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass, INTERVAL '70 days') \
         FROM timescaledb_information.continuous_aggregates",
    ),
    (
        "ALTER MATERIALIZED VIEW hourly SET (timescaledb.enable_columnstore = true)",
        &["columnstore of hourly is not expected"],
        "ALTER MATERIALIZED VIEW hourly SET (timescaledb.enable_columnstore = false)",
    ),
];
