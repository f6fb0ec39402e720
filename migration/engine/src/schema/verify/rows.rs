//! What tables hold, as a digest for every row: enough to tell how many rows differ.

use migration_timescale::Dialect;
use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use crate::{
    schema::catalog::{Catalog, Kind},
    sql::{quote, rows},
};

/// Names of the columns of a table.
pub(super) type Columns = BTreeSet<String>;

/// What tables hold, by their names.
pub(super) type Held = BTreeMap<String, Rows>;

/// SQLite takes so many in one statement at the very least.
const AT_ONCE: usize = 100;

/// How many rows there are of each content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows(BTreeMap<String, u64>);

/// Counts the rows of each content in these columns. NULL differs from every text, and a number is read with all its digits.
fn question(backend: DbBackend, place: usize, table: &str, columns: &Columns) -> String {
    let names = columns.iter().map(|name| quote(backend, name));
    let content = match Dialect::of(backend) {
        Dialect::Postgres | Dialect::MySql | Dialect::Sqlite if columns.is_empty() => "'-'".to_owned(),
        Dialect::Postgres => format!("md5(ROW({})::text)", names.collect::<Vec<_>>().join(", ")),
        Dialect::MySql => {
            // `CONCAT` makes text of numbers and leaves bytes as they are, which `HEX` alone does not.
            let each: Vec<String> = names.map(|name| format!("COALESCE(HEX(CONCAT({name})), '-')")).collect();
            format!("MD5(CONCAT_WS(' ', {}))", each.join(", "))
        }
        Dialect::Sqlite => names.map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ' ' || "),
    };
    let table = quote(backend, table);
    format!("SELECT {place} AS place, {content} AS content, count(*) AS number FROM {table} GROUP BY 2")
}

impl Rows {
    /// How many rows there are.
    pub(super) fn number(&self) -> u64 {
        self.0.values().sum()
    }

    /// These rows without the others.
    pub(super) fn without(&self, others: &Self) -> Self {
        let rest = self.0.iter().filter_map(|(content, number)| {
            let rest = number.saturating_sub(others.0.get(content).copied().unwrap_or_default());
            (rest > 0).then(|| (content.clone(), rest))
        });
        Self(rest.collect())
    }

    /// How many of these rows the others do not have.
    pub(super) fn missing_from(&self, others: &Self) -> u64 {
        self.without(others).number()
    }
}

/// The tables of a schema with their columns.
pub(super) fn tables(catalog: &Catalog) -> BTreeMap<String, Columns> {
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for object in catalog.objects() {
        match (object.kind, &object.table) {
            (Kind::Table, Some(table)) => {
                tables.entry(table.clone()).or_default();
            }
            (Kind::Column, Some(table)) => {
                if let Some(name) = object.name.strip_prefix(table).and_then(|rest| rest.strip_prefix('.')) {
                    tables.entry(table.clone()).or_default().insert(name.to_owned());
                }
            }
            _ => {}
        }
    }
    tables
}

/// What each of these columns of a table holds, in a few questions.
pub(super) async fn read_each<C: ConnectionTrait>(db: &C, wanted: &[(&str, Columns)]) -> Result<Vec<Rows>, DbErr> {
    let backend = db.get_database_backend();
    let mut found = vec![Rows::default(); wanted.len()];
    let questions: Vec<String> =
        wanted.iter().enumerate().map(|(place, (table, columns))| question(backend, place, table, columns)).collect();
    for several in questions.chunks(AT_ONCE) {
        for row in rows(db, &several.join(" UNION ALL ")).await? {
            let (place, number): (i32, i64) = (row.try_get("", "place")?, row.try_get("", "number")?);
            if let Some(rows) = usize::try_from(place).ok().and_then(|place| found.get_mut(place)) {
                rows.0.insert(row.try_get("", "content")?, u64::try_from(number).unwrap_or_default());
            }
        }
    }
    Ok(found)
}

/// What all these tables hold.
pub(super) async fn read_all<C: ConnectionTrait>(db: &C, tables: &BTreeMap<String, Columns>) -> Result<Held, DbErr> {
    let wanted: Vec<_> = tables.iter().map(|(table, columns)| (table.as_str(), columns.clone())).collect();
    Ok(tables.keys().cloned().zip(read_each(db, &wanted).await?).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_counted() {
        let rows =
            |found: &[(&str, u64)]| Rows(found.iter().map(|(row, number)| ((*row).to_owned(), *number)).collect());
        let (two, one) = (rows(&[("a", 2), ("b", 1)]), rows(&[("a", 1), ("c", 5)]));
        assert_eq!((two.missing_from(&one), one.missing_from(&two)), (2, 5));
        assert_eq!((two.number(), two.missing_from(&two)), (3, 0));
    }
}
