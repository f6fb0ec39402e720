-- Rights that are wider than an area needs, one a row, with what takes them back.
WITH place AS (
  SELECT oid, nspname, nspacl, nspowner FROM pg_catalog.pg_namespace WHERE nspname = current_schema()
), relations AS (
  SELECT c.oid, c.relname, c.relacl FROM pg_catalog.pg_class AS c JOIN place AS p ON p.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), readers AS (
  SELECT DISTINCT r.oid, r.rolname FROM place AS p CROSS JOIN LATERAL pg_catalog.aclexplode(p.nspacl) AS a
  JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee WHERE r.rolname LIKE '%\_ro' AND NOT r.rolsuper
)
SELECT 'problem' AS health, format('everybody may create in schema %s: REVOKE CREATE ON SCHEMA %I FROM PUBLIC', p.nspname, p.nspname) AS finding
FROM place AS p WHERE EXISTS (SELECT FROM pg_catalog.aclexplode(p.nspacl) AS a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
UNION ALL
SELECT 'problem', format('everybody may %s in %s: REVOKE ALL ON %s FROM PUBLIC', lower(string_agg(DISTINCT t.privilege_type, ', ')),
  string_agg(DISTINCT t.relname::text, ', '), string_agg(DISTINCT format('%I.%I', p.nspname, t.relname), ', '))
FROM (SELECT k.relname, a.privilege_type FROM relations AS k CROSS JOIN LATERAL pg_catalog.aclexplode(k.relacl) AS a WHERE a.grantee = 0) AS t
CROSS JOIN place AS p HAVING count(*) > 0
UNION ALL
SELECT 'problem', format('%s is to read only, and may write %s: `migration roles` takes that back, unless it comes from another role that it is a member of',
  r.rolname, string_agg(k.relname::text, ', ' ORDER BY k.relname))
FROM readers AS r JOIN relations AS k ON pg_catalog.has_table_privilege(r.oid, k.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
GROUP BY r.rolname
UNION ALL
SELECT 'problem', format('%s is to read only, and may create in schema %s: REVOKE CREATE ON SCHEMA %I FROM %I', r.rolname, p.nspname, p.nspname, r.rolname)
FROM readers AS r CROSS JOIN place AS p WHERE pg_catalog.has_schema_privilege(r.oid, p.oid, 'CREATE')
  AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(p.nspacl) AS a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
UNION ALL
SELECT 'note', format('%s is a superuser: no check of rights holds for it; connect as a member of the owner''s role, and core-server as one of the read-write role (`migration roles`)',
  current_user) FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper
