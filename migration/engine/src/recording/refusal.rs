//! The error with which a server answers a statement that cannot work on a known schema: it creates an object that exists,
//! or changes one that does not. Revisions ignore such errors, or know them by their text.

use migration_timescale::Dialect;
use std::{borrow::Cow, error::Error, fmt};

use migration_timescale::question::KnownSchema;
use sea_orm::{
    DbBackend, DbErr, RuntimeErr,
    sqlx::{
        self,
        error::{DatabaseError, ErrorKind},
    },
};
use sqlparser::ast::{self, AlterTableOperation as Operation, ObjectType, Statement};

use super::model::{Model, Table, names::Names};
use crate::sql::parsed;

/// The error of a statement on this schema, if it is known to fail there.
pub fn refusal(model: &Model, backend: DbBackend, sql: &str) -> Option<Refusal> {
    let texts = parsed::parse(backend, sql);
    let [one] = &*texts else {
        // Of several statements each changes the schema for the next.
        let mut model = model.clone();
        return texts.iter().find_map(|one| {
            let found = of_each(&model, backend, &one.statements);
            model.apply_parsed(backend, one);
            found
        });
    };
    of_each(model, backend, &one.statements)
}

fn of_each(model: &Model, backend: DbBackend, statements: &[Statement]) -> Option<Refusal> {
    let known = Known { model, backend, names: Names(backend) };
    statements.iter().find_map(|statement| known.refuses(statement))
}

struct Known<'m> {
    model: &'m Model,
    backend: DbBackend,
    names: Names,
}

/// A kind of object, as messages call it.
#[derive(Clone, Copy)]
enum Object {
    Table,
    View,
    Index,
    Type,
}

