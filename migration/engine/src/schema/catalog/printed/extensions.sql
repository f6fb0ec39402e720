-- Extensions that something in the schema is made with.
SELECT e.extname::text AS name, NULL::text AS owner, NULL::text AS place, '' AS definition,
  format('CREATE EXTENSION IF NOT EXISTS %I%s', e.extname, CASE WHEN n.nspname <> current_schema() THEN format(' SCHEMA %I', n.nspname) END) AS sql
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE (e.extname = 'timescaledb' AND {has_hypertables}) OR n.nspname <> 'pg_catalog' AND EXISTS (
  SELECT FROM pg_depend x JOIN pg_depend d ON d.refclassid = x.classid AND d.refobjid = x.objid AND d.deptype <> 'e' AND d.objid >= 16384
  WHERE x.refclassid = 'pg_extension'::regclass AND x.refobjid = e.oid AND x.deptype = 'e' AND e.extname <> 'timescaledb'
  AND (EXISTS (SELECT FROM pg_depend s WHERE s.classid = d.classid AND s.objid = d.objid AND s.refclassid = 'pg_namespace'::regclass AND s.refobjid = {here})
    OR EXISTS (SELECT FROM pg_depend s JOIN pg_class c ON s.refclassid = 'pg_class'::regclass AND c.oid = s.refobjid
      WHERE s.classid = d.classid AND s.objid = d.objid AND s.deptype IN ('a', 'i') AND c.relnamespace = {here})))
