//! Columns of a table that is in use: added, dropped, renamed, changed; each on every backend, unless that is done.
//!
//! SQLite alters no column. Where the stored values stay valid its documentation has a way without a copy: to change the
//! text of the table. This is how [`change`] does it there.
//!
//! ```no_run
//! # use migration_engine::{revision::columns, sea_orm_migration::{prelude::*, SchemaManager}};
//! # async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
//! columns::add(manager, "sensors", ColumnDef::new("site").string_len(64)).await?;
//! let (short, long) = (ColumnDef::new("unit").string_len(8).take(), ColumnDef::new("unit").string_len(32).take());
//! columns::change(manager, "sensors", short, long).await
//! # }
//! ```

use migration_timescale::{Dialect, HypertableColumn, TimescaleManager, identifier, literal, question::is_answered};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr,
    sea_query::{
        ColumnDef, Expr, ExprTrait, IntoColumnDef, MysqlQueryBuilder, PostgresQueryBuilder, Query, SqliteQueryBuilder,
        Table, backend::TableBuilder,
    },
};
use sea_orm_migration::SchemaManager;

use super::{batch::BatchedUpdate, constraints, sqlite_table};
use crate::sql::quote;

/// Adds a column, with its comment where the server keeps one.
///
/// # Errors
///
/// Those of the database; what a hypertable with columnstore refuses is named before anything runs.
pub async fn add(manager: &SchemaManager<'_>, table: &str, column: impl IntoColumnDef + Send) -> Result<(), DbErr> {
    let column = column.into_column_def();
    manager.change_hypertable_column(&HypertableColumn::add(table, column.clone())).await?;
    comment(manager, table, &column).await
}

/// Says the comment of a column that was made with it. On MySQL it is part of the column, and SQLite keeps none.
pub(super) async fn comment(manager: &SchemaManager<'_>, table: &str, column: &ColumnDef) -> Result<(), DbErr> {
    match (Dialect::of(manager.get_database_backend()), comment_of(column)) {
        (Dialect::Postgres, Some(said)) => set_comment(manager, table, &column.get_column_name(), Some(said)).await,
        (Dialect::Postgres | Dialect::MySql | Dialect::Sqlite, _) => Ok(()),
    }
}

/// On PostgreSQL.
async fn set_comment(manager: &SchemaManager<'_>, table: &str, column: &str, said: Option<&str>) -> Result<(), DbErr> {
    let said = said.map_or_else(|| "NULL".to_owned(), literal);
    let sql = format!("COMMENT ON COLUMN {}.{} IS {said}", identifier(table), identifier(column));
    manager.get_connection().execute_unprepared(&sql).await.map(std::mem::drop)
}

/// Drops a column, with what it holds: [`KeptColumns::leave`](super::kept::KeptColumns::leave) keeps that.
///
/// # Errors
///
/// As those of [`add`].
pub async fn drop(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    manager.change_hypertable_column(&HypertableColumn::drop(table, column)).await
}

/// Renames a column. Programs that are running know the old name alone.
///
/// # Errors
///
/// Those of the database.
pub async fn rename(manager: &SchemaManager<'_>, table: &str, from: &str, to: &str) -> Result<(), DbErr> {
    if !manager.column_exists(table, from).await? && manager.column_exists(table, to).await? {
        return Ok(());
    }
    let (table, from, to) = (table.to_owned(), from.to_owned(), to.to_owned());
    manager.alter_table(Table::alter().table(table).rename_column(from, to).take()).await
}

/// Gives rows that have nothing in a column this value, an expression in SQL, some thousand rows at a time: see
/// [`BatchedUpdate`]. `key` identifies a row.
///
/// # Errors
///
/// Those of the database.
pub async fn fill(
    manager: &SchemaManager<'_>,
    table: &str,
    key: &[&str],
    column: &str,
    value: &str,
) -> Result<(), DbErr> {
    let quoted = quote(manager.get_database_backend(), column);
    let (set, empty) = (format!("{quoted} = {value}"), format!("{quoted} IS NULL"));
    BatchedUpdate::of(table, key).set(&set).rows_where(&empty).run(manager).await
}

