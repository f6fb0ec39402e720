//! NOT NULL of a column that holds values.

use migration_timescale::{Dialect, Question, identifier};
use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::{CONSTRAINT, Refused, add_check, run};
use crate::revision::stretches::has_columnstore;

const NOT_NULL: &str = "SELECT a.attnotnull FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 AND a.attname = $2";

/// Makes a column of PostgreSQL not null, unless it is.
///
/// # Errors
///
/// A row has no value there. On MySQL and SQLite [`Refused::WholeColumn`].
pub async fn set_not_null(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    refuse_elsewhere(manager, table, column)?;
    let (quoted, name) = (identifier(table), identifier(column));
    let is_set: bool = Question::new(NOT_NULL, [table, column], |_| false).ask(manager.get_connection()).await?;
    let set = format!("ALTER TABLE {quoted} ALTER COLUMN {name} SET NOT NULL");
    if has_columnstore(manager, table).await? {
        return if is_set { Ok(()) } else { run(manager, &set).await };
    }
    // PostgreSQL takes the word of a valid check and reads no row.
    let check = format!("{column}_is_not_null");
    if !is_set {
        add_check(manager, table, &check, &format!("{name} IS NOT NULL")).await?;
        run(manager, &set).await?;
    }
    // Not asked in a script, which has just added it.
    let is_left: Option<bool> =
        Question::new(CONSTRAINT, [table, &check], |_| Some(true)).ask(manager.get_connection()).await?;
    match is_left {
        Some(_) => run(manager, &format!("ALTER TABLE {quoted} DROP CONSTRAINT {}", identifier(&check))).await,
        None => Ok(()),
    }
}

/// Lets a column of PostgreSQL be null: the inverse of [`set_not_null`].
///
/// # Errors
///
/// On MySQL and SQLite [`Refused::WholeColumn`].
pub async fn drop_not_null(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    refuse_elsewhere(manager, table, column)?;
    run(manager, &format!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", identifier(table), identifier(column))).await
}

fn refuse_elsewhere(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), Refused> {
    let server = match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => return Ok(()),
        Dialect::MySql => "MySQL",
        Dialect::Sqlite => "SQLite",
    };
    Err(Refused::WholeColumn { server, table: table.to_owned(), column: column.to_owned() })
}
