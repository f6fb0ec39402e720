SELECT t.typname::text AS name, NULL::text AS owner, 'pg_type ' || t.oid AS place,
  format('CREATE TYPE %I AS ENUM (%s)', t.typname,
    (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e
     WHERE e.enumtypid = t.oid AND left(e.enumlabel, 6) <> '_kept_')) AS definition
FROM pg_type t WHERE t.typtype = 'e' AND t.typnamespace = {here} AND {own:t}
