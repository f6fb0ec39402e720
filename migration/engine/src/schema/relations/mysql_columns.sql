SELECT
    c.TABLE_NAME AS relation,
    IF(t.TABLE_TYPE = 'VIEW', 'view', 'table') AS kind,
    c.COLUMN_NAME AS name,
    c.COLUMN_TYPE AS data_type,
    LOWER(c.IS_NULLABLE) AS nullable,
    IF(c.COLUMN_DEFAULT = 'NULL', NULL, c.COLUMN_DEFAULT) AS default_value,
    NULL AS enum_name,
    NULL AS table_sql,
    c.COLUMN_COMMENT AS comment,
    IF(t.TABLE_TYPE = 'VIEW', '', t.TABLE_COMMENT) AS table_comment,
    IF(c.EXTRA LIKE '%GENERATED%' AND c.EXTRA NOT LIKE '%DEFAULT_GENERATED%', 'yes', 'no') AS held
FROM
    information_schema.COLUMNS c
    JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA
    AND t.TABLE_NAME = c.TABLE_NAME
WHERE
    c.TABLE_SCHEMA = DATABASE()
    AND t.TABLE_TYPE <> 'SEQUENCE'
ORDER BY
    BINARY c.TABLE_NAME,
    c.ORDINAL_POSITION
