SELECT
    format(
        'pid %s (%s, %s, holds %s): %s',
        a.pid,
        coalesce(nullif(a.application_name, ''), 'no application name'),
        CASE
            WHEN a.xact_start IS NULL THEN format('a session of %s', a.usename)
            ELSE format('%s for %s s', a.state, extract(epoch FROM now() - a.xact_start)::bigint)
        END,
        h.tables,
        CASE
            WHEN a.xact_start IS NULL THEN 'what it does is shown to members of pg_read_all_stats'
            ELSE left(regexp_replace(a.query, '\s+', ' ', 'g'), 80)
        END
    ) AS blocker
FROM
    pg_stat_activity a
    JOIN (
        SELECT
            l.pid,
            string_agg(DISTINCT c.relname, ', ') AS tables
        FROM
            pg_locks l
            JOIN pg_class c ON c.oid = l.relation
            AND c.relkind IN ('r', 'p')
            JOIN pg_namespace n ON n.oid = c.relnamespace
            AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND NOT EXISTS (
                SELECT
                    1
                FROM
                    pg_depend e
                WHERE
                    e.classid = 'pg_class'::regclass
                    AND e.objid = c.oid
                    AND e.deptype = 'e'
            )
        WHERE
            l.granted
            AND l.database = (
                SELECT
                    oid
                FROM
                    pg_database
                WHERE
                    datname = current_database()
            )
        GROUP BY
            l.pid
    ) h ON h.pid = a.pid
WHERE
    a.pid <> pg_backend_pid()
ORDER BY
    a.xact_start
LIMIT
    3
