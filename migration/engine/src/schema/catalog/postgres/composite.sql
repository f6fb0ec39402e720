SELECT t.typname::text AS name, NULL::text AS owner, 'pg_type ' || t.oid AS place,
  format('CREATE TYPE %I AS (%s)', t.typname,
    string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attcollation <> u.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END), ', ' ORDER BY a.attnum)) AS definition
FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_type u ON u.oid = a.atttypid
WHERE t.typnamespace = {here} AND {own:t} GROUP BY t.oid, t.typname
