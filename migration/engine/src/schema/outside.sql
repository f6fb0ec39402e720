-- Objects of other schemas that dropping this schema's objects could take along: their place in the catalogue, and what
-- they are called. Columns only where the table stays, see outside.rs.
WITH others AS (
  SELECT oid, quote_ident(nspname) AS name FROM pg_namespace
  WHERE nspname <> current_schema() AND nspname <> ALL (ARRAY[{schemas}]::name[]) AND nspname <> 'information_schema' AND nspname !~ '^(pg_|_?timescaledb_)'
),
relations AS (
  SELECT c.oid, c.relkind, CASE c.relkind WHEN 'c' THEN 'type ' || c.reltype ELSE 'relation ' || c.oid END AS place,
    o.name || '.' || quote_ident(c.relname) AS name FROM pg_class c JOIN others o ON o.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
)
SELECT place, NULL::text AS of,
  CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'view ' WHEN 'S' THEN 'sequence ' ELSE 'table ' END || name AS what FROM relations
  WHERE relkind <> 'c'
UNION ALL
SELECT 'column ' || r.oid || ' ' || a.attnum, r.place, 'column ' || r.name || '.' || quote_ident(a.attname)
  FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind <> 'S'
UNION ALL
SELECT 'default ' || d.oid, 'column ' || r.oid || ' ' || d.adnum, 'default of ' || r.name || '.' || quote_ident(a.attname)
  FROM pg_attrdef d JOIN relations r ON r.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.adnum
UNION ALL
SELECT 'constraint ' || k.oid, 'relation ' || r.oid, 'constraint ' || quote_ident(k.conname) || ' of ' || r.name
  FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid
UNION ALL
SELECT 'index ' || x.indexrelid, 'relation ' || r.oid, 'index ' || quote_ident(i.relname) || ' of ' || r.name
  FROM pg_index x JOIN relations r ON r.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
UNION ALL
SELECT 'trigger ' || g.oid, 'relation ' || r.oid, 'trigger ' || quote_ident(g.tgname) || ' of ' || r.name
  FROM pg_trigger g JOIN relations r ON r.oid = g.tgrelid WHERE NOT g.tgisinternal
UNION ALL
SELECT 'rule ' || u.oid, 'relation ' || r.oid, 'rule ' || quote_ident(u.rulename) || ' of ' || r.name
  FROM pg_rewrite u JOIN relations r ON r.oid = u.ev_class WHERE u.rulename <> '_RETURN'
UNION ALL
SELECT 'policy ' || p.oid, 'relation ' || r.oid, 'policy ' || quote_ident(p.polname) || ' of ' || r.name
  FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
UNION ALL
SELECT 'routine ' || p.oid, NULL, 'routine ' || p.oid::regprocedure FROM pg_proc p JOIN others o ON o.oid = p.pronamespace
UNION ALL
SELECT 'type ' || t.oid, NULL, 'type ' || o.name || '.' || quote_ident(t.typname)
  FROM pg_type t JOIN others o ON o.oid = t.typnamespace WHERE t.typtype IN ('d', 'e', 'r') OR (t.typtype = 'c' AND NOT EXISTS (
  SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c'))
