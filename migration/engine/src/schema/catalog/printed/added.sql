-- What is said of a table, column or sequence behind the statements that make them: `needs` are the places before it.
SELECT c.relname || ' rows' AS name, c.relname::text AS owner, 'rows ' || c.oid AS place, ARRAY['pg_class ' || c.oid] AS needs, '' AS definition,
  concat_ws(E';\n', CASE WHEN c.relrowsecurity THEN format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', c.relname) END,
    CASE WHEN c.relforcerowsecurity THEN format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', c.relname) END) AS sql
FROM pg_class c WHERE c.relnamespace = {here} AND {own:c} AND c.relkind IN ('r', 'p') AND (c.relrowsecurity OR c.relforcerowsecurity)
UNION ALL
SELECT c.relname || ' identity', c.relname::text, 'identity ' || c.oid, ARRAY['pg_class ' || c.oid, 'pg_class ' || x.indexrelid, 'pg_constraint ' || k.oid], '',
  format('ALTER TABLE ONLY %I REPLICA IDENTITY ', c.relname) || CASE c.relreplident WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' ELSE format('USING INDEX %I', i.relname) END
FROM pg_class c LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisreplident LEFT JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = c.oid
WHERE c.relnamespace = {here} AND {own:c} AND c.relkind IN ('r', 'p') AND (c.relreplident IN ('n', 'f') OR (c.relreplident = 'i' AND i.oid IS NOT NULL))
UNION ALL
SELECT c.relname || '.' || a.attname, c.relname::text, 'settings ' || c.oid || ' ' || a.attnum, ARRAY['pg_class ' || c.oid], '',
  format('ALTER TABLE ONLY %I ', c.relname) || concat_ws(', ',
    CASE WHEN a.attnotnull AND NOT (a.attislocal OR {late_inheritance} OR c.relispartition) THEN format('ALTER COLUMN %I SET NOT NULL', a.attname) END,
    CASE WHEN a.attstorage <> t.typstorage THEN format('ALTER COLUMN %I SET STORAGE ', a.attname) || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
    CASE WHEN to_jsonb(a) ->> 'attcompression' IN ('p', 'l') THEN format('ALTER COLUMN %I SET COMPRESSION ', a.attname) || CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' ELSE 'lz4' END END,
    CASE WHEN (to_jsonb(a) ->> 'attstattarget')::int >= 0 THEN format('ALTER COLUMN %I SET STATISTICS %s', a.attname, to_jsonb(a) ->> 'attstattarget') END,
    format('ALTER COLUMN %I SET ', a.attname) || '(' || array_to_string(a.attoptions, ', ') || ')')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relnamespace = {here} AND {own:c} AND c.relkind IN ('r', 'p') AND (a.attstorage <> t.typstorage OR to_jsonb(a) ->> 'attcompression' IN ('p', 'l')
  OR (to_jsonb(a) ->> 'attstattarget')::int >= 0 OR a.attoptions IS NOT NULL OR (a.attnotnull AND NOT (a.attislocal OR {late_inheritance} OR c.relispartition)))
UNION ALL
SELECT s.relname || ' of ' || c.relname, c.relname::text, 'owned ' || s.oid, ARRAY['pg_class ' || c.oid, 'pg_class ' || s.oid], '',
  format('ALTER SEQUENCE %I OWNED BY %I.%I', s.relname, c.relname, a.attname)
FROM pg_class s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
JOIN pg_class c ON c.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE s.relkind = 'S' AND s.relnamespace = {here} AND {own:s}
UNION ALL
SELECT c.relname || ' of ' || p.relname, c.relname::text, 'attached ' || c.oid || ' ' || p.oid,
  ARRAY(SELECT 'pg_class ' || o FROM unnest(ARRAY[c.oid, p.oid]) o UNION ALL SELECT 'pg_class ' || x.indexrelid FROM pg_index x WHERE x.indrelid IN (c.oid, p.oid)
    UNION ALL SELECT 'pg_constraint ' || k.oid FROM pg_constraint k WHERE k.conrelid IN (c.oid, p.oid)), '',
  CASE WHEN c.relispartition THEN format('ALTER TABLE ONLY %s ATTACH PARTITION %I %s', p.oid::regclass, c.relname, pg_get_expr(c.relpartbound, c.oid))
    ELSE format('ALTER TABLE ONLY %I INHERIT %s', c.relname, p.oid::regclass) END
FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_class p ON p.oid = h.inhparent
WHERE c.relnamespace = {here} AND {own:c} AND c.relkind IN ('r', 'p', 'f') AND (c.relispartition OR {late_inheritance})
UNION ALL
SELECT c.relname || ' type', c.relname::text, 'typed ' || c.oid, ARRAY['pg_class ' || c.oid], '', format('ALTER TABLE ONLY %I OF %s', c.relname, c.reloftype::regtype)
FROM pg_class c WHERE c.relnamespace = {here} AND {own:c} AND c.reloftype <> 0
