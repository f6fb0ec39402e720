//! What TimescaleDB adds to the catalogue of PostgreSQL. Numbers that differ from database to database (of hypertables
//! and jobs) are left out, and what belongs to a continuous aggregate carries the aggregate's name.

use super::Kind;

/// For views `c`: a continuous aggregate is told from its query, not from the view that reads what it stores.
pub(super) const NOT_AN_AGGREGATE: &str = "NOT EXISTS (SELECT 1 FROM timescaledb_information.continuous_aggregates g \
     WHERE g.view_schema = current_schema() AND g.view_name = c.relname)";

/// As the queries of PostgreSQL: `name`, `owner` and `definition`. Settings that later versions have are read through
/// JSON, so that earlier ones do without.
pub(super) const QUERIES: &[(Kind, &str)] = &[
    (
        Kind::Hypertable,
        "SELECT coalesce(g.view_name, d.hypertable_name)::text AS name, coalesce(g.view_name, d.hypertable_name)::text AS owner, \
         format('SELECT create_hypertable(%L, %s)', coalesce(g.view_name, d.hypertable_name), \
         string_agg(format('%s(%L%s)', CASE WHEN d.num_partitions IS NULL THEN 'by_range' ELSE 'by_hash' END, d.column_name, \
         coalesce(', INTERVAL ' || quote_literal(d.time_interval), ', ' || d.integer_interval, ', ' || d.num_partitions)), ', ' ORDER BY d.dimension_number)) \
         || coalesce('; SELECT set_integer_now_func(' || quote_literal(max(d.integer_now_func)) || ')', '') AS definition \
         FROM timescaledb_information.dimensions d LEFT JOIN timescaledb_information.continuous_aggregates g \
         ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (d.hypertable_schema, d.hypertable_name) \
         WHERE coalesce(g.view_schema, d.hypertable_schema) = current_schema() GROUP BY g.view_name, d.hypertable_name",
    ),
    (
        // Sparse indexes that follow from the order are TimescaleDB's own choice, and another in every version.
        Kind::Columnstore,
        "SELECT coalesce(g.view_name, c.relname)::text AS name, coalesce(g.view_name, c.relname)::text AS owner, \
         format('ALTER %s %I SET (timescaledb.enable_columnstore = true%s%s%s%s)', \
         CASE WHEN g.view_name IS NULL THEN 'TABLE' ELSE 'MATERIALIZED VIEW' END, coalesce(g.view_name, c.relname), \
         ', timescaledb.segmentby = ' || quote_literal(s.segmentby), ', timescaledb.orderby = ' || quote_literal(s.orderby), \
         ', timescaledb.compress_chunk_time_interval = ' || quote_literal(to_jsonb(s) ->> 'compress_interval_length'), \
         ', timescaledb.index = ' || quote_literal((SELECT string_agg(concat(i ->> 'type', '(', coalesce(i ->> 'column', i ->> 'columns'), ')'), ', ' ORDER BY i::text) \
          FROM jsonb_array_elements(CASE left(to_jsonb(s) ->> 'index', 1) WHEN '[' THEN (to_jsonb(s) ->> 'index')::jsonb ELSE '[]' END) i WHERE i ->> 'source' = 'config'))) AS definition \
         FROM timescaledb_information.hypertable_compression_settings s JOIN pg_class c ON c.oid = s.hypertable::oid JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN timescaledb_information.continuous_aggregates g \
         ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (n.nspname, c.relname) \
         WHERE coalesce(g.view_schema, n.nspname) = current_schema() AND coalesce(g.compression_enabled, (SELECT h.compression_enabled \
         FROM timescaledb_information.hypertables h WHERE (h.hypertable_schema, h.hypertable_name) = (n.nspname, c.relname)), true)",
    ),
    (
        // Before version 16 PostgreSQL writes the one relation of a query before each column, later not.
        Kind::View,
        "SELECT g.view_name::text AS name, g.view_name::text AS owner, \
         format(E'CREATE MATERIALIZED VIEW %I WITH (timescaledb.continuous, timescaledb.materialized_only = %s) AS\\n%s', g.view_name, g.materialized_only, \
         rtrim(coalesce(replace(g.view_definition, (regexp_match(g.view_definition, '\\mFROM (\"[^\"]+\"|\\w+\\M)(?!\\.)'))[1] || '.', ''), g.view_definition), '; ')) AS definition \
         FROM timescaledb_information.continuous_aggregates g WHERE g.view_schema = current_schema()",
    ),
    (
        Kind::Index,
        "SELECT replace(i.relname, m.relname, g.view_name) AS name, g.view_name::text AS owner, \
         replace(replace(pg_get_indexdef(i.oid), quote_ident(n.nspname) || '.' || quote_ident(m.relname), quote_ident(g.view_name)), m.relname, g.view_name) \
         || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END AS definition \
         FROM timescaledb_information.continuous_aggregates g JOIN pg_namespace n ON n.nspname = g.materialization_hypertable_schema \
         JOIN pg_class m ON m.relname = g.materialization_hypertable_name AND m.relnamespace = n.oid \
         JOIN pg_index x ON x.indrelid = m.oid JOIN pg_class i ON i.oid = x.indexrelid WHERE g.view_schema = current_schema()",
    ),
    (
        // Policies and jobs by the procedure they call; several of one procedure on one table are one entry. TimescaleDB
        // keeps intervals as text, in the style of whoever made the policy.
        Kind::Policy,
        "SELECT j.proc_name || coalesce(' on ' || j.hypertable_name, '') AS name, j.hypertable_name::text AS owner, \
         string_agg(format('CALL %I(%s%s), every %s%s%s%s%s', j.proc_name, quote_literal(j.hypertable_name) || ', ', \
         quote_literal(coalesce((SELECT jsonb_object_agg(e.key, CASE WHEN starts_with(j.proc_schema, '_timescaledb') AND jsonb_typeof(e.value) = 'string' \
          AND e.key IN ('start_offset', 'end_offset', 'drop_after', 'drop_created_before', 'compress_after', 'compress_created_before') \
          THEN to_jsonb((e.value #>> '{}')::interval::text) ELSE e.value END) FROM jsonb_each(j.config - 'hypertable_id' - 'mat_hypertable_id') e), j.config)::text), j.schedule_interval, \
         CASE WHEN j.scheduled THEN '' ELSE ', switched off' END, \
         CASE WHEN j.max_runtime > INTERVAL '0' AND j.proc_name <> 'policy_retention' THEN ', at most ' || j.max_runtime ELSE '' END, \
         CASE WHEN j.max_retries >= 0 THEN ', ' || j.max_retries || ' retries' ELSE '' END, \
         CASE WHEN j.fixed_schedule AND j.hypertable_name IS NOT NULL THEN ', at fixed times' ELSE '' END), '; ' ORDER BY j.config::text, j.schedule_interval) AS definition \
         FROM timescaledb_information.jobs j WHERE j.hypertable_schema = current_schema() \
         OR (j.hypertable_schema IS NULL AND j.proc_schema = current_schema()) GROUP BY 1, 2",
    ),
];
