SELECT
    session_user::text AS user_name,
    pg_catalog.pg_backend_pid() AS pid,
    current_setting('role') AS role,
    current_setting('enable_seqscan') AS seqscan,
    current_setting('extra_float_digits') <> '2' AS unlike_asked,
    {in_web_assembly} AS one_session,
    current_setting('timescaledb.disable_load', true) IS NOT null AS has_library,
    (
        SELECT
            extract(
                epoch
                FROM
                    clock_timestamp() - a.backend_start
            )::float8
        FROM
            pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS a
    ) AS age,
    (
        SELECT
            extract(
                epoch
                FROM
                    a.backend_start
            )::text
        FROM
            pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) AS a
    ) AS since,
