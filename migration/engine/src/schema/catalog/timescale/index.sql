-- That on the time alone is there with the aggregate.
SELECT replace(i.relname, m.relname, g.view_name) AS name, g.view_name::text AS owner, 'pg_class ' || i.oid AS place, ARRAY['hypertable ' || g.view_name] AS needs,
  replace(replace(pg_get_indexdef(i.oid), quote_ident(n.nspname) || '.' || quote_ident(m.relname), quote_ident(g.view_name)), m.relname, g.view_name)
    || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END AS definition,
  CASE WHEN i.relname = m.relname || '_' || d.column_name || '_idx' THEN '' ELSE
    replace(replace(pg_get_indexdef(i.oid), quote_ident(n.nspname) || '.' || quote_ident(m.relname), quote_ident(g.view_name)), m.relname, g.view_name) END AS sql
FROM timescaledb_information.continuous_aggregates g JOIN pg_namespace n ON n.nspname = g.materialization_hypertable_schema
JOIN pg_class m ON m.relname = g.materialization_hypertable_name AND m.relnamespace = n.oid
JOIN timescaledb_information.dimensions d ON (d.hypertable_schema, d.hypertable_name, d.dimension_number) = (n.nspname, m.relname, 1)
JOIN pg_index x ON x.indrelid = m.oid JOIN pg_class i ON i.oid = x.indexrelid WHERE g.view_schema = current_schema()
