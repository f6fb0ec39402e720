SELECT
    m.name AS relation,
    'primary' AS name,
    'primary' AS kind,
    c.name AS column_name,
    NULL AS target,
    NULL AS target_column,
    c.pk AS position
FROM
    sqlite_master m
    JOIN pragma_table_info(m.name) c ON c.pk > 0
WHERE
    m.type = 'table'
UNION ALL
SELECT
    m.name,
    i.name,
    'unique',
    c.name,
    NULL,
    NULL,
    c.seqno
FROM
    sqlite_master m
    JOIN pragma_index_list(m.name) i ON i."unique" = 1
    AND i.origin <> 'pk'
    AND i.partial = 0
    JOIN pragma_index_info(i.name) c ON c.name IS NOT NULL
WHERE
    m.type = 'table'
UNION ALL
SELECT
    m.name,
    'foreign ' || f.id,
    'foreign',
    f."from",
    f."table",
    f."to",
    f.seq
FROM
    sqlite_master m
    JOIN pragma_foreign_key_list(m.name) f
WHERE
    m.type = 'table'
ORDER BY
    relation,
    name,
    position
