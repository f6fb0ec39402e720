//! `PRAGMA foreign_keys` inside a transaction.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "foreign-keys-in-transaction",
    summary: "PRAGMA foreign_keys does nothing inside a transaction, and SQLite does not say so.",
    code: None,
    backend: Dialect::Sqlite,
    versions: Versions::ALL,
    instead: "Leave it out, `up` sees to the foreign keys of a table that is rebuilt; or let use_transaction() return Some(false) and \
              make the revision one that can be started again.",
    check,
    examples: &[Example {
        setup: &[SITES],
        failing: Sql::InTransaction(&["PRAGMA foreign_keys = OFF"]),
        passing: Sql::Outside(&["PRAGMA foreign_keys = OFF"]),
        proof: Proof::Shown {
            run: None,
            query: "SELECT CAST(foreign_keys AS text) FROM pragma_foreign_keys",
            bad: "1",
            good: "0",
        },
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    (context.in_transaction() && switches_foreign_keys(&parsed.text))
        .then(|| "the foreign keys are as they were before it".to_owned())
}
