-- A segment with more rows than a part has parts of its own; the others share.
SELECT min(at)::text AS first, max(at)::text AS last{values}
FROM (
    SELECT *, (row_number() OVER (PARTITION BY alone{is_null} ORDER BY {order}at) - 1) / {size} AS part
    FROM (
        SELECT {time} AS at{named}, CASE WHEN count(*) OVER (PARTITION BY 1{segments}) > {size} THEN ROW(1{segments})::text END AS alone
        FROM {table} WHERE {time} >= {first} AND {time} < {past} AND ({condition})
    ) AS found
) AS numbered
GROUP BY alone{is_null}, part
ORDER BY min(at), max(at)
