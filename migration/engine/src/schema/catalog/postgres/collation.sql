-- The columns of ICU's collations have another name in each version.
SELECT c.collname::text AS name, NULL::text AS owner, 'pg_collation ' || c.oid AS place,
  format('CREATE COLLATION %I (PROVIDER = %s%s%s%s%s)', c.collname, CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
    ', LOCALE = ' || quote_literal(coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale')),
    ', LC_COLLATE = ' || quote_literal(to_jsonb(c) ->> 'collcollate'), ', LC_CTYPE = ' || quote_literal(to_jsonb(c) ->> 'collctype'),
    CASE WHEN NOT c.collisdeterministic THEN ', DETERMINISTIC = false' END) || coalesce(format(' RULES %L', to_jsonb(c) ->> 'collicurules'), '') AS definition,
  format('CREATE COLLATION %I (PROVIDER = %s%s%s%s%s%s)', c.collname, CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
    ', LOCALE = ' || quote_literal(coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale')),
    ', LC_COLLATE = ' || quote_literal(CASE WHEN c.collprovider = 'c' THEN to_jsonb(c) ->> 'collcollate' END),
    ', LC_CTYPE = ' || quote_literal(CASE WHEN c.collprovider = 'c' THEN to_jsonb(c) ->> 'collctype' END),
    CASE WHEN NOT c.collisdeterministic THEN ', DETERMINISTIC = false' END, ', RULES = ' || quote_literal(to_jsonb(c) ->> 'collicurules')) AS sql
FROM pg_collation c WHERE c.collnamespace = {here} AND {own:c}
