-- Not null constraints are rows of pg_constraint from PostgreSQL 18 on; the columns say them already. A foreign key to a
-- partitioned table has a row for each partition, which follow from it. One that is not valid cannot be made with the table,
-- and of two over the same columns the table would make one.
SELECT c.relname || '.' || k.conname AS name, c.relname::text AS owner, 'pg_constraint ' || k.oid AS place, pg_get_constraintdef(k.oid) AS definition,
  CASE WHEN k.convalidated AND NOT (k.contype = 'u' AND EXISTS (SELECT FROM pg_constraint s WHERE s.conrelid = k.conrelid AND s.oid <> k.oid
    AND s.contype IN ('p', 'u') AND s.conkey = k.conkey)) THEN format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)) END AS sql,
  format('ALTER TABLE %s%I ADD CONSTRAINT %I %s', CASE WHEN k.contype = 'f' AND c.relkind = 'p' THEN '' ELSE 'ONLY ' END, c.relname, k.conname, pg_get_constraintdef(k.oid)) AS late
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = {here} AND {own:c} AND k.contype NOT IN ('p', 't', 'n')
AND NOT EXISTS (SELECT FROM pg_constraint a WHERE a.oid = k.conparentid AND a.conrelid = k.conrelid)
UNION ALL
-- A primary key is known by its table; a name that is not PostgreSQL's own choice is said apart.
SELECT c.relname || '.' || k.conname, c.relname::text, NULL, 'is the name of the primary key', NULL, NULL
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = {here} AND {own:c} AND k.contype = 'p' AND k.conname <> left(c.relname, 58) || '_pkey'
