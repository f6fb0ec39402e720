SELECT
    c.relname::text AS table_name,
    a.attname::text AS name,
    t.typcategory::text AS category,
    coalesce(b.typname, t.typname)::text AS kind,
    format_type(a.atttypid, a.atttypmod) AS full_type,
    CASE
        WHEN (
            a.attnotnull
            OR t.typnotnull
        )
        AND d.oid IS NULL
        AND t.typdefault IS NULL THEN 'y'
        ELSE 'n'
    END AS is_required,
    CASE
        WHEN g.is_given THEN 'y'
        ELSE 'n'
    END AS is_given,
    CASE
        WHEN NOT g.is_given THEN pg_get_expr(d.adbin, d.adrelid)
    END AS usual
FROM
    pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attnum > 0
    AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON b.oid = t.typbasetype
    AND t.typtype = 'd'
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid
    AND d.adnum = a.attnum
    CROSS JOIN LATERAL (
        SELECT
            a.attidentity <> ''
            OR a.attgenerated <> ''
            OR EXISTS (
                SELECT
                FROM
                    pg_depend x
                    JOIN pg_class s ON s.oid = x.refobjid
                    AND s.relkind = 'S'
                WHERE
                    x.classid = 'pg_attrdef'::regclass
                    AND x.objid = d.oid
                    AND x.refclassid = 'pg_class'::regclass
            ) AS is_given
    ) g
WHERE
    c.relnamespace = quote_ident(current_schema())::regnamespace
    AND c.relkind IN ('r', 'p')
ORDER BY
    c.relname,
    a.attnum
