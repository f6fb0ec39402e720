-- Everything in the schema that no extension has and that goes with nothing else: how it is called, what drops it, and
-- whether this user may. Whose an object is that the first superuser has, PostgreSQL does not write down.
SELECT concat(i.type, ' ', i.identity) AS name,
  format('DROP %s IF EXISTS %s CASCADE', CASE WHEN i.type = 'composite type' THEN 'TYPE' WHEN i.type = 'statistics object' THEN 'STATISTICS'
    WHEN i.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE' ELSE upper(i.type) END, i.identity) AS sql,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR pg_has_role(n.nspowner, 'USAGE') OR coalesce(pg_has_role(o.refobjid, 'USAGE'), false) AS may
FROM pg_namespace n JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
LEFT JOIN pg_shdepend o ON o.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND o.classid = d.classid AND o.objid = d.objid
  AND o.objsubid = 0 AND o.deptype = 'o'
WHERE n.nspname = current_schema() AND i.type NOT IN ('extension', 'default acl', 'publication namespace')
AND NOT EXISTS (SELECT FROM pg_depend p WHERE p.classid = d.classid AND p.objid = d.objid AND p.deptype IN ('e', 'i')
  AND (p.refclassid, p.refobjid) <> (d.classid, d.objid))
ORDER BY d.classid <> 'pg_class'::regclass, d.objid
