-- The statements that are missing until an area's three roles have their rights, in order. {owner}, {rw} and {ro} are their
-- names, {bookkeeping} the list of the tables in which the engine remembers revisions, {login} whether the owner logs in.
WITH roles AS (
  SELECT n.kind, n.name, r.oid, coalesce(r.rolcanlogin, false) AS logs_in
  FROM (VALUES ('owner', {owner}::name), ('rw', {rw}::name), ('ro', {ro}::name)) AS n(kind, name)
  LEFT JOIN pg_catalog.pg_roles AS r ON r.rolname = n.name
), me AS (
  SELECT rolname AS name, oid, rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user
), place AS (
  SELECT oid, nspname, nspacl, nspowner FROM pg_catalog.pg_namespace WHERE nspname = current_schema()
), of_extensions AS (
  SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
), relations AS (
  SELECT c.oid, c.relname, c.relkind, c.relacl, c.relowner,
    c.relname::text IN ({bookkeeping}) AS is_bookkeeping,
    -- The view of a continuous aggregate is altered as a materialised one.
    CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
      WHEN 'v' THEN CASE WHEN c.oid IN ({aggregates}) THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END ELSE 'TABLE' END AS word,
    -- A sequence of a column has the owner of its table.
    EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') AND c.relkind = 'S') AS follows
  FROM pg_catalog.pg_class AS c JOIN place AS p ON p.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND NOT EXISTS (SELECT FROM of_extensions AS e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
), on_relations AS (
  SELECT r.kind, k.relkind, k.is_bookkeeping, p.privilege, p.position
  FROM (VALUES ('rw', 'r'), ('rw', 'p'), ('rw', 'f'), ('rw', 'v'), ('rw', 'm'), ('rw', 'S'),
    ('ro', 'r'), ('ro', 'p'), ('ro', 'f'), ('ro', 'v'), ('ro', 'm'), ('ro', 'S')) AS r(kind, relkind)
  CROSS JOIN LATERAL (SELECT r.relkind::"char" AS relkind, b AS is_bookkeeping FROM (VALUES (false), (true)) AS v(b)) AS k
  CROSS JOIN LATERAL unnest(CASE
    WHEN r.relkind = 'S' AND r.kind = 'rw' THEN ARRAY['USAGE', 'SELECT']
    WHEN r.kind = 'rw' AND r.relkind IN ('r', 'p', 'f') AND NOT k.is_bookkeeping THEN ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']
    ELSE ARRAY['SELECT'] END) WITH ORDINALITY AS p(privilege, position)
), wanted AS (
  SELECT k.*, r.kind, r.name AS role, r.oid AS role_oid, w.privilege, w.position
  FROM relations AS k JOIN on_relations AS w ON w.relkind = k.relkind AND w.is_bookkeeping = k.is_bookkeeping
  JOIN roles AS r ON r.kind = w.kind
), creators AS (
  SELECT name, oid FROM roles WHERE kind = 'owner' UNION SELECT name, oid FROM me
), by_default AS (
  SELECT c.name AS creator, c.oid AS creator_oid, r.name AS role, r.oid AS role_oid, t.type, t.word, p.privilege, p.position
  FROM creators AS c CROSS JOIN (SELECT * FROM roles WHERE kind <> 'owner') AS r
  CROSS JOIN (VALUES ('r'::"char", 'TABLES'), ('S'::"char", 'SEQUENCES')) AS t(type, word)
  CROSS JOIN LATERAL unnest(CASE WHEN r.kind = 'ro' THEN ARRAY['SELECT'] WHEN t.type = 'S' THEN ARRAY['USAGE', 'SELECT']
    ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END) WITH ORDINALITY AS p(privilege, position)
), on_schema AS (
  SELECT r.name AS role, r.oid AS role_oid, p.privilege, p.position FROM roles AS r
  CROSS JOIN LATERAL unnest(CASE r.kind WHEN 'owner' THEN ARRAY['USAGE', 'CREATE'] ELSE ARRAY['USAGE'] END) WITH ORDINALITY AS p(privilege, position)
)
SELECT s.part, s.sql FROM (
  SELECT 1 AS part, name::text AS about, 0 AS number,
    format('CREATE ROLE %I %s', name, CASE WHEN kind = 'owner' AND {login} THEN 'LOGIN' ELSE 'NOLOGIN' END) AS sql
  FROM roles WHERE oid IS NULL
UNION ALL
  SELECT 1, name::text, 1, format('ALTER ROLE %I LOGIN', name) FROM roles WHERE kind = 'owner' AND oid IS NOT NULL AND {login} AND NOT logs_in
UNION ALL
  SELECT 2, '', 0, format('GRANT %I TO %I', r.name, me.name) FROM roles AS r CROSS JOIN me
  WHERE r.kind = 'owner' AND r.oid IS DISTINCT FROM me.oid AND NOT me.rolsuper
    AND NOT coalesce(pg_catalog.pg_has_role(me.oid, r.oid, 'USAGE'), false)
UNION ALL
  SELECT 3, r.name::text, 0, format('GRANT CONNECT ON DATABASE %I TO %I', d.datname, r.name) FROM roles AS r
  JOIN pg_catalog.pg_database AS d ON d.datname = current_database()
  WHERE NOT EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) AS a
    WHERE a.grantee IN (0, r.oid) AND a.privilege_type = 'CONNECT')
