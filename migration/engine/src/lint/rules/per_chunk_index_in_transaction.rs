//! `transaction_per_chunk` inside a transaction.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "per-chunk-index-in-transaction",
    summary: "An index with transaction_per_chunk is not built inside a transaction, nor in a text with other statements.",
    code: Some("25001"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Give the revision `use_transaction() -> Some(false)` and the statement a text of its own.",
    check,
    examples: &[
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::InTransaction(&[
                "CREATE INDEX by_value ON readings (value) WITH (timescaledb.transaction_per_chunk)",
            ]),
            passing: Sql::Outside(&[
                "CREATE INDEX by_value ON readings (value) WITH (timescaledb.transaction_per_chunk)",
            ]),
            proof: Proof::Refused("25001"),
            servers: Servers::Native,
        },
        Example {
            setup: &[HYPERTABLE],
            failing: Sql::Outside(&[
                "CREATE INDEX by_value ON readings (value) WITH (timescaledb.transaction_per_chunk = true); SELECT 1",
            ]),
            passing: Sql::Outside(&[
                "CREATE INDEX by_value ON readings (value) WITH (timescaledb.transaction_per_chunk = true);",
            ]),
            proof: Proof::Refused("25001"),
            servers: Servers::Native,
        },
    ],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    created_index(parsed)?;
    (is_per_chunk(parsed) && context.in_transaction())
        .then(|| "transaction_per_chunk needs transactions of its own".to_owned())
}
