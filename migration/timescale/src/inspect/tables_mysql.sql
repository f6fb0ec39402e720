SELECT
    TABLE_NAME AS name,
    IF(CREATE_OPTIONS LIKE '%partitioned%', 'partitioned', 'table') AS kind,
    CAST(COALESCE(DATA_LENGTH, 0) AS SIGNED) AS `table`,
    CAST(COALESCE(INDEX_LENGTH, 0) AS SIGNED) AS `index`,
    CAST(0 AS SIGNED) AS toast,
    CAST(COALESCE(DATA_LENGTH + INDEX_LENGTH, 0) AS SIGNED) AS total,
    CAST(COALESCE(TABLE_ROWS, 0) AS SIGNED) AS live_rows,
    CAST(0 AS SIGNED) AS packed_rows,
    CAST(NULL AS SIGNED) AS dead_rows,
    CAST(NULL AS DATETIME) AS last_vacuum_at,
    CAST(NULL AS DATETIME) AS last_analyze_at
FROM
    information_schema.TABLES
WHERE
    TABLE_SCHEMA = DATABASE()
    AND TABLE_TYPE = 'BASE TABLE'
ORDER BY
    total DESC,
    name
