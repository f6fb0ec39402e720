SELECT DISTINCT
    v.relname::text AS relation,
    s.relname::text AS source
FROM
    pg_rewrite r
    JOIN pg_class v ON v.oid = r.ev_class
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass
    AND d.objid = r.oid
    AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class s ON s.oid = d.refobjid
WHERE
    v.relkind IN ('v', 'm')
    AND s.oid <> v.oid
    AND v.relnamespace = quote_ident(current_schema())::regnamespace
    AND s.relnamespace = v.relnamespace
ORDER BY
    1,
    2
