SELECT c.relname::text AS name, c.relname::text AS owner, 'pg_constraint ' || k.oid AS place, pg_get_constraintdef(k.oid) AS definition,
  CASE WHEN k.conname <> left(c.relname, 58) || '_pkey' THEN format('CONSTRAINT %I ', k.conname) ELSE '' END || pg_get_constraintdef(k.oid) AS sql,
  format('ALTER TABLE ONLY %I ADD CONSTRAINT %I %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) AS late
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = {here} AND {own:c} AND k.contype = 'p'
