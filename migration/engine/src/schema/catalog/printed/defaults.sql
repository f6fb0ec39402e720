-- Defaults, each of which may have to wait for a function; an inherited column has it behind its table.
SELECT c.relname || '.' || a.attname AS name, c.relname::text AS owner, 'pg_attrdef ' || d.oid AS place, '' AS definition,
  CASE WHEN a.attislocal OR {late_inheritance} OR c.relispartition THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END AS sql,
  format('ALTER TABLE ONLY %I ALTER COLUMN %I SET DEFAULT %s', c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid)) AS late
FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
WHERE c.relnamespace = {here} AND {own:c} AND c.relkind IN ('r', 'p', 'f') AND a.attgenerated = ''
