//! A table of SQLite rebuilt while foreign keys are on.

use sea_orm::DbBackend;
use sqlparser::ast::{self, AlterTableOperation, Statement};

use super::prelude::*;
use crate::recording::model::names::Names;

/// The rule.
pub const RULE: Rule = Rule {
    name: "rebuild-with-foreign-keys",
    summary: "SQLite deletes the rows of a table before it drops it, and with them rows that refer to it ON DELETE CASCADE.",
    code: None,
    backend: Dialect::Sqlite,
    versions: Versions::ALL,
    instead: "`up` keeps those rows, SeaORM's own migrator does not: where that runs the revision too, switch them off first \
              (PRAGMA foreign_keys = OFF, with use_transaction() -> Some(false)) and on again at the end.",
    check,
    examples: &[Example {
        setup: &[SITES],
        failing: Sql::Outside(&[
            "CREATE TABLE new_sites (id integer PRIMARY KEY, name text)",
            "INSERT INTO new_sites SELECT id, name FROM sites",
            "DROP TABLE sites",
            "ALTER TABLE new_sites RENAME TO sites",
        ]),
        passing: Sql::Outside(&[
            "PRAGMA foreign_keys = OFF",
            "CREATE TABLE new_sites (id integer PRIMARY KEY, name text)",
            "INSERT INTO new_sites SELECT id, name FROM sites",
            "DROP TABLE sites",
            "ALTER TABLE new_sites RENAME TO sites",
            "PRAGMA foreign_keys = ON",
        ]),
        proof: Proof::Shown { run: None, query: "SELECT CAST(count(*) AS text) FROM site_lines", bad: "0", good: "1" },
        servers: Servers::All,
    }],
};

const NAMES: Names = Names(DbBackend::Sqlite);

fn check(context: &Context<'_>, parsed: &Parsed) -> Option<String> {
    let table = parsed.statements.iter().find_map(|statement| match statement {
        Statement::AlterTable(alteration) => alteration.operations.iter().find_map(|operation| match operation {
            AlterTableOperation::RenameTable {
                table_name: ast::RenameTableNameKind::As(name) | ast::RenameTableNameKind::To(name),
            } => Some(NAMES.object(name)),
            _ => None,
        }),
        _ => None,
    })?;
    let is_rebuilt =
        context.start.tables.contains_key(&table) && context.earlier.iter().any(|(_, earlier)| drops(earlier, &table));
    let is_off = context
        .earlier
        .iter()
        .any(|(transaction, earlier)| transaction.is_none() && switches_foreign_keys(&earlier.text));
    let refers =
        |(name, other): (&String, &Table)| (*name != table && other.refers_to.contains(&table)).then(|| name.clone());
    let referring = context.before.tables.iter().find_map(refers)?;
    (is_rebuilt && !is_off).then(|| format!("`{table}` is rebuilt, and `{referring}` refers to it"))
}

fn drops(parsed: &Parsed, table: &str) -> bool {
    parsed.statements.iter().any(|statement| {
        matches!(statement, Statement::Drop { object_type: ast::ObjectType::Table, names, .. }
            if names.iter().any(|name| NAMES.object(name) == table))
    })
}
