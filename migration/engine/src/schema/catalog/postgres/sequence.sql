-- The sequence of an identity column is made with the column.
SELECT c.relname::text AS name, coalesce(d.refobjid::regclass::text, c.relname::text) AS owner, 'pg_class ' || c.oid AS place,
  format('CREATE %sSEQUENCE %I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s%s%s%s%s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' END,
    c.relname, format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax,
    CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END THEN ' START WITH ' || s.seqstart END, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END,
    CASE WHEN s.seqcache > 1 THEN ' CACHE ' || s.seqcache ELSE '' END,
    ' OWNED BY ' || d.refobjid::regclass || '.' || quote_ident(a.attname)) AS definition,
  CASE WHEN d.deptype = 'i' THEN '' ELSE
    format('CREATE %sSEQUENCE %I AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s%s%s%s', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED ' END,
    c.relname, format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax,
    CASE WHEN s.seqstart <> CASE WHEN s.seqincrement > 0 THEN s.seqmin ELSE s.seqmax END THEN ' START WITH ' || s.seqstart END, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END,
    CASE WHEN s.seqcache > 1 THEN ' CACHE ' || s.seqcache ELSE '' END) END AS sql
FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid WHERE c.relnamespace = {here} AND {own:c}
