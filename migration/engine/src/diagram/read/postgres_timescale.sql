SELECT
    coalesce(g.view_name, d.hypertable_name)::text AS relation,
    CASE
        WHEN g.view_name IS NULL THEN 'hypertable'
        ELSE 'continuous aggregate'
    END AS kind,
    coalesce(p.view_name, g.hypertable_name)::text AS source,
    d.column_name::text AS time_column,
    extract(
        epoch
        FROM
            d.time_interval
    )::bigint AS chunk_s,
    d.integer_interval::bigint AS chunk_numbers,
    (
        SELECT
            string_agg(
                format('%s in %s parts', o.column_name, o.num_partitions),
                ', '
                ORDER BY
                    o.dimension_number
            )
        FROM
            timescaledb_information.dimensions o
        WHERE
            (o.hypertable_schema, o.hypertable_name) = (d.hypertable_schema, d.hypertable_name)
            AND o.num_partitions IS NOT NULL
    ) AS hashed,
    CASE
        WHEN coalesce(g.compression_enabled, h.compression_enabled) THEN 'yes'
        ELSE 'no'
    END AS columnstore,
    j.columnstore_s,
    j.retention_s,
    j.refresh_s
FROM
    timescaledb_information.dimensions d
    LEFT JOIN timescaledb_information.hypertables h ON (h.hypertable_schema, h.hypertable_name) = (d.hypertable_schema, d.hypertable_name)
    LEFT JOIN timescaledb_information.continuous_aggregates g ON (g.materialization_hypertable_schema, g.materialization_hypertable_name) = (d.hypertable_schema, d.hypertable_name)
    LEFT JOIN timescaledb_information.continuous_aggregates p ON (p.materialization_hypertable_schema, p.materialization_hypertable_name) = (g.hypertable_schema, g.hypertable_name)
    -- Ages of integer columns are numbers, and are left out.
    CROSS JOIN LATERAL (
        SELECT
            min(
                extract(
                    epoch
                    FROM
                        CASE jsonb_typeof(j.config -> 'compress_after')
                            WHEN 'string' THEN (j.config ->> 'compress_after')::interval
                        END
                )::bigint
            ) AS columnstore_s,
            min(
                extract(
                    epoch
                    FROM
                        CASE jsonb_typeof(j.config -> 'drop_after')
                            WHEN 'string' THEN (j.config ->> 'drop_after')::interval
                        END
                )::bigint
            ) AS retention_s,
            min(
                extract(
                    epoch
                    FROM
                        CASE j.proc_name
                            WHEN 'policy_refresh_continuous_aggregate' THEN j.schedule_interval
                        END
                )::bigint
            ) AS refresh_s
        FROM
            timescaledb_information.jobs j
        WHERE
            (j.hypertable_schema, j.hypertable_name) IN (
                (d.hypertable_schema, d.hypertable_name),
                (g.view_schema, g.view_name)
            )
    ) j
WHERE
    d.dimension_number = 1
    AND coalesce(g.view_schema, d.hypertable_schema) = current_schema()
ORDER BY
    1
