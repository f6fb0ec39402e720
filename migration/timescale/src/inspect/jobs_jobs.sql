SELECT
    j.job_id::bigint AS id,
    j.application_name::text AS application,
    format('%s.%s', j.proc_schema, j.proc_name) AS procedure,
    coalesce(g.view_name, j.hypertable_name)::text AS relation,
    j.schedule_interval::text AS schedule,
    extract(
        epoch
        FROM
            j.schedule_interval
    )::float8 AS schedule_s,
    j.config,
    j.scheduled,
    coalesce(s.job_status = 'Running', false) AS running,
    CASE
        WHEN isfinite(s.last_run_started_at) THEN s.last_run_started_at
    END AS last_started_at,
    CASE
        WHEN isfinite(s.last_run_started_at) THEN s.last_run_started_at + s.last_run_duration
    END AS last_finished_at,
    CASE
        WHEN isfinite(s.last_successful_finish) THEN s.last_successful_finish
    END AS last_succeeded_at,
    s.last_run_status AS last_status,
    CASE
        WHEN isfinite(s.next_start) THEN s.next_start
    END AS next_start_at,
    coalesce(s.total_runs, 0) AS runs,
    coalesce(s.total_failures, 0) AS failures,
    CASE
        WHEN s.last_run_status = 'Failed' THEN (
            SELECT
                e.err_message
            FROM
                timescaledb_information.job_errors e
            WHERE
                e.job_id = j.job_id
            ORDER BY
                e.finish_time DESC NULLS LAST
            LIMIT
                1
        )
    END AS last_error
FROM
    timescaledb_information.jobs j
    LEFT JOIN timescaledb_information.continuous_aggregates g ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (j.hypertable_schema, j.hypertable_name)
    LEFT JOIN LATERAL (
        SELECT
            *
        FROM
            timescaledb_information.job_stats t
        WHERE
            t.job_id = j.job_id
        ORDER BY
            t.job_status = 'Running' DESC
        LIMIT
            1
    ) s ON true
WHERE
    coalesce(g.view_schema, j.hypertable_schema, j.proc_schema) = current_schema()
ORDER BY
    j.job_id