/// Gives a column the type, the nullability, the default and the comment of `to`, which has its name; `from` is what it has.
/// What is the same in both is left alone. SQLite keeps no comment.
///
/// # Errors
///
/// A value does not fit the new type, or a row has none where it has to: nothing is lost then.
pub async fn change(
    manager: &SchemaManager<'_>,
    table: &str,
    from: impl IntoColumnDef + Send,
    to: impl IntoColumnDef + Send,
) -> Result<(), DbErr> {
    let (from, to) = (from.into_column_def(), to.into_column_def());
    let backend = manager.get_database_backend();
    match Dialect::of(backend) {
        Dialect::Postgres => on_postgres(manager, table, &from, &to).await,
        Dialect::MySql => manager.alter_table(Table::alter().table(table.to_owned()).modify_column(to).take()).await,
        Dialect::Sqlite => on_sqlite(manager, table, &from, &to).await,
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, table: &str, from: &ColumnDef, to: &ColumnDef) -> Result<(), DbErr> {
    let backend = DbBackend::Postgres;
    let (quoted, name) = (identifier(table), to.get_column_name());
    let alter = format!("ALTER TABLE {quoted} ALTER COLUMN {}", identifier(&name));
    let run = async |rest: String| {
        manager.get_connection().execute_unprepared(&format!("{alter} {rest}")).await.map(std::mem::drop)
    };
    let (old_default, new_default) = (default_of(backend, from), default_of(backend, to));
    let new_type = type_of(backend, to);
    let retyped = new_type != type_of(backend, from);
    if retyped {
        // As for a value that is assigned: one that does not fit is refused, and not cut to length.
        run(format!("TYPE {new_type}")).await?;
    }
    match new_default {
        Some(default) if old_default.as_ref() != Some(&default) => run(format!("SET DEFAULT {default}")).await?,
        None if old_default.is_some() => run("DROP DEFAULT".to_owned()).await?,
        _ => {}
    }
    if comment_of(from) != comment_of(to) {
        set_comment(manager, table, &name, comment_of(to)).await?;
    }
    match (is_required(from), is_required(to)) {
        (false, true) => constraints::set_not_null(manager, table, &name).await,
        (true, false) => constraints::drop_not_null(manager, table, &name).await,
        _ => Ok(()),
    }
}

async fn on_sqlite(manager: &SchemaManager<'_>, table: &str, from: &ColumnDef, to: &ColumnDef) -> Result<(), DbErr> {
    let backend = DbBackend::Sqlite;
    let name = to.get_column_name();
    if is_required(to) && !is_required(from) && !is_answered() {
        // A text that is changed asks no row.
        let found = Query::select()
            .expr(Expr::cust("1"))
            .from(table.to_owned())
            .and_where(Expr::col(name.clone()).is_null())
            .limit(1)
            .take();
        if manager.get_connection().query_one(&found).await?.is_some() {
            return Err(DbErr::Migration(format!("rows of {table} have no {name}; give them one first")));
        }
    }
    let (old, new) = (definition(from), definition(to));
    if old == new {
        return Ok(());
    }
    let parts = sqlite_table::Column {
        name,
        data_type: type_of(backend, to),
        is_required: is_required(to),
        default: default_of(backend, to),
    };
    sqlite_table::change(manager, table, (&old, &new), |text| text.with_column(&parts)).await
}

/// A type, as the backend spells it.
pub(crate) fn type_of(backend: DbBackend, column: &ColumnDef) -> String {
    let mut sql = String::new();
    if let Some(data_type) = column.get_column_type() {
        match Dialect::of(backend) {
            Dialect::Postgres => PostgresQueryBuilder.prepare_column_type(data_type, &mut sql),
            Dialect::MySql => MysqlQueryBuilder.prepare_column_type(data_type, &mut sql),
            Dialect::Sqlite => TableBuilder::prepare_column_type(&SqliteQueryBuilder, data_type, &mut sql),
        }
    }
    sql
}

/// A default, as the backend spells it.
pub(crate) fn default_of(backend: DbBackend, column: &ColumnDef) -> Option<String> {
    let default = column.get_column_spec().default.as_ref()?;
    let select = Query::select().expr(default.clone()).take();
    let sql = match Dialect::of(backend) {
        Dialect::Postgres => select.to_string(PostgresQueryBuilder),
        Dialect::MySql => select.to_string(MysqlQueryBuilder),
        Dialect::Sqlite => select.to_string(SqliteQueryBuilder),
    };
    sql.strip_prefix("SELECT ").map(str::to_owned)
}

/// What is said of it.
fn comment_of(column: &ColumnDef) -> Option<&str> {
    column.get_column_spec().comment.as_deref()
}

/// Whether it has to have a value.
pub(crate) fn is_required(column: &ColumnDef) -> bool {
    column.get_column_spec().nullable == Some(false)
}

/// A column as it stands in the text of a table that these builders made.
fn definition(column: &ColumnDef) -> String {
    let mut sql = String::new();
    TableBuilder::prepare_column_def(&SqliteQueryBuilder, column, &mut sql);
    sql
}
