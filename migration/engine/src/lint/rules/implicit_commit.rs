//! DDL of MySQL among changes of rows.

use sea_orm::DbBackend;
use sqlparser::ast::{Insert, Statement, TableObject};

use super::prelude::*;
use crate::{recording::model::names::Names, revision::kept::PREFIX};

/// The rule.
pub const RULE: Rule = Rule {
    name: "implicit-commit",
    summary: "On MySQL a statement that changes the schema commits what was done before it, whatever fails after it.",
    code: None,
    backend: Dialect::MySql,
    versions: Versions::ALL,
    instead: "Change rows in a revision of their own, or after everything that changes the schema.",
    check,
    examples: &[Example {
        setup: &[SITES_OF_MYSQL],
        failing: Sql::InTransaction(&["UPDATE sites SET name = 'south'", "ALTER TABLE sites ADD COLUMN code integer"]),
        passing: Sql::InTransaction(&["SELECT 1", "UPDATE sites SET name = 'south'"]),
        proof: Proof::Shown { run: None, query: "SELECT CAST(@@in_transaction AS char)", bad: "0", good: "1" },
        servers: Servers::All,
    }],
};

const MYSQL: Names = Names(DbBackend::MySql);

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    const SCHEMA: [&str; 4] = ["CREATE", "ALTER", "DROP", "RENAME"];
    let changes_schema = SCHEMA.iter().any(|word| parsed.starts_with(&[word])) || parsed.starts_with(&["TRUNCATE"]);
    let is_temporary = parsed.tokens.get(1).is_some_and(|token| is_word(token, "TEMPORARY"));
    // What is kept for the next `up` is meant to stay.
    let is_kept = |insert: &Insert| matches!(&insert.table, TableObject::TableName(name) if MYSQL.object(name).starts_with(PREFIX));
    let changes_rows = |earlier: &Parsed| {
        earlier.statements.iter().any(|statement| match statement {
            Statement::Insert(insert) => !is_kept(insert),
            Statement::Update(_) | Statement::Delete(_) => true,
            _ => false,
        })
    };
    // What is committed already is not committed again.
    let since = context.earlier_in_transaction().collect::<Vec<_>>().into_iter().rev();
    let open = since.take_while(|earlier| !SCHEMA.iter().any(|word| earlier.starts_with(&[word])));
    let pending = open.filter(|earlier| changes_rows(earlier)).last()?;
    (changes_schema && !is_temporary).then(|| format!("it commits `{}`", shorten(&pending.text)))
}
