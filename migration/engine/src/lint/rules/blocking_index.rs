//! Indexes built the ordinary way on tables in use.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "blocking-index",
    summary: "CREATE INDEX keeps every writer of the table waiting until the whole index is built.",
    code: None,
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Use `index::create_index` in a revision with `use_transaction() -> Some(false)`: CONCURRENTLY on a table, \
              chunk by chunk on a hypertable. On a table that stays small, allow it with that reason.",
    check,
    examples: &[
        Example {
            setup: &[PLAIN],
            failing: Sql::InTransaction(&["CREATE INDEX by_name ON sensors (name)"]),
            passing: Sql::InTransaction(&[
                "CREATE TABLE makers (id integer, name text)",
                "CREATE INDEX by_name ON makers (name)",
            ]),
            proof: WRITERS_WAIT,
            servers: Servers::All,
        },
        Example {
            setup: &[PLAIN],
            failing: Sql::InTransaction(&["CREATE INDEX IF NOT EXISTS by_name ON ONLY sensors (name)"]),
            passing: Sql::Outside(&["CREATE INDEX CONCURRENTLY by_name ON sensors (name)"]),
            proof: WRITERS_WAIT,
            servers: Servers::Native,
        },
    ],
};

const WRITERS_WAIT: Proof = Proof::Shown {
    run: None,
    query: "SELECT count(*)::text FROM pg_locks WHERE relation = 'sensors'::regclass AND mode = 'ShareLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    bad: "1",
    good: "0",
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let (table, _) = created_index(parsed)?;
    if parsed.concurrently || is_per_chunk(parsed) || context.is_new(&table) {
        return None;
    }
    Some(format!("writers of `{table}` wait until the index is built"))
}
