-- Sparse indexes that follow from the order are TimescaleDB's own choice, and another in every version.
SELECT coalesce(g.view_name, c.relname)::text AS name, coalesce(g.view_name, c.relname)::text AS owner,
  ARRAY['hypertable ' || coalesce(g.view_name, c.relname)] AS needs,
  format('ALTER %s %I SET (timescaledb.enable_columnstore = true%s%s%s%s)',
    CASE WHEN g.view_name IS NULL THEN 'TABLE' ELSE 'MATERIALIZED VIEW' END, coalesce(g.view_name, c.relname),
    ', timescaledb.segmentby = ' || quote_literal(s.segmentby), ', timescaledb.orderby = ' || quote_literal(s.orderby),
    ', timescaledb.compress_chunk_time_interval = ' || quote_literal(to_jsonb(s) ->> 'compress_interval_length'),
    ', timescaledb.index = ' || quote_literal((SELECT string_agg(concat(i ->> 'type', '(', coalesce(i ->> 'column', i ->> 'columns'), ')'), ', ' ORDER BY i::text)
      FROM jsonb_array_elements(CASE left(to_jsonb(s) ->> 'index', 1) WHEN '[' THEN (to_jsonb(s) ->> 'index')::jsonb ELSE '[]' END) i WHERE i ->> 'source' = 'config'))) AS definition,
  format('ALTER %s %I SET (timescaledb.enable_columnstore = true%s%s%s%s)',
    CASE WHEN g.view_name IS NULL THEN 'TABLE' ELSE 'MATERIALIZED VIEW' END, coalesce(g.view_name, c.relname),
    ', timescaledb.segmentby = ' || quote_literal((SELECT string_agg(quote_ident(trim(column_name)), ', ') FROM unnest(string_to_array(s.segmentby, ',')) column_name)), ', timescaledb.orderby = ' || quote_literal(s.orderby),
    ', timescaledb.compress_chunk_time_interval = ' || quote_literal(to_jsonb(s) ->> 'compress_interval_length'),
    ', timescaledb.index = ' || quote_literal((SELECT string_agg(concat(i ->> 'type', '(', coalesce(i ->> 'column', i ->> 'columns'), ')'), ', ' ORDER BY i::text)
      FROM jsonb_array_elements(CASE left(to_jsonb(s) ->> 'index', 1) WHEN '[' THEN (to_jsonb(s) ->> 'index')::jsonb ELSE '[]' END) i WHERE i ->> 'source' = 'config'))) AS sql
FROM timescaledb_information.hypertable_compression_settings s JOIN pg_class c ON c.oid = s.hypertable::oid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN timescaledb_information.continuous_aggregates g
ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (n.nspname, c.relname)
WHERE coalesce(g.view_schema, n.nspname) = current_schema() AND coalesce(g.compression_enabled, (SELECT h.compression_enabled
FROM timescaledb_information.hypertables h WHERE (h.hypertable_schema, h.hypertable_name) = (n.nspname, c.relname)), true)
