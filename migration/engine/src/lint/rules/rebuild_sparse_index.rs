//! `rebuild_sparse_index`.

use migration_timescale::Version;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "rebuild-sparse-index",
    summary: "rebuild_sparse_index leaves the indexes of compressed chunks behind before 2.29: queries through them miss rows.",
    code: None,
    backend: Dialect::Postgres,
    versions: Versions::between(Version::new(2, 28, 0), Version::new(2, 29, 0)),
    instead: "Compress the chunk again: `compress_chunk(chunk, recompress => true)`.",
    check,
    examples: &[Example {
        setup: &[&[
            "CREATE TABLE readings (id integer, taken_at timestamptz NOT NULL, sensor text, value double precision)",
            "SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '30 days'))",
            "ALTER TABLE readings SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'sensor', timescaledb.orderby = 'taken_at DESC')",
            "INSERT INTO readings SELECT n, '2026-01-01'::timestamptz + n * INTERVAL '1 second', 's' || n % 300, n FROM generate_series(1, 30000) n",
            "SELECT compress_chunk(c) FROM show_chunks('readings') c",
            "ALTER TABLE readings SET (timescaledb.sparse_index = 'bloom(value),minmax(id)')",
            "SET enable_seqscan = off",
        ]],
        failing: Sql::Outside(&[
            "SELECT _timescaledb_functions.rebuild_sparse_index(c) FROM show_chunks('readings') c",
        ]),
        passing: Sql::Outside(&["SELECT compress_chunk(c, recompress => true) FROM show_chunks('readings') c"]),
        proof: Proof::Shown {
            run: None,
            query: "SELECT count(*)::text FROM readings WHERE sensor = 's7'",
            bad: "0",
            good: "100",
        },
        servers: Servers::Native,
    }],
};

fn check(_: &Context<'_>, parsed: &Parsed) -> Option<String> {
    (!parsed.calls("rebuild_sparse_index").is_empty()).then(|| "queries will miss rows afterwards".to_owned())
}
