-- A type that is made of functions, and a shell of one. The functions take the shell, which is there before.
SELECT t.typname::text AS name, NULL::text AS owner, 'pg_type ' || t.oid AS place,
  CASE WHEN NOT t.typisdefined THEN format('CREATE TYPE %I', t.typname) ELSE
    format('CREATE TYPE %I (INPUT = %s, OUTPUT = %s%s%s, INTERNALLENGTH = %s%s, ALIGNMENT = %s, STORAGE = %s, CATEGORY = %L%s%s)', t.typname, t.typinput, t.typoutput,
      CASE WHEN t.typreceive <> 0 THEN ', RECEIVE = ' || t.typreceive END, CASE WHEN t.typsend <> 0 THEN ', SEND = ' || t.typsend END,
      CASE WHEN t.typlen > 0 THEN t.typlen::text ELSE 'VARIABLE' END, CASE WHEN t.typbyval THEN ', PASSEDBYVALUE' END,
      CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'd' THEN 'double' ELSE 'int4' END,
      CASE t.typstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END, t.typcategory,
      CASE WHEN t.typispreferred THEN ', PREFERRED' END, ', DEFAULT = ' || quote_literal(t.typdefault)) END AS definition
FROM pg_type t WHERE t.typtype IN ('b', 'p') AND t.typrelid = 0 AND t.typnamespace = {here} AND {own:t}
AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
