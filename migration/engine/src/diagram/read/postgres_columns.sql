SELECT
    c.relname::text AS relation,
    CASE c.relkind
        WHEN 'v' THEN 'view'
        WHEN 'm' THEN 'materialized view'
        ELSE 'table'
    END AS kind,
    a.attname::text AS name,
    format_type(a.atttypid, a.atttypmod) AS data_type,
    CASE
        WHEN a.attnotnull THEN 'no'
        ELSE 'yes'
    END AS nullable
FROM
    pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid
WHERE
    c.relnamespace = quote_ident(current_schema())::regnamespace
    AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND NOT c.relispartition
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pg_depend x
        WHERE
            x.classid = 'pg_class'::regclass
            AND x.objid = c.oid
            AND x.deptype = 'e'
    )
ORDER BY
    c.relname COLLATE "C",
    a.attnum
