SELECT s.stxname::text AS name, c.relname::text AS owner, 'pg_statistic_ext ' || s.oid AS place, pg_get_statisticsobjdef(s.oid) AS definition
FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid WHERE s.stxnamespace = {here} AND {own:s}
