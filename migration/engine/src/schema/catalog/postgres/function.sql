-- The constructors of a range type come and go with it.
SELECT p.oid::regprocedure::text AS name, NULL::text AS owner, 'pg_proc ' || p.oid AS place, rtrim(pg_get_functiondef(p.oid)) AS definition
FROM pg_proc p WHERE p.pronamespace = {here} AND p.prokind IN ('f', 'p', 'w') AND {own:p}
AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_proc'::regclass AND x.objid = p.oid AND x.deptype = 'i')
