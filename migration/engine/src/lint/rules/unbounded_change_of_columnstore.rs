//! `UPDATE` of every row of a columnstore.

use sqlparser::ast::Statement;

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "unbounded-change-of-columnstore",
    summary: "An UPDATE decompresses the rows it meets, and fails beyond 100,000 of them in a transaction.",
    code: Some("53400"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Give new columns a constant default instead of filling them; else update a stretch of time per transaction.",
    check,
    examples: &[Example {
        setup: &[COLUMNSTORE, &["SET timescaledb.max_tuples_decompressed_per_dml_transaction = 20"]],
        failing: Sql::Outside(&["UPDATE readings SET value = 1"]),
        passing: Sql::Outside(&["UPDATE readings SET value = 1 WHERE sensor = 's1' AND taken_at >= '2026-01-02'"]),
        proof: Proof::Refused("53400"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let unbounded =
        |statement: &Statement| matches!(statement, Statement::Update(update) if update.selection.is_none());
    parsed.statements.iter().find(|statement| unbounded(statement))?;
    let table = context.target(parsed)?;
    context.columnstore(&table)?;
    Some(format!("`{table}` has a columnstore, and the UPDATE meets every row"))
}
