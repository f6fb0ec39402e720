-- Which place needs which, as pg_depend has it: parts are told as the object that they are a part of. A sequence is given
-- to its column, and a partition to its table, by statements of their own.
WITH places AS (
  SELECT 'pg_type'::regclass AS class, t.oid, CASE WHEN c.relkind <> 'c' THEN 'pg_class ' || c.oid ELSE 'pg_type ' || t.oid END AS place
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.typnamespace = {here}
  UNION ALL SELECT 'pg_type'::regclass, t.typarray, CASE WHEN c.relkind <> 'c' THEN 'pg_class ' || c.oid ELSE 'pg_type ' || t.oid END
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid WHERE t.typnamespace = {here} AND t.typarray <> 0
  UNION ALL SELECT 'pg_type'::regclass, m.oid, 'pg_type ' || r.rngtypid
    FROM pg_range r JOIN pg_type m ON m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid WHERE m.typnamespace = {here}
  UNION ALL SELECT 'pg_class'::regclass, c.oid, CASE WHEN c.relkind = 'c' THEN 'pg_type ' || c.reltype WHEN k.oid IS NOT NULL THEN 'pg_constraint ' || k.oid
      WHEN i.refobjid IS NOT NULL THEN 'pg_class ' || i.refobjid ELSE 'pg_class ' || c.oid END
    FROM pg_class c LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_depend i ON c.relkind = 'S' AND i.classid = 'pg_class'::regclass AND i.objid = c.oid AND i.refclassid = 'pg_class'::regclass AND i.deptype = 'i'
    WHERE c.relnamespace = {here}
  UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, CASE WHEN a.attgenerated <> '' THEN 'pg_class ' || c.oid ELSE 'pg_attrdef ' || d.oid END
    FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum WHERE c.relnamespace = {here}
  UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, CASE WHEN r.rulename = '_RETURN' THEN 'pg_class ' || c.oid ELSE 'pg_rewrite ' || r.oid END
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = {here}
  UNION ALL SELECT 'pg_constraint'::regclass, k.oid, CASE WHEN k.contypid <> 0 THEN 'pg_type ' || k.contypid WHEN k.contype = 'n' THEN 'pg_class ' || k.conrelid ELSE 'pg_constraint ' || k.oid END
    FROM pg_constraint k WHERE k.connamespace = {here}
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, coalesce('pg_type ' || (SELECT min(d.refobjid) FROM pg_depend d
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'), 'pg_proc ' || p.oid)
    FROM pg_proc p WHERE p.pronamespace = {here}
  UNION ALL SELECT 'pg_trigger'::regclass, g.oid, 'pg_trigger ' || g.oid FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid WHERE c.relnamespace = {here}
  UNION ALL SELECT 'pg_policy'::regclass, p.oid, 'pg_policy ' || p.oid FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = {here}
  UNION ALL SELECT 'pg_cast'::regclass, c.oid, 'pg_cast ' || c.oid FROM pg_cast c WHERE c.oid >= 16384
  UNION ALL SELECT 'pg_amop'::regclass, a.oid, 'pg_opclass ' || o.oid FROM pg_amop a JOIN pg_opclass o ON o.opcfamily = a.amopfamily WHERE o.opcnamespace = {here}
  UNION ALL SELECT 'pg_amproc'::regclass, a.oid, 'pg_opclass ' || o.oid FROM pg_amproc a JOIN pg_opclass o ON o.opcfamily = a.amprocfamily WHERE o.opcnamespace = {here}
  UNION ALL SELECT d.classid::regclass, d.objid, d.classid::regclass::text || ' ' || d.objid FROM pg_depend d
    WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = {here} AND d.classid NOT IN ('pg_type'::regclass, 'pg_class'::regclass, 'pg_proc'::regclass, 'pg_constraint'::regclass)
)
SELECT DISTINCT a.place AS place, b.place AS needed
FROM pg_depend d JOIN places a ON a.class = d.classid AND a.oid = d.objid JOIN places b ON b.class = d.refclassid AND b.oid = d.refobjid
WHERE a.place <> b.place AND d.deptype NOT IN ('P', 'S', 'e')
AND NOT (d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid AND (c.relkind = 'S' OR c.relispartition AND c.relkind <> 'i')))
AND NOT (d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid AND c.relkind IN ('r', 'p', 'f') AND {late_inheritance}))
