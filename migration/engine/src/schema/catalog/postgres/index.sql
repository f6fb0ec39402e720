SELECT i.relname::text AS name, c.relname::text AS owner, 'pg_class ' || i.oid AS place, ARRAY['pg_class ' || c.oid] AS needs, pg_get_indexdef(i.oid)
  || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END AS definition, pg_get_indexdef(i.oid) AS sql
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
WHERE c.relnamespace = {here} AND {own:c} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
