-- The objects of the schema, each with what made it, tables first. Tables of modules go with the tables they are for. A view
-- comes before a trigger on it. A trigger names its table as its author wrote it.
WITH
    tables AS MATERIALIZED (
        SELECT
            name,
            type
        FROM
            pragma_table_list
        WHERE
            schema = 'main'
    )
SELECT
    m.type,
    m.name,
    m.tbl_name,
    m.sql,
    coalesce(t.type = 'virtual', FALSE) AS is_virtual
FROM
    sqlite_master m
    LEFT JOIN tables t ON t.name = m.tbl_name COLLATE NOCASE
WHERE
    m.sql IS NOT NULL
    AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND t.type IS NOT 'shadow'
ORDER BY
    CASE m.type
        WHEN 'table' THEN 0
        WHEN 'index' THEN 1
        WHEN 'view' THEN 2
        ELSE 3
    END,
    m.tbl_name,
    m.name
