-- What is usual is left out. Before version 14 there are no multiranges.
SELECT t.typname::text AS name, NULL::text AS owner, 'pg_type ' || t.oid AS place,
  format('CREATE TYPE %I AS RANGE (SUBTYPE = %s%s%s%s%s%s)', t.typname, format_type(r.rngsubtype, NULL),
    CASE WHEN NOT o.opcdefault THEN format(', SUBTYPE_OPCLASS = %s', (SELECT format('%I.%I', n.nspname, o.opcname) FROM pg_namespace n WHERE n.oid = o.opcnamespace)) END,
    CASE WHEN r.rngcollation <> s.typcollation THEN ', COLLATION = ' || r.rngcollation::regcollation END,
    CASE WHEN r.rngcanonical <> 0 THEN ', CANONICAL = ' || r.rngcanonical END,
    CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff END,
    (SELECT format(', MULTIRANGE_TYPE_NAME = %I', m.typname) FROM pg_type m WHERE m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid
      AND m.typname <> CASE WHEN t.typname ~ 'range' THEN regexp_replace(t.typname, 'range', 'multirange') ELSE t.typname || '_multirange' END)) AS definition
FROM pg_type t JOIN pg_range r ON r.rngtypid = t.oid JOIN pg_type s ON s.oid = r.rngsubtype JOIN pg_opclass o ON o.oid = r.rngsubopc
WHERE t.typnamespace = {here} AND {own:t}
