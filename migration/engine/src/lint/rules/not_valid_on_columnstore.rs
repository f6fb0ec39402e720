//! `NOT VALID` on a columnstore.

use sqlparser::ast::AlterTableOperation;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "not-valid-on-columnstore",
    summary: "Compressed rows are checked in spite of NOT VALID, and the constraint can never be validated.",
    code: Some("23514"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Correct the rows first, then call `revision::constraints::add_check`, which adds it without NOT VALID here. For columns that the same change adds, \
              `ChecksOnNewColumns` reads no row at all.",
    check,
    examples: &[Example {
        setup: &[COLUMNSTORE],
        failing: Sql::Outside(&["ALTER TABLE readings ADD CONSTRAINT large CHECK (value > 1) NOT VALID"]),
        passing: Sql::Outside(&[
            "UPDATE readings SET value = 2 WHERE value = 1 AND taken_at < '2026-01-02'",
            "ALTER TABLE readings ADD CONSTRAINT large CHECK (value > 1)",
        ]),
        proof: Proof::Refused("23514"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    alterations(parsed).find_map(|(table, operation)| {
        matches!(operation, AlterTableOperation::AddConstraint { not_valid: true, .. }).then_some(())?;
        context.columnstore(&table)?;
        Some(format!("`{table}` has a columnstore, whose rows are checked anyway"))
    })
}
