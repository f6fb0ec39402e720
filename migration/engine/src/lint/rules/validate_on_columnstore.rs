//! `VALIDATE CONSTRAINT` on a columnstore.

use sqlparser::ast::AlterTableOperation;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "validate-on-columnstore",
    summary: "A hypertable with columnstore refuses VALIDATE CONSTRAINT.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Call `revision::constraints::add_check`, which adds it at once here: compressed rows are checked quickly. For columns that the same change \
              adds, `ChecksOnNewColumns` reads no row at all.",
    check,
    examples: &[Example {
        setup: &[COLUMNSTORE],
        failing: Sql::Outside(&["ALTER TABLE readings VALIDATE CONSTRAINT positive"]),
        passing: Sql::Outside(&["ALTER TABLE readings ADD CONSTRAINT not_negative CHECK (value >= 0)"]),
        proof: Proof::Refused("0A000"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    alterations(parsed).find_map(|(table, operation)| {
        matches!(operation, AlterTableOperation::ValidateConstraint { .. }).then_some(())?;
        context.columnstore(&table)?;
        Some(format!("`{table}` has a columnstore"))
    })
}
