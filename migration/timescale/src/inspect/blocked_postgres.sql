SELECT
    w.pid::bigint AS pid,
    coalesce(nullif(w.application_name, ''), w.usename::text, '') AS application,
    coalesce(l.since, w.query_start) AS waiting_since,
    l.waits_for,
    left(regexp_replace(w.query, '\s+', ' ', 'g'), 120) AS statement,
    p.pid::bigint AS blocker_pid,
    coalesce(nullif(b.application_name, ''), b.usename::text) AS blocker_application,
    b.state AS blocker_state,
    b.xact_start AS blocker_since,
    left(regexp_replace(b.query, '\s+', ' ', 'g'), 120) AS blocker_statement
FROM
    (
        SELECT
            k.pid,
            min((to_jsonb(k) ->> 'waitstart')::timestamptz) AS since,
            string_agg(concat_ws(' ', coalesce(k.relation::regclass::text, k.locktype), k.mode), ', ') AS waits_for
        FROM
            pg_locks k
        WHERE
            NOT k.granted
        GROUP BY
            k.pid
    ) l
    JOIN pg_stat_activity w ON w.pid = l.pid
    AND w.datname = current_database()
    CROSS JOIN LATERAL (
        SELECT DISTINCT
            unnest(pg_blocking_pids(w.pid)) AS pid
    ) p
    LEFT JOIN pg_stat_activity b ON b.pid = p.pid
ORDER BY
    waiting_since,
    w.pid,
    p.pid