UNION ALL
  SELECT 4, w.role::text, 0, format('GRANT %s ON SCHEMA %I TO %I', string_agg(w.privilege, ', ' ORDER BY w.position), p.nspname, w.role)
  FROM on_schema AS w CROSS JOIN place AS p
  WHERE w.role_oid IS DISTINCT FROM p.nspowner AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(p.nspacl) AS a
    WHERE a.grantee = w.role_oid AND a.privilege_type = w.privilege)
  GROUP BY w.role, p.nspname
UNION ALL
  SELECT 5, k.relname::text, 0, format('ALTER %s %I.%I OWNER TO %I', k.word, p.nspname, k.relname, r.name)
  FROM relations AS k CROSS JOIN place AS p JOIN roles AS r ON r.kind = 'owner'
  WHERE k.relowner IS DISTINCT FROM r.oid AND NOT k.follows
UNION ALL
  SELECT 5, t.typname::text, 1, format('ALTER TYPE %I.%I OWNER TO %I', p.nspname, t.typname, r.name)
  FROM pg_catalog.pg_type AS t JOIN place AS p ON p.oid = t.typnamespace JOIN roles AS r ON r.kind = 'owner'
  WHERE t.typowner IS DISTINCT FROM r.oid AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND EXISTS (
    SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid AND c.relkind = 'c')))
    AND NOT EXISTS (SELECT FROM of_extensions AS e WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid)
UNION ALL
  SELECT 5, f.proname::text, 2, format('ALTER ROUTINE %s OWNER TO %I', f.oid::regprocedure, r.name)
  FROM pg_catalog.pg_proc AS f JOIN place AS p ON p.oid = f.pronamespace JOIN roles AS r ON r.kind = 'owner'
  WHERE f.proowner IS DISTINCT FROM r.oid
    AND NOT EXISTS (SELECT FROM of_extensions AS e WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = f.oid)
UNION ALL
  SELECT 6, w.relname || ' ' || w.role, 0, format('GRANT %s ON %s %I.%I TO %I', string_agg(w.privilege, ', ' ORDER BY w.position),
    CASE w.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, p.nspname, w.relname, w.role)
  FROM wanted AS w CROSS JOIN place AS p
  WHERE NOT EXISTS (SELECT FROM pg_catalog.aclexplode(w.relacl) AS a WHERE a.grantee = w.role_oid AND a.privilege_type = w.privilege)
  GROUP BY w.relname, w.role, w.relkind, p.nspname
UNION ALL
  -- What is too much.
  SELECT 7, k.relname || ' ' || r.name, 0, format('REVOKE %s ON %s %I.%I FROM %I', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type),
    CASE k.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, p.nspname, k.relname, r.name)
  FROM relations AS k CROSS JOIN place AS p CROSS JOIN LATERAL pg_catalog.aclexplode(k.relacl) AS a
  JOIN roles AS r ON r.oid = a.grantee AND r.kind <> 'owner'
  WHERE NOT EXISTS (SELECT FROM wanted AS w WHERE w.oid = k.oid AND w.role_oid = r.oid AND w.privilege = a.privilege_type)
    -- Of a view that was a table to the default privileges it means nothing.
    AND NOT (r.kind = 'rw' AND k.relkind IN ('v', 'm'))
  GROUP BY k.relname, k.relkind, r.name, p.nspname
UNION ALL
  SELECT 8, w.creator || ' ' || w.role || ' ' || w.word, 0,
    format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON %s TO %I', w.creator, p.nspname,
      string_agg(w.privilege, ', ' ORDER BY w.position), w.word, w.role)
  FROM by_default AS w CROSS JOIN place AS p
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_default_acl AS d CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
    WHERE d.defaclrole = w.creator_oid AND d.defaclnamespace = p.oid AND d.defaclobjtype = w.type
      AND a.grantee = w.role_oid AND a.privilege_type = w.privilege)
  GROUP BY w.creator, w.role, w.word, p.nspname
UNION ALL
  -- A job of one's own has an owner of its own, which no statement changes.
  SELECT 9, j.procedure::text, j.id * 2, format('SELECT delete_job(%s)', j.id)
  FROM ({jobs}) AS j JOIN roles AS r ON r.kind = 'owner' WHERE j.owner IS DISTINCT FROM r.oid
UNION ALL
  SELECT 9, j.procedure::text, j.id * 2 + 1,
    format('SET ROLE %I; SELECT add_job(%L, %L::interval, config => %L::jsonb, fixed_schedule => %s, scheduled => %s); RESET ROLE',
      r.name, format('%I.%I', p.nspname, j.procedure), j.schedule, j.config, j.fixed::text, j.scheduled::text)
  FROM ({jobs}) AS j CROSS JOIN place AS p JOIN roles AS r ON r.kind = 'owner' WHERE j.owner IS DISTINCT FROM r.oid
) AS s ORDER BY s.part, s.number, s.about
