//! The statements that ask what a table holds, insert a row and set a column.

use migration_timescale::Dialect;
use sea_orm::DbBackend;

use super::table::{Column, Table};
use crate::sql::quote;

/// How many rows there are, and of each column how many have more in it than NULL or the default.
pub(super) fn question(backend: DbBackend, table: &Table) -> String {
    let numbers = table.columns.iter().map(|column| {
        let name = quote(backend, &column.name);
        let more = match &column.usual {
            Some(usual) => format!("{name} IS NOT NULL AND {}", differs(backend, &name, usual)),
            None => format!("{name} IS NOT NULL"),
        };
        format!(", count(CASE WHEN {more} THEN 1 END)")
    });
    format!("SELECT count(*){} FROM {}", numbers.collect::<String>(), quote(backend, &table.name))
}

/// Statements that insert one row, the fullest first.
pub(super) fn inserts(backend: DbBackend, table: &Table) -> Vec<String> {
    let variants = table.columns.iter().map(|column| column.values.len()).max().unwrap_or_default().max(1);
    let mut statements = Vec::new();
    for variant in 0..variants {
        for full in [true, false] {
            let sql = insert(backend, table, variant, full);
            if !statements.contains(&sql) {
                statements.push(sql);
            }
        }
    }
    statements
}

fn insert(backend: DbBackend, table: &Table, variant: usize, full: bool) -> String {
    let given = table.columns.iter().filter(|column| !column.is_given && (full || column.is_required));
    let with_value = given.filter_map(|column| {
        let value = match table.own_reference(column) {
            // There is no other row yet: it refers to itself where it must.
            Some(own) if column.is_required => value(own, variant),
            Some(_) => None,
            None => table.reference(backend, column).or_else(|| value(column, variant)),
        };
        value.map(|value| (quote(backend, &column.name), value))
    });
    let (columns, values): (Vec<String>, Vec<String>) = with_value.unzip();
    let name = quote(backend, &table.name);
    let of_columns = || format!("INSERT INTO {name} ({}) VALUES ({})", columns.join(", "), values.join(", "));
    match Dialect::of(backend) {
        Dialect::Postgres | Dialect::Sqlite if columns.is_empty() => format!("INSERT INTO {name} DEFAULT VALUES"),
        Dialect::Postgres | Dialect::MySql | Dialect::Sqlite => of_columns(),
    }
}

fn value(column: &Column, variant: usize) -> Option<String> {
    column.values.get(variant).or(column.values.last()).cloned()
}

/// Statements that set a column in one row, to another value than it has.
pub(super) fn updates(backend: DbBackend, table: &Table, column: &Column) -> Vec<String> {
    if column.is_given {
        return Vec::new();
    }
    let (name, target) = (quote(backend, &column.name), quote(backend, &table.name));
    let values = table.reference(backend, column).map_or_else(|| column.values.clone(), |value| vec![value]);
    let statement = |value: String| {
        let differs = differs(backend, &name, &value);
        match Dialect::of(backend) {
            Dialect::Postgres => format!(
                "UPDATE {target} SET {name} = {value} WHERE {differs} \
                 AND (tableoid, ctid) IN (SELECT tableoid, ctid FROM {target} LIMIT 1)"
            ),
            Dialect::MySql => format!("UPDATE {target} SET {name} = {value} WHERE {differs} LIMIT 1"),
            Dialect::Sqlite => format!(
                "UPDATE {target} SET {name} = {value} WHERE {differs} AND rowid = (SELECT rowid FROM {target} LIMIT 1)"
            ),
        }
    };
    values.into_iter().map(statement).collect()
}

/// Whether a column has another value than this, NULL among them.
fn differs(backend: DbBackend, column: &str, value: &str) -> String {
    match Dialect::of(backend) {
        // As text: json has no equality.
        Dialect::Postgres => format!("CAST({column} AS text) IS DISTINCT FROM CAST({value} AS text)"),
        Dialect::MySql => format!("NOT ({column} <=> {value})"),
        Dialect::Sqlite => format!("{column} IS NOT {value}"),
    }
}
