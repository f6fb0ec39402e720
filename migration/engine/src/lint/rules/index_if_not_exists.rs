//! `IF NOT EXISTS` on an index that can be left invalid.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "index-if-not-exists",
    summary: "IF NOT EXISTS keeps the invalid index that a build leaves behind when it is killed, without a word.",
    code: None,
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Drop the index when it is invalid and build it again; `index::create_index` does that.",
    check,
    examples: &[
        Example {
            setup: &[
                PLAIN,
                &[
                    "INSERT INTO sensors VALUES (1, 'double'), (2, 'double')",
                    "-- fails\nCREATE UNIQUE INDEX CONCURRENTLY by_name ON sensors (name)",
                    "DELETE FROM sensors WHERE id = 2",
                ],
            ],
            failing: Sql::Outside(&["CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS by_name ON sensors (name)"]),
            passing: Sql::Outside(&[
                "DROP INDEX IF EXISTS by_name",
                "CREATE UNIQUE INDEX CONCURRENTLY by_name ON sensors (name)",
            ]),
            proof: VALID,
            servers: Servers::Native,
        },
        Example {
            setup: &[
                HYPERTABLE,
                &[
                    "-- fails\nCREATE INDEX by_name ON readings ((1 / (value - 10))) WITH (timescaledb.transaction_per_chunk)",
                    "SELECT drop_chunks('readings', older_than => '2026-01-02'::timestamptz)",
                ],
            ],
            failing: Sql::Outside(&[
                "CREATE INDEX IF NOT EXISTS by_name ON readings ((1 / (value - 10))) WITH (timescaledb.transaction_per_chunk)",
            ]),
            passing: Sql::Outside(&[
                "DROP INDEX IF EXISTS by_name",
                "CREATE INDEX by_name ON readings ((1 / (value - 10))) WITH (timescaledb.transaction_per_chunk)",
            ]),
            proof: VALID,
            servers: Servers::Native,
        },
    ],
};

const VALID: Proof = Proof::Shown {
    run: None,
    query: "SELECT indisvalid::text FROM pg_index WHERE indexrelid = 'by_name'::regclass",
    bad: "false",
    good: "true",
};

fn check(_: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let (_, index) = created_index(parsed)?;
    (index.if_not_exists && (parsed.concurrently || is_per_chunk(parsed)))
        .then(|| "an invalid index of that name would be kept".to_owned())
}
