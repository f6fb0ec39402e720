//! What tables hold, as a digest for every row: enough to tell how many rows differ.

use migration_timescale::Dialect;
use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbErr};

use crate::{
    schema::catalog::{Catalog, Kind},
    sql::{quote, rows},
};

/// Names of the columns of a table.
pub(super) type Columns = BTreeSet<String>;

/// How many rows there are of each content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows(BTreeMap<String, u64>);

impl Rows {
    /// Reads these columns of every row. NULL differs from every text, and a number is read with all its digits.
    pub(super) async fn read<C: ConnectionTrait>(db: &C, table: &str, columns: &Columns) -> Result<Self, DbErr> {
        let backend = db.get_database_backend();
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
        let sql = format!("SELECT {content} AS content, count(*) AS number FROM {} GROUP BY 1", quote(backend, table));
        let mut found = BTreeMap::new();
        for row in rows(db, &sql).await? {
            let number: i64 = row.try_get("", "number")?;
            found.insert(row.try_get("", "content")?, u64::try_from(number).unwrap_or_default());
        }
        Ok(Self(found))
    }

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

/// What all these tables hold.
pub(super) async fn read_all<C: ConnectionTrait>(
    db: &C,
    tables: &BTreeMap<String, Columns>,
) -> Result<BTreeMap<String, Rows>, DbErr> {
    let mut all = BTreeMap::new();
    for (table, columns) in tables {
        all.insert(table.clone(), Rows::read(db, table, columns).await?);
    }
    Ok(all)
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
