//! Row-level security on a columnstore.

use sqlparser::ast::AlterTableOperation;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "row-security-on-columnstore",
    summary: "A hypertable with columnstore takes no row-level security.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Give access through a view with `security_barrier`, and take the right on the table away.",
    check,
    examples: &[Example {
        setup: &[COLUMNSTORE],
        failing: Sql::Outside(&["ALTER TABLE readings ENABLE ROW LEVEL SECURITY"]),
        passing: Sql::Outside(&[
            "CREATE VIEW own_readings WITH (security_barrier) AS SELECT * FROM readings WHERE sensor = current_user",
        ]),
        proof: Proof::Refused("0A000"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    alterations(parsed).find_map(|(table, operation)| {
        matches!(operation, AlterTableOperation::EnableRowLevelSecurity).then_some(())?;
        context.columnstore(&table)?;
        Some(format!("`{table}` has a columnstore"))
    })
}
