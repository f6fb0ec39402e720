-- Policies and jobs by the procedure they call; several of one procedure on one table are one entry. TimescaleDB keeps
-- intervals as text, in the style of whoever made the policy. As SQL a job is made, and then gets the settings it has.
SELECT j.proc_name || coalesce(' on ' || j.hypertable_name, '') AS name, j.hypertable_name::text AS owner,
  concat(j.proc_name, ' on ', j.hypertable_name) AS place,
  ARRAY['hypertable ' || j.hypertable_name, 'policy_refresh_continuous_aggregate on ' || j.hypertable_name] AS needs,
  string_agg(format('CALL %I(%s%s), every %s%s%s%s%s', j.proc_name, quote_literal(j.hypertable_name) || ', ', quote_literal(j.plain::text), j.schedule_interval,
    CASE WHEN j.scheduled THEN '' ELSE ', switched off' END,
    CASE WHEN j.max_runtime > INTERVAL '0' AND j.proc_name <> 'policy_retention' THEN ', at most ' || j.max_runtime ELSE '' END,
    CASE WHEN j.max_retries >= 0 THEN ', ' || j.max_retries || ' retries' ELSE '' END,
    CASE WHEN j.fixed_schedule AND j.hypertable_name IS NOT NULL THEN ', at fixed times' ELSE '' END), '; ' ORDER BY j.config::text, j.schedule_interval) AS definition,
  string_agg(CASE j.proc_name
      WHEN 'policy_retention' THEN format('SELECT add_retention_policy(%L, %s)', quote_ident(j.hypertable_name), coalesce('drop_after => ' || j.drop_after, 'drop_created_before => ' || j.drop_created_before))
      WHEN 'policy_compression' THEN format('SELECT add_compression_policy(%L, %s)', quote_ident(j.hypertable_name), coalesce('compress_after => ' || j.compress_after, 'compress_created_before => ' || j.compress_created_before))
      WHEN 'policy_refresh_continuous_aggregate' THEN format('SELECT add_continuous_aggregate_policy(%L, start_offset => %s, end_offset => %s, schedule_interval => INTERVAL %L)',
        quote_ident(j.hypertable_name), coalesce(j.start_offset, 'NULL'), coalesce(j.end_offset, 'NULL'), j.schedule_interval)
      WHEN 'policy_reorder' THEN format('SELECT add_reorder_policy(%L, %L)', quote_ident(j.hypertable_name), j.config ->> 'index_name')
      ELSE format('SELECT add_job(%L, INTERVAL %L%s)', concat(quote_ident(nullif(j.proc_schema, current_schema())) || '.', quote_ident(j.proc_name)), j.schedule_interval, format(', config => %L', j.plain)) END
    || format(E';\nSELECT alter_job(job_id, schedule_interval => INTERVAL %L, scheduled => %s%s)\n'
      'FROM timescaledb_information.jobs WHERE job_id = (SELECT max(job_id) FROM timescaledb_information.jobs WHERE proc_name = %L AND hypertable_name %s)',
      j.schedule_interval, j.scheduled::text, concat(', config => config || ' || quote_literal(j.plain) || '::jsonb',
        CASE WHEN j.max_runtime > INTERVAL '0' AND j.proc_name <> 'policy_retention' THEN format(', max_runtime => INTERVAL %L', j.max_runtime) END,
        CASE WHEN j.max_retries >= 0 THEN ', max_retries => ' || j.max_retries END,
        CASE WHEN j.fixed_schedule AND j.hypertable_name IS NOT NULL THEN format(', fixed_schedule => true, initial_start => %L', j.initial_start)
          WHEN NOT j.fixed_schedule AND j.hypertable_name IS NULL THEN ', fixed_schedule => false' END),
      j.proc_name, coalesce('= ' || quote_literal(j.hypertable_name), 'IS NULL')), E';\n' ORDER BY j.config::text, j.schedule_interval) AS sql
FROM (
  SELECT j.*, CASE WHEN j.config IS NOT NULL THEN coalesce((SELECT jsonb_object_agg(e.key, CASE WHEN starts_with(j.proc_schema, '_timescaledb') AND jsonb_typeof(e.value) = 'string'
      AND e.key IN ('start_offset', 'end_offset', 'drop_after', 'drop_created_before', 'compress_after', 'compress_created_before')
      THEN to_jsonb((e.value #>> '{}')::interval::text) ELSE e.value END) FROM jsonb_each(j.config - 'hypertable_id' - 'mat_hypertable_id') e), j.config) END AS plain, o.*
  FROM timescaledb_information.jobs j CROSS JOIN LATERAL (
    SELECT max(v) FILTER (WHERE k = 'drop_after') AS drop_after, max(v) FILTER (WHERE k = 'drop_created_before') AS drop_created_before,
      max(v) FILTER (WHERE k = 'compress_after') AS compress_after, max(v) FILTER (WHERE k = 'compress_created_before') AS compress_created_before,
      max(v) FILTER (WHERE k = 'start_offset') AS start_offset, max(v) FILTER (WHERE k = 'end_offset') AS end_offset
    FROM (SELECT e.key AS k, CASE jsonb_typeof(e.value) WHEN 'null' THEN NULL WHEN 'number' THEN (e.value #>> '{}') || '::' || coalesce((
        SELECT d.column_type::text FROM timescaledb_information.dimensions d LEFT JOIN timescaledb_information.continuous_aggregates g
        ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (d.hypertable_schema, d.hypertable_name)
        WHERE d.dimension_number = 1 AND (coalesce(g.view_schema, d.hypertable_schema), coalesce(g.view_name, d.hypertable_name)) = (j.hypertable_schema, j.hypertable_name)), 'bigint')
      ELSE 'INTERVAL ' || quote_literal(e.value #>> '{}') END AS v FROM jsonb_each(j.config) e) w) o
  WHERE j.hypertable_schema = current_schema() OR (j.hypertable_schema IS NULL AND j.proc_schema = current_schema())) j
GROUP BY 1, 2, 3, 4
