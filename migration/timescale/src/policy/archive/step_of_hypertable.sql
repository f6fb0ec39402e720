CREATE OR REPLACE FUNCTION {step}(own name, before timestamptz) RETURNS bigint LANGUAGE plpgsql AS $archive$
DECLARE
    slice record;
    chunk text;
    locked text[] := '{}';
    dropped text[];
    moved bigint;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', pg_catalog.quote_ident(own),
        (SELECT e.extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb')), true);
    SELECT c.range_start, c.range_end INTO slice FROM timescaledb_information.chunks AS c
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = {source_text} AND c.range_end <= before
    ORDER BY c.range_end LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    FOR chunk IN
        SELECT format('%I.%I', c.chunk_schema, c.chunk_name) FROM timescaledb_information.chunks AS c
        WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = {source_text}
            AND c.range_start = slice.range_start AND c.range_end = slice.range_end
        ORDER BY 1
    LOOP
        EXECUTE 'LOCK TABLE ' || chunk || ' IN ACCESS EXCLUSIVE MODE';
        locked := locked || chunk;
    END LOOP;
    INSERT INTO {archive} ({columns}) SELECT {columns} FROM {source}
    WHERE {time} >= slice.range_start AND {time} < slice.range_end;
    GET DIAGNOSTICS moved = ROW_COUNT;
    SELECT coalesce(array_agg(d), '{}') INTO dropped
    FROM drop_chunks({source_class}, older_than => slice.range_end, newer_than => slice.range_start) AS d;
    -- A chunk that was made since then has rows that were not moved.
    IF NOT dropped <@ locked THEN
        RAISE EXCEPTION 'rows came in while those beside them were moved' USING ERRCODE = 'serialization_failure';
    END IF;
{compress}    RETURN moved;
END
$archive$
