SELECT
    s.name,
    s.kind,
    coalesce(z."table", s."table") AS "table",
    coalesce(z.index, s.index) AS index,
    coalesce(z.toast, s.toast) AS toast,
    coalesce(z.total, s.total) AS total,
    s.live_rows,
    s.packed_rows,
    s.dead_rows,
    s.last_vacuum_at,
    s.last_analyze_at
FROM
    ({sums}) s
    LEFT JOIN LATERAL (
        SELECT
            coalesce(d.table_bytes, 0) AS "table",
            coalesce(d.index_bytes, 0) AS index,
            coalesce(d.toast_bytes, 0) AS toast,
            coalesce(d.total_bytes, 0) AS total
        FROM
            hypertable_detailed_size (
                CASE
                    WHEN s.kind IN ('hypertable', 'aggregate') THEN s.root::regclass
                END
            ) d
    ) z ON true
ORDER BY
    total DESC,
    s.name
