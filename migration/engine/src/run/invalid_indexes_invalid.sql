SELECT
    i.oid::bigint AS id,
    i.relname::text AS name,
    n.nspname::text AS place,
    n.nspname = current_schema() AS here,
    t.relname::text AS about,
    regexp_replace(i.relname, '_cc(new|old)\d*$', '') AS base,
    EXISTS (
        SELECT
            1
        FROM
            pg_inherits h
        WHERE
            h.inhrelid = i.oid
    ) AS is_part
FROM
    pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = i.relnamespace
WHERE
    n.nspname !~ '^(pg_|_?timescaledb_)'
    AND i.relkind = 'i'
    AND NOT x.indisvalid
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pg_stat_progress_create_index p
        WHERE
            p.index_relid = x.indexrelid
            AND p.datname = current_database()
    )
ORDER BY
    2