impl Known<'_> {
    fn refuses(&self, statement: &Statement) -> Option<Refusal> {
        match statement {
            Statement::CreateTable(table) if !table.if_not_exists && !table.or_replace && !table.temporary => {
                self.exists(Object::Table, &self.names.object(&table.name))
            }
            Statement::CreateView(view) if !view.or_replace && !view.if_not_exists => {
                self.exists(Object::View, &self.names.object(&view.name))
            }
            Statement::CreateType { name, .. } => self.exists(Object::Type, &self.names.object(name)),
            Statement::CreateIndex(index) if !index.if_not_exists => {
                let table = self.names.object(&index.table_name);
                let name = index.name.as_ref().map(|name| self.names.object(name));
                self.missing_relation(&table).or_else(|| name.and_then(|name| self.index_exists(&table, &name)))
            }
            Statement::AlterTable(alteration) => {
                let name = self.names.object(&alteration.name);
                match self.table(&name) {
                    Some(table) => {
                        alteration.operations.iter().find_map(|one| self.refuses_operation(&name, table, one))
                    }
                    None if alteration.if_exists => None,
                    None => self.missing_relation(&name),
                }
            }
            Statement::Drop { object_type, if_exists: false, names, table, .. } => {
                let table = table.as_ref().map(|table| self.names.object(table));
                names.iter().find_map(|name| self.missing(*object_type, &self.names.object(name), table.as_deref()))
            }
            _ => None,
        }
    }

    fn refuses_operation(&self, name: &str, table: &Table, operation: &Operation) -> Option<Refusal> {
        let has = |column: &ast::Ident| {
            let wanted = self.names.ident(column);
            table.columns.iter().any(|known| self.same(&known.name, &wanted))
        };
        match operation {
            Operation::AddColumn { if_not_exists: false, column_def, .. } if has(&column_def.name) => {
                let column = self.names.ident(&column_def.name);
                Some(match Dialect::of(self.backend) {
                    Dialect::MySql => Refusal::mysql("42S21", format!("Duplicate column name '{column}'")),
                    Dialect::Sqlite => Refusal::sqlite(format!("duplicate column name: {column}")),
                    Dialect::Postgres => {
                        Refusal::postgres("42701", format!("column \"{column}\" of relation \"{name}\" already exists"))
                    }
                })
            }
            // A table without columns is one of which they are not known.
            Operation::DropColumn { if_exists: false, column_names, .. } if !table.columns.is_empty() => {
                let column = self.names.ident(column_names.iter().find(|column| !has(column))?);
                Some(match Dialect::of(self.backend) {
                    Dialect::MySql => {
                        Refusal::mysql("42000", format!("Can't DROP COLUMN `{column}`; check that it exists"))
                    }
                    Dialect::Sqlite => Refusal::sqlite(format!("no such column: \"{column}\"")),
                    Dialect::Postgres => {
                        Refusal::postgres("42703", format!("column \"{column}\" of relation \"{name}\" does not exist"))
                    }
                })
            }
            _ => None,
        }
    }

    /// SQLite and MySQL tell no letters apart by their case, as far as the file system of a server of MySQL lets them.
    fn same(&self, one: &str, other: &str) -> bool {
        match Dialect::of(self.backend) {
            Dialect::MySql | Dialect::Sqlite => one.eq_ignore_ascii_case(other),
            Dialect::Postgres => one == other,
        }
    }

    fn table(&self, name: &str) -> Option<&Table> {
        self.model.tables.iter().find(|(known, _)| self.same(known, name)).map(|(_, table)| table)
    }

    fn has_view(&self, name: &str) -> bool {
        self.model.views.keys().any(|known| self.same(known, name))
    }

    fn has_index(&self, name: &str) -> bool {
        self.model.tables.values().flat_map(|table| &table.indexes).any(|known| self.same(known, name))
    }

    fn exists(&self, object: Object, name: &str) -> Option<Refusal> {
        let found = match object {
            Object::Type => self.model.types.keys().any(|known| self.same(known, name)),
            _ => self.table(name).is_some() || self.has_view(name),
        };
        found.then(|| match (Dialect::of(self.backend), object) {
            (Dialect::MySql, _) => Refusal::mysql("42S01", format!("Table '{name}' already exists")),
            (Dialect::Sqlite, _) if self.table(name).is_some() => {
                Refusal::sqlite(format!("table {name} already exists"))
            }
            (Dialect::Sqlite, _) => Refusal::sqlite(format!("view {name} already exists")),
            (Dialect::Postgres, Object::Type) => Refusal::postgres("42710", format!("type \"{name}\" already exists")),
            (Dialect::Postgres, Object::Table | Object::View | Object::Index) => {
                Refusal::postgres("42P07", format!("relation \"{name}\" already exists"))
            }
        })
    }

    /// Names of indexes are those of their table on MySQL, and of the schema elsewhere.
    fn index_exists(&self, table: &str, name: &str) -> Option<Refusal> {
        let found = match Dialect::of(self.backend) {
            Dialect::MySql => {
                self.table(table).is_some_and(|table| table.indexes.iter().any(|known| self.same(known, name)))
            }
            Dialect::Postgres | Dialect::Sqlite => self.has_index(name),
        };
        found.then(|| match Dialect::of(self.backend) {
            Dialect::MySql => Refusal::mysql("42000", format!("Duplicate key name '{name}'")),
            Dialect::Sqlite => Refusal::sqlite(format!("index {name} already exists")),
            Dialect::Postgres => Refusal::postgres("42P07", format!("relation \"{name}\" already exists")),
        })
    }

    /// The table that a statement is about.
    fn missing_relation(&self, name: &str) -> Option<Refusal> {
        if self.table(name).is_some() || self.has_view(name) {
            return None;
        }
        Some(match Dialect::of(self.backend) {
            Dialect::MySql => Refusal::mysql("42S02", format!("Table '{name}' doesn't exist")),
            Dialect::Sqlite => Refusal::sqlite(format!("no such table: {name}")),
            Dialect::Postgres => Refusal::postgres("42P01", format!("relation \"{name}\" does not exist")),
        })
    }

    /// An object that is to be dropped.
    fn missing(&self, kind: ObjectType, name: &str, table: Option<&str>) -> Option<Refusal> {
        let (object, found) = match kind {
            ObjectType::Table => (Object::Table, self.table(name).is_some()),
            ObjectType::View | ObjectType::MaterializedView => (Object::View, self.has_view(name)),
            ObjectType::Type => (Object::Type, self.model.has_type(name)),
            ObjectType::Index => (
                Object::Index,
                match table.map(|table| self.table(table)) {
                    Some(table) => table.is_some_and(|table| table.indexes.iter().any(|known| self.same(known, name))),
                    None => self.has_index(name),
                },
            ),
            _ => return None,
        };
        let word = match object {
            Object::Table => "table",
            Object::View => "view",
            Object::Index => "index",
            Object::Type => "type",
        };
        (!found).then(|| match (Dialect::of(self.backend), object) {
            (Dialect::MySql, Object::Index) => {
                Refusal::mysql("42000", format!("Can't DROP INDEX `{name}`; check that it exists"))
            }
            (Dialect::MySql, _) => Refusal::mysql("42S02", format!("Unknown {word} '{name}'")),
            (Dialect::Sqlite, _) => Refusal::sqlite(format!("no such {word}: {name}")),
            (Dialect::Postgres, Object::Table | Object::View) => {
                Refusal::postgres("42P01", format!("{word} \"{name}\" does not exist"))
            }
            (Dialect::Postgres, Object::Index | Object::Type) => {
                Refusal::postgres("42704", format!("{word} \"{name}\" does not exist"))
            }
        })
    }
}

