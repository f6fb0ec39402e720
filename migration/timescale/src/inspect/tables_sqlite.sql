WITH
    trees AS MATERIALIZED (
        SELECT
            name,
            sum(pgsize) AS bytes,
            sum(
                CASE pagetype
                    WHEN 'leaf' THEN ncell
                    ELSE 0
                END
            ) AS leaves,
            sum(ncell) AS cells
        FROM
            dbstat
        GROUP BY
            name
    )
SELECT
    t.name AS name,
    'table' AS kind,
    max(
        CASE
            WHEN o.name = t.name THEN s.bytes
            ELSE 0
        END
    ) AS "table",
    sum(
        CASE
            WHEN o.name = t.name THEN 0
            ELSE s.bytes
        END
    ) AS "index",
    0 AS toast,
    sum(s.bytes) AS total,
    max(
        CASE
            WHEN o.name <> t.name THEN 0
            WHEN t.wr THEN s.cells
            ELSE s.leaves
        END
    ) AS live_rows,
    0 AS packed_rows,
    NULL AS dead_rows,
    NULL AS last_vacuum_at,
    NULL AS last_analyze_at
FROM
    pragma_table_list t
    JOIN sqlite_master o ON o.tbl_name = t.name
    AND o.type IN ('table', 'index')
    JOIN trees s ON s.name = o.name
WHERE
    t.schema = 'main'
    AND t.type = 'table'
    AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
GROUP BY
    t.name
ORDER BY
    total DESC,
    t.name
