//! `create_hypertable` on a table with rows.

use crate::sql::parsed::{is_true, value};
use sqlparser::ast::{Statement, TableObject};

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "hypertable-of-filled-table",
    summary: "create_hypertable refuses a table with rows unless it is told to move them.",
    code: Some("0A000"),
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Say `migrate_data => true`, as `Hypertable::by_range` does; it locks the table until the rows are moved.",
    check,
    examples: &[
        Example {
            setup: &[FILLED],
            failing: Sql::InTransaction(&["SELECT create_hypertable('events', by_range('at'), if_not_exists => true)"]),
            passing: Sql::InTransaction(&["SELECT create_hypertable('events', by_range('at'), migrate_data => true)"]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
        Example {
            setup: &[],
            failing: Sql::InTransaction(&[
                "CREATE TABLE events (at timestamptz NOT NULL)",
                "INSERT INTO events VALUES (now())",
                "SELECT create_hypertable('events', 'at')",
            ]),
            passing: Sql::InTransaction(&[
                "CREATE TABLE events (at timestamptz NOT NULL)",
                "SELECT create_hypertable('events', 'at')",
            ]),
            proof: Proof::Refused("0A000"),
            servers: Servers::All,
        },
    ],
};

const FILLED: &[&str] = &["CREATE TABLE events (at timestamptz NOT NULL)", "INSERT INTO events VALUES (now())"];

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    parsed.calls("create_hypertable").iter().find_map(|call| {
        let table = NAMES.relation(call.argument("relation", 0)?)?;
        let moves = call.argument("migrate_data", usize::MAX).is_some_and(|argument| is_true(&value(argument)));
        let may_be_filled = !context.is_new(&table) || context.earlier.iter().any(|(_, parsed)| fills(parsed, &table));
        (!moves && may_be_filled && context.hypertable(&table).is_none()).then(|| format!("`{table}` may have rows"))
    })
}

fn fills(parsed: &Parsed, table: &str) -> bool {
    parsed.statements.iter().any(|statement| match statement {
        Statement::Insert(insert) => {
            matches!(&insert.table, TableObject::TableName(name) if NAMES.object(name) == table)
        }
        _ => false,
    })
}
