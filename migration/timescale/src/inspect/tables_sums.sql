SELECT
    r.name,
    r.root,
    {kind} AS kind,
    sum(
        pg_total_relation_size(c.oid) - pg_indexes_size(c.oid) - coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0)
    )::bigint AS "table",
    sum(pg_indexes_size(c.oid))::bigint AS index,
    sum(coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0))::bigint AS toast,
    sum(pg_total_relation_size(c.oid))::bigint AS total,
    coalesce(
        sum(pg_stat_get_live_tuples(c.oid)) FILTER (
            WHERE
                NOT p.packed
        ),
        0
    )::bigint AS live_rows,
    sum(p.packed_rows)::bigint AS packed_rows,
    coalesce(sum(pg_stat_get_dead_tuples(c.oid)), 0)::bigint AS dead_rows,
    max(greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))) AS last_vacuum_at,
    max(greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))) AS last_analyze_at
FROM
    roots r
    JOIN parts p ON p.root = r.root
    JOIN pg_class c ON c.oid = p.part
GROUP BY
    r.name,
    r.kind,
    r.root
