SELECT
    m.name AS relation,
    m.type AS kind,
    c.name AS name,
    lower(c.type) AS data_type,
    CASE
        WHEN c."notnull" = 1
        OR c.pk > 0 THEN 'no'
        ELSE 'yes'
    END AS nullable,
    c.dflt_value AS default_value,
    NULL AS enum_name,
    m.sql AS table_sql,
    NULL AS comment,
    NULL AS table_comment,
    CASE
        WHEN c.hidden > 1 THEN 'yes'
        ELSE 'no'
    END AS held
FROM
    sqlite_master m
    JOIN pragma_table_xinfo(m.name) c
WHERE
    m.type IN ('table', 'view')
    AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY
    m.name,
    c.cid
