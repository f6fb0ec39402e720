//! A column that a revision adds to a table in use, and that comes back with what was in it.

use migration_engine::revision::kept::KeptColumns;
use migration_timescale::{ChecksOnNewColumns, Dialect, TimescaleManager};
use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::portable::table::Type;

/// A column that is added.
#[derive(Clone, Copy, Debug)]
pub struct NewColumn {
    table: &'static str,
    name: &'static str,
    of: Type,
    default: Option<Default>,
}

/// What a column holds where nothing is given.
#[derive(Clone, Copy, Debug)]
pub enum Default {
    /// A text without quotes in it, or a label.
    Text(&'static str),
    /// A number.
    Number(i32),
}

impl NewColumn {
    /// A column that may be null. The table is known by its `id`.
    pub const fn optional(table: &'static str, name: &'static str, of: Type) -> Self {
        Self { table, name, of, default: None }
    }

    /// A column that is never null and has a default.
    pub const fn defaulting(table: &'static str, name: &'static str, of: Type, default: Default) -> Self {
        Self { table, name, of, default: Some(default) }
    }

    /// Adds it, unless it is there, and puts back what an earlier [`drop`](Self::drop) kept. No row is rewritten, and no row
    /// read under a lock that keeps others out. To be called outside a transaction.
    pub async fn add(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let checks = self.checks(manager.get_database_backend());
        if !manager.column_exists(self.table, self.name).await? {
            let change = manager.begin().await?;
            change.alter_table(self.addition(manager.get_database_backend())).await?;
            if let Some(checks) = &checks {
                change.add_checks(checks).await?;
            }
            change.commit().await?;
        }
        if let Some(checks) = &checks {
            manager.validate_checks(checks).await?;
        }
        self.kept().restore(manager).await
    }

    /// Drops it, and keeps what is more than its default.
    pub async fn drop(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if !manager.column_exists(self.table, self.name).await? {
            return Ok(());
        }
        self.kept().keep_ahead(manager).await?;
        let change = manager.begin().await?;
        self.kept().keep(&change).await?;
        change.alter_table(Table::alter().table(self.table).drop_column(self.name).take()).await?;
        self.kept().release(&change).await?;
        change.commit().await
    }

    fn kept(&self) -> KeptColumns {
        let kept = KeptColumns::of(self.table, self.name).key(&["id"]);
        let kept = if let Type::Enum((name, _)) = self.of {
            kept.enum_column(self.name, name)
        } else {
            kept.column(self.name)
        };
        kept.rows_where(&match self.default {
            Some(Default::Text(text)) => format!("{} <> '{text}'", self.name),
            Some(Default::Number(number)) => format!("{} <> {number}", self.name),
            None => format!("{} IS NOT NULL", self.name),
        })
    }

    fn addition(&self, backend: DbBackend) -> TableAlterStatement {
        let mut column = self.of.column(backend, self.name);
        let rule = match self.default {
            Some(default) => {
                column.not_null();
                match default {
                    Default::Text(text) => column.default(text),
                    Default::Number(number) => column.default(number),
                };
                self.of.check(backend, self.name)
            }
            None if matches!(self.of, Type::Moment) && backend == DbBackend::Sqlite => {
                Some(moment_on_sqlite(self.name))
            }
            None => self.of.optional_check(backend, self.name),
        };
        // PostgreSQL gets it afterwards, the others with the column and then read no row.
        if let (Dialect::Sqlite | Dialect::MySql, Some(rule)) = (Dialect::of(backend), rule) {
            column.check(Expr::cust(rule));
        }
        Table::alter().table(self.table).add_column(column).take()
    }

    /// Its rule on PostgreSQL.
    fn checks(&self, backend: DbBackend) -> Option<ChecksOnNewColumns> {
        if backend != DbBackend::Postgres {
            return None;
        }
        let rule = self.of.check(backend, self.name)?;
        Some(ChecksOnNewColumns::on(self.table).check(&format!("{}_{}_check", self.table, self.name), &rule))
    }
}

/// A real time in UTC, with its offset written out. In words that recordings read: they know a column by its statement.
fn moment_on_sqlite(name: &str) -> String {
    format!(
        "{name} IS NULL OR (julianday({name}) IS NOT NULL AND substr({name}, 11, 1) = 'T' AND substr({name}, -6) = '+00:00')"
    )
}

/// Runs one statement.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
