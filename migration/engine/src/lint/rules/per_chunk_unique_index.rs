//! `transaction_per_chunk` on a unique index.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "per-chunk-unique-index",
    summary: "A unique index is not built with transaction_per_chunk.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Build it plainly, which keeps writers waiting: in the revision that creates the table, or at a quiet time.",
    check,
    examples: &[Example {
        setup: &[HYPERTABLE],
        failing: Sql::Outside(&[
            "CREATE UNIQUE INDEX by_id ON readings (id, taken_at) WITH (timescaledb.transaction_per_chunk)",
        ]),
        passing: Sql::InTransaction(&[
            "CREATE TABLE events (id integer, at timestamptz NOT NULL)",
            "SELECT create_hypertable('events', 'at')",
            "CREATE UNIQUE INDEX by_id ON events (id, at)",
        ]),
        proof: Proof::Refused("0A000"),
        servers: Servers::All,
    }],
};

fn check(_: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let (_, index) = created_index(parsed)?;
    (index.unique && is_per_chunk(parsed)).then(|| "transaction_per_chunk and UNIQUE exclude each other".to_owned())
}
