SELECT
    c.TABLE_NAME AS table_name,
    c.COLUMN_NAME AS name,
    c.DATA_TYPE AS kind,
    c.COLUMN_TYPE AS full_type,
    CAST(c.CHARACTER_MAXIMUM_LENGTH AS CHAR) AS length,
    IF(
        c.IS_NULLABLE = 'NO'
        AND c.COLUMN_DEFAULT IS NULL,
        'y',
        'n'
    ) AS is_required,
    IF(
        c.EXTRA LIKE '%auto_increment%'
        OR COALESCE(c.GENERATION_EXPRESSION, '') <> '',
        'y',
        'n'
    ) AS is_given,
    IF(
        c.COLUMN_DEFAULT IS NULL
        OR c.EXTRA LIKE '%DEFAULT_GENERATED%'
        OR COALESCE(c.GENERATION_EXPRESSION, '') <> '',
        NULL,
        CONCAT(
            'DEFAULT(`',
            REPLACE
                (c.COLUMN_NAME, '`', '``'),
                '`)'
        )
    ) AS usual
FROM
    information_schema.COLUMNS c
    JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA
    AND t.TABLE_NAME = c.TABLE_NAME
WHERE
    c.TABLE_SCHEMA = DATABASE()
    AND t.TABLE_TYPE = 'BASE TABLE'
    AND t.ENGINE = 'InnoDB'
ORDER BY
    c.TABLE_NAME,
    c.ORDINAL_POSITION
