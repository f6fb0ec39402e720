SELECT
    c.relname::text AS relation,
    CASE c.relkind
        WHEN 'v' THEN 'view'
        WHEN 'm' THEN 'materialized view'
        WHEN 'f' THEN 'foreign table'
        ELSE 'table'
    END AS kind,
    a.attname::text AS name,
    format_type(a.atttypid, a.atttypmod) AS data_type,
    CASE
        WHEN a.attnotnull THEN 'no'
        ELSE 'yes'
    END AS nullable,
    CASE
        WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid)
    END AS default_value,
    CASE
        WHEN t.typtype = 'e' THEN t.typname::text
    END AS enum_name,
    NULL::text AS table_sql,
    col_description(c.oid, a.attnum) AS comment,
    obj_description(c.oid, 'pg_class') AS table_comment,
    CASE
        WHEN a.attgenerated <> ''
        OR t.typname = 'tsvector' THEN 'yes'
        WHEN EXISTS (
            SELECT
                1
            FROM
                pg_depend x
            WHERE
                x.classid = 'pg_policy'::regclass
                AND x.refclassid = 'pg_class'::regclass
                AND x.refobjid = c.oid
                AND x.refobjsubid = a.attnum
        ) THEN 'yes'
        ELSE 'no'
    END AS held
FROM
    pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid
    AND d.adnum = a.attnum
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
