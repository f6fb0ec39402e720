SELECT
    i.oid::bigint AS id,
    i.relname::text AS name,
    t.relname::text AS about,
    regexp_replace(i.relname, '_cc(new|old)\d*$', '') AS base
FROM
    pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class t ON t.oid = x.indrelid
WHERE
    i.relnamespace = quote_ident(current_schema())::regnamespace
    AND NOT x.indisvalid
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pg_stat_progress_create_index p
        WHERE
            p.index_relid = x.indexrelid
    )
ORDER BY
    2
