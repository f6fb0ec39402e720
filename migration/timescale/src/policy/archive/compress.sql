    PERFORM compress_chunk(format('%I.%I', c.chunk_schema, c.chunk_name)::regclass, true)
    FROM timescaledb_information.chunks AS c JOIN timescaledb_information.hypertables AS h
        ON (h.hypertable_schema, h.hypertable_name) = (c.hypertable_schema, c.hypertable_name)
    WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = {archive_text} AND h.compression_enabled
        AND c.range_start < slice.range_end AND c.range_end > slice.range_start;
