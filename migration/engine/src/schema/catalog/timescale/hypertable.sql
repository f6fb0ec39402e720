-- The first dimension makes the hypertable, and that of an aggregate is there with it.
SELECT coalesce(g.view_name, d.hypertable_name)::text AS name, coalesce(g.view_name, d.hypertable_name)::text AS owner,
  'hypertable ' || coalesce(g.view_name, d.hypertable_name) AS place,
  ARRAY['pg_class ' || format('%I.%I', coalesce(g.view_schema, d.hypertable_schema), coalesce(g.view_name, d.hypertable_name))::regclass::oid]
    || ARRAY(SELECT 'pg_proc ' || p.oid FROM pg_proc p WHERE p.pronamespace = {here} AND p.proname = max(d.integer_now_func)) AS needs,
  format('SELECT create_hypertable(%L, %s)', coalesce(g.view_name, d.hypertable_name),
    string_agg(format('%s(%L%s)', CASE WHEN d.num_partitions IS NULL THEN 'by_range' ELSE 'by_hash' END, d.column_name,
      coalesce(', INTERVAL ' || quote_literal(d.time_interval), ', ' || d.integer_interval, ', ' || d.num_partitions)), ', ' ORDER BY d.dimension_number))
    || coalesce('; SELECT set_integer_now_func(' || quote_literal(max(d.integer_now_func)) || ')', '') AS definition,
  CASE WHEN g.view_name IS NULL THEN
    string_agg(format('SELECT %s(%L, %s(%L%s)%s)', CASE d.dimension_number WHEN 1 THEN 'create_hypertable' ELSE 'add_dimension' END, quote_ident(d.hypertable_name),
      CASE WHEN d.num_partitions IS NULL THEN 'by_range' ELSE 'by_hash' END, d.column_name,
      coalesce(', INTERVAL ' || quote_literal(d.time_interval), ', ' || d.integer_interval || '::bigint', ', ' || d.num_partitions),
      CASE d.dimension_number WHEN 1 THEN ', create_default_indexes => false' END), E';\n' ORDER BY d.dimension_number)
    || CASE WHEN max(d.integer_now_func) IS NULL THEN '' ELSE format(E';\nSELECT set_integer_now_func(%L, %L)', quote_ident(d.hypertable_name), quote_ident(max(d.integer_now_func))) END
  ELSE format('SELECT set_chunk_time_interval(format(''%%I.%%I'', materialization_hypertable_schema, materialization_hypertable_name)::regclass, %s) FROM timescaledb_information.continuous_aggregates WHERE view_schema = current_schema() AND view_name = %L',
    coalesce('INTERVAL ' || quote_literal(max(d.time_interval)), max(d.integer_interval) || '::bigint'), g.view_name) END AS sql
FROM timescaledb_information.dimensions d LEFT JOIN timescaledb_information.continuous_aggregates g
ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (d.hypertable_schema, d.hypertable_name)
WHERE coalesce(g.view_schema, d.hypertable_schema) = current_schema() GROUP BY g.view_schema, g.view_name, d.hypertable_schema, d.hypertable_name
