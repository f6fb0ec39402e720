SELECT c.relname::text AS name, c.relname::text AS owner, 'pg_class ' || c.oid AS place,
  format('CREATE %sVIEW %I%s%s AS%s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END, c.relname,
    (SELECT format(' USING %I', m.amname) FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap'), ' WITH (' || array_to_string(c.reloptions, ', ') || ')',
    E'\n' || rtrim(pg_get_viewdef(c.oid), ';')) AS definition
FROM pg_class c WHERE c.relnamespace = {here} AND {own:c} AND c.relkind IN ('v', 'm') AND {not_aggregate}
