//! A new enum value used in the transaction that adds it.

use sqlparser::ast::{AlterTypeOperation, Statement};

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "enum-value-in-transaction",
    summary: "A value added to an enum cannot be used before its transaction is committed.",
    code: Some("55P04"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Add the value in a revision of its own, and use it in the next.",
    check,
    examples: &[Example {
        setup: &[&["CREATE TYPE kind AS ENUM ('a')", "CREATE TABLE things (kind kind)"]],
        failing: Sql::InTransaction(&[
            "ALTER TYPE kind ADD VALUE 'b'",
            "ALTER TABLE things ALTER COLUMN kind SET DEFAULT 'b'",
        ]),
        passing: Sql::Outside(&[
            "ALTER TYPE kind ADD VALUE 'b'",
            "ALTER TABLE things ALTER COLUMN kind SET DEFAULT 'b'",
        ]),
        proof: Proof::Refused("55P04"),
        servers: Servers::All,
    }],
};

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    if !added_values(parsed).is_empty() {
        return None;
    }
    let added: Vec<String> = context.earlier_in_transaction().flat_map(added_values).collect();
    let used = parsed.tokens.iter().find_map(|token| match token {
        Token::SingleQuotedString(text) => added.iter().find(|value| *value == text),
        _ => None,
    })?;
    Some(format!("'{used}' was added to its enum in the same transaction"))
}

fn added_values(parsed: &Parsed) -> Vec<String> {
    let added = |statement: &Statement| match statement {
        Statement::AlterType(alteration) => match &alteration.operation {
            AlterTypeOperation::AddValue(added) => Some(added.value.value.clone()),
            _ => None,
        },
        _ => None,
    };
    parsed.statements.iter().filter_map(added).collect()
}
