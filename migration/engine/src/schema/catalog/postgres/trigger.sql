-- TimescaleDB's own triggers run functions of its schemas. Those of a partition follow from the table's.
SELECT c.relname || '.' || g.tgname AS name, c.relname::text AS owner, 'pg_trigger ' || g.oid AS place, pg_get_triggerdef(g.oid)
  || CASE g.tgenabled WHEN 'D' THEN ' DISABLED' WHEN 'R' THEN ' ENABLED ON REPLICA' WHEN 'A' THEN ' ENABLED ALWAYS' ELSE '' END AS definition,
  CASE WHEN g.tgparentid <> 0 THEN '' ELSE pg_get_triggerdef(g.oid) || coalesce(format(E';\nALTER TABLE %I ', c.relname) ||
    CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' END || format(' TRIGGER %I', g.tgname), '') END AS sql
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE c.relnamespace = {here} AND {own:c} AND NOT g.tgisinternal AND n.nspname NOT LIKE '\_timescaledb\_%'
