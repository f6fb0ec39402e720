//! `CONCURRENTLY` inside a transaction.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "concurrently-in-transaction",
    summary: "CONCURRENTLY does not run inside a transaction, nor in a text with other statements.",
    code: Some("25001"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Give the revision `use_transaction() -> Some(false)` and the statement a text of its own; \
              `index::create_index` builds indexes so and can be started again.",
    check,
    examples: &[Example {
        setup: &[PLAIN],
        failing: Sql::InTransaction(&["CREATE INDEX CONCURRENTLY by_name ON sensors (name)"]),
        passing: Sql::Outside(&["CREATE INDEX CONCURRENTLY by_name ON sensors (name)"]),
        proof: Proof::Refused("25001"),
        servers: Servers::Native,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    // A view may be refreshed concurrently anywhere.
    let is_index = parsed.starts_with(&["create"]) || parsed.starts_with(&["drop"]);
    (parsed.concurrently && is_index && context.in_transaction())
        .then(|| "CONCURRENTLY needs transactions of its own".to_owned())
}
