SELECT
    m.name AS relation,
    'primary' AS name,
    'primary' AS kind,
    c.name AS column_name,
    NULL AS target,
    NULL AS target_column,
    NULL AS on_delete,
    NULL AS on_update,
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
    CASE i."unique"
        WHEN 1 THEN 'unique'
        ELSE 'index'
    END,
    c.name,
    NULL,
    NULL,
    NULL,
    NULL,
    c.seqno
FROM
    sqlite_master m
    JOIN pragma_index_list(m.name) i ON i.origin <> 'pk'
    AND i.partial = 0
    JOIN pragma_index_info(i.name) c
WHERE
    m.type = 'table'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pragma_index_info(i.name) e
        WHERE
            e.name IS NULL
    )
UNION ALL
SELECT
    m.name,
    'foreign ' || f.id,
    'foreign',
    f."from",
    f."table",
    coalesce(f."to", (SELECT p.name FROM pragma_table_info(f."table") p WHERE p.pk = f.seq + 1)),
    f.on_delete,
    f.on_update,
    f.seq
FROM
    sqlite_master m
    JOIN pragma_foreign_key_list(m.name) f
WHERE
    m.type = 'table'
ORDER BY
    relation,
    name,
    kind,
    position
