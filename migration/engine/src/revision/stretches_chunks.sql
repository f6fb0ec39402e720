-- The bounds are those of the column's own type; the view has those of a date or a timestamp as of UTC.
SELECT chunk_schema || '.' || chunk_name AS name,
    coalesce(range_start_integer::text, CASE primary_dimension_type WHEN 'timestamptz'::regtype THEN range_start::text
        ELSE (range_start AT TIME ZONE 'UTC')::text END) AS first,
    coalesce(range_end_integer::text, CASE primary_dimension_type WHEN 'timestamptz'::regtype THEN range_end::text
        ELSE (range_end AT TIME ZONE 'UTC')::text END) AS past,
    is_compressed AS is_packed
FROM timescaledb_information.chunks
WHERE hypertable_schema = current_schema() AND hypertable_name = {table}
ORDER BY range_start, range_start_integer, range_end, range_end_integer
