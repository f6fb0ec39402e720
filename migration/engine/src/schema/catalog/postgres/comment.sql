-- Each object by the name that PostgreSQL has for it; numbers below 16384 are its own objects.
SELECT CASE WHEN d.objsubid > 0 THEN 'column' WHEN i.type LIKE '%constraint' THEN 'constraint' WHEN i.type = 'composite type' THEN 'type' WHEN i.type = 'materialized view' THEN 'view' ELSE i.type END
  || ' ' || i.identity AS name, c.relname::text AS owner, NULL::text AS place, ARRAY[d.classoid::regclass::text || ' ' || d.objoid] AS needs, format('COMMENT IS %L', d.description) AS definition,
  format('COMMENT ON %s IS %L', CASE WHEN d.objsubid > 0 THEN 'COLUMN ' || i.identity
    WHEN k.contypid <> 0 THEN format('CONSTRAINT %I ON DOMAIN %s', k.conname, k.contypid::regtype) WHEN i.type LIKE '%constraint' THEN 'CONSTRAINT ' || i.identity
    WHEN i.type = 'composite type' THEN 'TYPE ' || i.identity WHEN i.type = 'statistics object' THEN 'STATISTICS ' || i.identity
    WHEN i.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE ' || i.identity
    ELSE upper(i.type) || ' ' || i.identity END, d.description) AS sql
FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
LEFT JOIN pg_constraint k ON d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
LEFT JOIN pg_trigger g ON d.classoid = 'pg_trigger'::regclass AND g.oid = d.objoid
LEFT JOIN pg_policy p ON d.classoid = 'pg_policy'::regclass AND p.oid = d.objoid
LEFT JOIN pg_rewrite r ON d.classoid = 'pg_rewrite'::regclass AND r.oid = d.objoid
LEFT JOIN pg_index x ON d.classoid = 'pg_class'::regclass AND x.indexrelid = d.objoid
LEFT JOIN pg_class c ON c.oid = coalesce(nullif(k.conrelid, 0), g.tgrelid, p.polrelid, r.ev_class, x.indrelid, CASE WHEN d.classoid = 'pg_class'::regclass THEN d.objoid END)
LEFT JOIN pg_type t ON t.oid = nullif(k.contypid, 0)
WHERE d.objoid >= 16384 AND coalesce(c.relnamespace, t.typnamespace, quote_ident(i.schema)::regnamespace) = {here}
AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')
