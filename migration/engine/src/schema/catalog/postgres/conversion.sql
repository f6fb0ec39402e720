SELECT c.conname::text AS name, NULL::text AS owner, 'pg_conversion ' || c.oid AS place,
  format('CREATE %sCONVERSION %I FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN 'DEFAULT ' END, c.conname,
    pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc) AS definition
FROM pg_conversion c WHERE c.connamespace = {here} AND {own:c}
