//! `ALTER COLUMN`, and constraints added or dropped, on SQLite.

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "column-cannot-change",
    summary: "SQLite changes neither the type of a column that is there nor its constraints.",
    code: Some("1"),
    backend: Dialect::Sqlite,
    versions: Versions::ALL,
    instead: "Rebuild the table: create a new one, copy the rows, drop the old one and rename the new one.",
    check,
    examples: &[
        Example {
            setup: &[SITES],
            failing: Sql::InTransaction(&["ALTER TABLE sites ALTER COLUMN name TYPE text"]),
            passing: Sql::InTransaction(&["ALTER TABLE sites RENAME COLUMN name TO title"]),
            proof: Proof::Refused("1"),
            servers: Servers::All,
        },
        Example {
            setup: &[SITES],
            failing: Sql::InTransaction(&["ALTER TABLE \"sites\" ADD CONSTRAINT named CHECK (name <> '')"]),
            passing: Sql::InTransaction(&["ALTER TABLE sites ADD COLUMN code text CHECK (code <> '')"]),
            proof: Proof::Refused("1"),
            servers: Servers::All,
        },
    ],
};

fn check(_context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    const CHANGES: [[&str; 2]; 4] =
        [["ALTER", "COLUMN"], ["MODIFY", "COLUMN"], ["ADD", "CONSTRAINT"], ["DROP", "CONSTRAINT"]];
    let is_change =
        |pair: &[Token]| CHANGES.iter().any(|[first, second]| is_word(&pair[0], first) && is_word(&pair[1], second));
    (parsed.starts_with(&["ALTER", "TABLE"]) && parsed.tokens.windows(2).any(is_change))
        .then(|| "SQLite has no such statement".to_owned())
}
