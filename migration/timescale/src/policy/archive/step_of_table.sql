CREATE OR REPLACE FUNCTION {step}(own name, before timestamptz) RETURNS bigint LANGUAGE plpgsql AS $archive$
DECLARE
    moved bigint;
BEGIN
    PERFORM pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', pg_catalog.quote_ident(own),
        (SELECT e.extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension AS e WHERE e.extname = 'timescaledb')), true);
    {move};
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN nullif(moved, 0);
END
$archive$