/// An error as the driver of that server would give it.
#[derive(Clone, Debug)]
pub struct Refusal {
    backend: DbBackend,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn postgres(code: &'static str, message: String) -> Self {
        Self { backend: DbBackend::Postgres, code, message }
    }

    fn mysql(code: &'static str, message: String) -> Self {
        Self { backend: DbBackend::MySql, code, message }
    }

    fn sqlite(message: String) -> Self {
        Self { backend: DbBackend::Sqlite, code: "1", message }
    }

    /// One that nothing is known of.
    pub fn unknown(backend: DbBackend) -> Self {
        let message = "a statement may fail, and this one is tried with that".to_owned();
        match Dialect::of(backend) {
            Dialect::MySql => Self::mysql("HY000", message),
            Dialect::Sqlite => Self::sqlite(message),
            Dialect::Postgres => Self::postgres("XX000", message),
        }
    }

    /// What the server says.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What every statement gets in a transaction of PostgreSQL in which one has failed.
    pub fn aborted() -> Self {
        let message = "current transaction is aborted, commands ignored until end of transaction block";
        Self::postgres("25P02", message.to_owned())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Dialect::of(self.backend) {
            Dialect::Sqlite => write!(f, "(code: {}) {}", self.code, self.message),
            Dialect::MySql => write!(f, "({}): {}", self.code, self.message),
            Dialect::Postgres => f.write_str(&self.message),
        }
    }
}

impl Error for Refusal {}

impl DatabaseError for Refusal {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.into())
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl From<Refusal> for DbErr {
    fn from(refusal: Refusal) -> Self {
        Self::Exec(RuntimeErr::SqlxError(sqlx::Error::Database(Box::new(refusal)).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_not_made_and_what_is_not_is_not_changed() {
        for (backend, column, table, missing) in [
            (
                DbBackend::Postgres,
                "column \"c\" of relation \"t\" already exists",
                "relation \"t\" already exists",
                "table \"x\" does not exist",
            ),
            (DbBackend::MySql, "Duplicate column name 'c'", "Table 't' already exists", "Unknown table 'x'"),
            (DbBackend::Sqlite, "duplicate column name: c", "table t already exists", "no such table: x"),
        ] {
            let mut model = Model::default();
            if backend == DbBackend::Sqlite {
                model.apply(backend, "CREATE VIRTUAL TABLE v USING fts5(a, b)");
                assert!(refusal(&model, backend, "DROP TABLE v").is_none());
            }
            model.apply(backend, "CREATE TABLE t (id int, c int)");
            model.apply(backend, "CREATE INDEX i ON t (c)");
            let says = |sql| refusal(&model, backend, sql).map(|refusal| refusal.message);
            assert_eq!(says("ALTER TABLE t ADD COLUMN c int").as_deref(), Some(column));
            assert_eq!(says("CREATE TABLE t (id int)").as_deref(), Some(table));
            assert_eq!(says("CREATE TABLE u (id int); CREATE TABLE t (id int)").as_deref(), Some(table));
            assert_eq!(says("DROP TABLE x").as_deref(), Some(missing));
            for sql in [
                "CREATE INDEX i ON t (id)",
                "ALTER TABLE x ADD COLUMN c int",
                "ALTER TABLE t DROP COLUMN d",
                "DROP TABLE t; ALTER TABLE t ADD COLUMN d int",
                "CREATE INDEX j ON x (id)",
            ] {
                assert!(says(sql).is_some(), "{sql}");
            }
            for sql in [
                "ALTER TABLE t ADD COLUMN d int",
                "CREATE TABLE IF NOT EXISTS t (id int)",
                "DROP TABLE IF EXISTS x",
                "DROP TABLE t; CREATE TABLE t (id int)",
                "INSERT INTO x VALUES (1)",
                "not SQL at all",
            ] {
                assert_eq!(says(sql), None, "{sql}");
            }
        }
    }
}
