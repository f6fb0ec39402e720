//! `transaction_per_chunk` on a table that is no hypertable.

use migration_timescale::question::KnownSchema;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "per-chunk-index-on-plain-table",
    summary: "Only the indexes of a hypertable can be built with transaction_per_chunk.",
    code: Some("22023"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Use CONCURRENTLY; `index::create_index` chooses by the table.",
    check,
    examples: &[Example {
        setup: &[PLAIN],
        failing: Sql::Outside(&["CREATE INDEX by_name ON sensors (name) WITH (timescaledb.transaction_per_chunk)"]),
        passing: Sql::Outside(&["CREATE INDEX CONCURRENTLY by_name ON sensors (name)"]),
        proof: Proof::Refused("22023"),
        servers: Servers::Native,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let (table, _) = created_index(parsed)?;
    let plain = context.before.has_table(&table) && context.hypertable(&table).is_none();
    (plain && is_per_chunk(parsed)).then(|| format!("`{table}` is no hypertable"))
}
