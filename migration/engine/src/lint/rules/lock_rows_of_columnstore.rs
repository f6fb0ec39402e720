//! `SELECT … FOR UPDATE` on a columnstore.

use sqlparser::ast::{SetExpr, Statement, TableFactor};

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "lock-rows-of-columnstore",
    summary: "Compressed rows cannot be locked by SELECT … FOR UPDATE or FOR SHARE.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Change the rows with one UPDATE and look at what it returns.",
    check,
    examples: &[Example {
        setup: &[COLUMNSTORE],
        failing: Sql::InTransaction(&["SELECT id::text FROM readings WHERE id = 1 FOR UPDATE"]),
        passing: Sql::InTransaction(&["UPDATE readings SET value = 1 WHERE id = 1 AND sensor = 's1'"]),
        proof: Proof::Refused("0A000"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    parsed.statements.iter().find_map(|statement| {
        let Statement::Query(query) = statement else { return None };
        let SetExpr::Select(select) = query.body.as_ref() else { return None };
        if query.locks.is_empty() {
            return None;
        }
        let joined = select
            .from
            .iter()
            .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)));
        let tables = joined.filter_map(|relation| match relation {
            TableFactor::Table { name, .. } => Some(NAMES.object(name)),
            _ => None,
        });
        let table = tables.into_iter().find(|table| context.columnstore(table).is_some())?;
        Some(format!("`{table}` has a columnstore"))
    })
}
