SELECT
    t.TABLE_NAME AS `table`,
    c.COLUMN_NAME AS `column`,
    CAST(COALESCE(t.AUTO_INCREMENT, 1) AS SIGNED) AS next,
    CAST(
        LEAST(
            9223372036854775807,
            CASE c.DATA_TYPE
                WHEN 'tinyint' THEN 127
                WHEN 'smallint' THEN 32767
                WHEN 'mediumint' THEN 8388607
                WHEN 'int' THEN 2147483647
                ELSE 9223372036854775807
            END * IF(
                c.COLUMN_TYPE LIKE '%unsigned%'
                AND c.DATA_TYPE <> 'bigint',
                2,
                1
            )
        ) AS SIGNED
    ) AS `limit`
FROM
    information_schema.TABLES t
    JOIN information_schema.COLUMNS c USING (TABLE_SCHEMA, TABLE_NAME)
WHERE
    t.TABLE_SCHEMA = DATABASE()
    AND c.EXTRA LIKE '%auto_increment%'
ORDER BY
    1,
    2
