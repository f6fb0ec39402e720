//! Foreign keys to a hypertable.

use sqlparser::ast::{AlterTableOperation, ColumnOption, ObjectName, Statement, TableConstraint};

use super::prelude::*;

/// The rule.
pub const RULE: Rule = Rule {
    name: "foreign-key-to-hypertable",
    summary: "A foreign key to a hypertable can be created, and then compression fails, and retention on newer versions.",
    code: None,
    backend: Dialect::Postgres,
    versions: Versions::ALL,
    instead: "Leave the constraint out and keep the columns; or reference a plain table of the identities.",
    check,
    examples: &[
        Example {
            setup: &[KEYED_HYPERTABLE],
            failing: Sql::InTransaction(&[
                "CREATE TABLE notes (id integer, at timestamptz, FOREIGN KEY (id, at) REFERENCES \"events\" (id, at))",
            ]),
            passing: Sql::InTransaction(&["CREATE TABLE notes (id integer, at timestamptz)"]),
            proof: COMPRESSION_FAILS,
            servers: Servers::All,
        },
        Example {
            setup: &[KEYED_HYPERTABLE, &["CREATE TABLE notes (id integer, at timestamptz)"]],
            failing: Sql::InTransaction(&[
                "ALTER TABLE notes ADD CONSTRAINT of FOREIGN KEY (id, at) REFERENCES events (id, at)",
            ]),
            passing: Sql::InTransaction(&["COMMENT ON TABLE notes IS 'id and at are those of an event'"]),
            proof: COMPRESSION_FAILS,
            servers: Servers::All,
        },
    ],
};

/// Retention fails too, with 2BP01, from some version between 2.23 and 2.28 on.
const COMPRESSION_FAILS: Proof = Proof::Later("SELECT compress_chunk(c) FROM show_chunks('events') c", "XX000");

const KEYED_HYPERTABLE: &[&str] = &[
    "CREATE TABLE events (id integer, at timestamptz NOT NULL, PRIMARY KEY (id, at))",
    "SELECT create_hypertable('events', by_range('at'))",
    "INSERT INTO events VALUES (1, '2026-01-01')",
    "ALTER TABLE events SET (timescaledb.enable_columnstore)",
];

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    refers_to_hypertable(context, parsed).map(|table| format!("`{table}` is a hypertable"))
}

/// The hypertable that a foreign key of the statement refers to.
pub fn refers_to_hypertable(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    referenced(parsed).into_iter().find(|table| context.hypertable(table).is_some())
}

fn referenced(parsed: &Parsed) -> Vec<String> {
    let of_constraint = |constraint: &TableConstraint| match constraint {
        TableConstraint::ForeignKey(key) => Some(NAMES.object(&key.foreign_table)),
        _ => None,
    };
    let of_option = |option: &ColumnOption| -> Option<ObjectName> {
        match option {
            ColumnOption::ForeignKey(key) => Some(key.foreign_table.clone()),
            _ => None,
        }
    };
    let added = alterations(parsed).filter_map(|(_, operation)| match operation {
        AlterTableOperation::AddConstraint { constraint, .. } => of_constraint(constraint),
        _ => None,
    });
    let created = parsed.statements.iter().filter_map(|statement| match statement {
        Statement::CreateTable(table) => Some(table),
        _ => None,
    });
    let columns =
        created.clone().flat_map(|table| &table.columns).chain(added_columns(parsed).map(|(_, column)| column));
    let inline = columns.flat_map(|column| &column.options).filter_map(|option| of_option(&option.option));
    let constraints = created.flat_map(|table| &table.constraints).filter_map(of_constraint);
    added.chain(constraints).chain(inline.map(|table| NAMES.object(&table))).collect()
}
