-- Before version 16 PostgreSQL writes the one relation of a query before each column, later not.
SELECT g.view_name::text AS name, g.view_name::text AS owner, 'pg_class ' || v.oid AS place,
  ARRAY['hypertable ' || coalesce(f.view_name, g.hypertable_name)] AS needs,
  format(E'CREATE MATERIALIZED VIEW %I WITH (timescaledb.continuous, timescaledb.materialized_only = %s) AS\n%s', g.view_name, g.materialized_only,
    rtrim(coalesce(replace(g.view_definition, (regexp_match(g.view_definition, '\mFROM ("[^"]+"|\w+\M)(?!\.)'))[1] || '.', ''), g.view_definition), '; ')) AS definition,
  format(E'CREATE MATERIALIZED VIEW %I WITH (timescaledb.continuous, timescaledb.materialized_only = %s, timescaledb.create_group_indexes = false) AS\n%s\nWITH NO DATA', g.view_name, g.materialized_only,
    rtrim(g.view_definition, '; ')) AS sql
FROM timescaledb_information.continuous_aggregates g JOIN pg_class v ON v.oid = format('%I.%I', g.view_schema, g.view_name)::regclass
LEFT JOIN timescaledb_information.continuous_aggregates f ON (f.materialization_hypertable_schema, f.materialization_hypertable_name) = (g.hypertable_schema, g.hypertable_name)
WHERE g.view_schema = current_schema()
