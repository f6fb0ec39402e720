//! The tables that rows are made for, with what the database tells of their columns and keys.

use std::collections::BTreeMap;

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use super::{mysql, postgres, sqlite};
use crate::{
    schema::verify::rows::Columns,
    sql::{quote, rows},
};

/// A table.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) keys: Vec<Reference>,
}

/// A column.
pub(super) struct Column {
    pub(super) name: String,
    /// It takes no NULL and has no default.
    pub(super) is_required: bool,
    /// The database gives its values: an identity, a sequence, a generated column.
    pub(super) is_given: bool,
    /// Its default as SQL, where rows can be compared with it.
    pub(super) usual: Option<String>,
    /// Values of its type as SQL, the usual one first; none of a type that is not known.
    pub(super) values: Vec<String>,
}

/// One column of a foreign key.
pub(super) struct Reference {
    key: String,
    column: String,
    parent: String,
    parent_schema: Option<String>,
    parent_column: String,
}

impl Table {
    pub(super) fn refers_to(&self, table: &str) -> bool {
        self.keys.iter().any(|key| key.is_to(table))
    }

    /// The value that refers to another row, as SQL; `None` for a column that refers to nothing.
    ///
    /// All columns of a key come from one row: the first in the order of these columns.
    pub(super) fn reference(&self, backend: DbBackend, column: &Column) -> Option<String> {
        let key = self.key_of(column)?;
        let table = quote(backend, &key.parent);
        let schema = key.parent_schema.as_ref().map_or_else(String::new, |schema| quote(backend, schema) + ".");
        let wanted = quote(backend, &key.parent_column);
        let all = self.keys.iter().filter(|one| one.key == key.key).map(|one| quote(backend, &one.parent_column));
        let order = all.collect::<Vec<_>>().join(", ");
        // Twice: MySQL reads no table that it changes, but what it has made of one.
        Some(format!(
            "(SELECT m.v FROM (SELECT {wanted} AS v FROM {schema}{table} WHERE {wanted} IS NOT NULL ORDER BY {order} LIMIT 1) AS m)"
        ))
    }

    /// The column of this table that a column refers to.
    pub(super) fn own_reference(&self, column: &Column) -> Option<&Column> {
        let key = self.key_of(column).filter(|key| key.is_to(&self.name))?;
        self.columns.iter().find(|one| one.name.eq_ignore_ascii_case(&key.parent_column))
    }

    fn key_of(&self, column: &Column) -> Option<&Reference> {
        self.keys.iter().find(|key| key.column.eq_ignore_ascii_case(&column.name))
    }
}

impl Reference {
    fn is_to(&self, table: &str) -> bool {
        self.parent_schema.is_none() && self.parent.eq_ignore_ascii_case(table)
    }
}

/// Those of the wanted tables that hold rows of their own: no views, no foreign or virtual tables.
pub(super) async fn read<C: ConnectionTrait>(db: &C, wanted: &BTreeMap<String, Columns>) -> Result<Vec<Table>, DbErr> {
    let (columns, keys) = match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => (postgres::COLUMNS, postgres::KEYS),
        Dialect::MySql => (mysql::COLUMNS, mysql::KEYS),
        Dialect::Sqlite => (sqlite::COLUMNS, sqlite::KEYS),
    };
    let mut found: Vec<Table> = Vec::new();
    for row in rows(db, columns).await? {
        let name: String = row.try_get("", "table_name")?;
        if !wanted.contains_key(&name) {
            continue;
        }
        let column = column(db.get_database_backend(), &row)?;
        match found.last_mut().filter(|table| table.name == name) {
            Some(table) => table.columns.push(column),
            None => found.push(Table { name, columns: vec![column], keys: Vec::new() }),
        }
    }
    for row in rows(db, keys).await? {
        let name: String = row.try_get("", "table_name")?;
        if let Some(table) = found.iter_mut().find(|table| table.name == name) {
            table.keys.push(Reference {
                key: row.try_get("", "key_name")?,
                column: row.try_get("", "name")?,
                parent: row.try_get("", "parent")?,
                parent_schema: row.try_get("", "parent_schema")?,
                parent_column: row.try_get("", "parent_column")?,
            });
        }
    }
    Ok(found)
}

fn column(backend: DbBackend, row: &QueryResult) -> Result<Column, DbErr> {
    let text = |name| row.try_get::<String>("", name);
    let (kind, full) = (text("kind")?.to_lowercase(), text("full_type")?);
    let values = match Dialect::of(backend) {
        Dialect::Postgres => postgres::values(&text("category")?, &kind, &full),
        Dialect::MySql => mysql::values(&kind, row.try_get::<Option<String>>("", "length")?.as_deref()),
        Dialect::Sqlite => sqlite::values(&kind),
    };
    Ok(Column {
        name: text("name")?,
        is_required: text("is_required")? == "y",
        is_given: text("is_given")? == "y",
        usual: row.try_get("", "usual")?,
        values,
    })
}
