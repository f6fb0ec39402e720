//! Constraints on columns that hold values already, of PostgreSQL's tables of every kind.
//!
//! What is right for a table and for a hypertable is refused by one with a columnstore, and the other way round. These ask
//! which kind it is, on the database and in scripts: `lint` has nothing to say about them. To be called outside of a
//! transaction (`use_transaction() -> Some(false)`); a run that was killed goes on where it ended.
//!
//! - Without a columnstore the constraint is added as `NOT VALID` and validated in a statement of its own, which reads the
//!   table while others read and write it.
//! - With a columnstore it is added at once: its rows are read quickly, under the lock.
//!
//! For a check on columns that the same revision adds there is [`ChecksOnNewColumns`](migration_timescale::ChecksOnNewColumns),
//! which reads no row at all.
//!
//! ```no_run
//! # use migration_engine::{revision::constraints, sea_orm_migration::{prelude::*, SchemaManager}};
//! # async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
//! constraints::set_not_null(manager, "alarms", "value").await?;
//! constraints::add_check(manager, "alarms", "alarms_value_check", "value > -1000").await
//! # }
//! ```

use migration_timescale::{Dialect, Question, identifier};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

use super::stretches::has_columnstore;

const CONSTRAINT: &str = "SELECT k.convalidated FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 AND k.conname = $2";
const NOT_NULL: &str = "SELECT a.attnotnull FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 AND a.attname = $2";

/// Adds a check, unless it is there.
///
/// # Errors
///
/// A row does not meet it, or the backend is not PostgreSQL.
pub async fn add_check(manager: &SchemaManager<'_>, table: &str, name: &str, condition: &str) -> Result<(), DbErr> {
    only_postgres(manager, table, "a check")?;
    let (quoted, constraint) = (identifier(table), identifier(name));
    let add = format!("ALTER TABLE {quoted} ADD CONSTRAINT {constraint} CHECK ({condition})");
    let is_valid: Option<bool> =
        Question::new(CONSTRAINT, [table, name], |_| None).ask(manager.get_connection()).await?;
    if has_columnstore(manager, table).await? {
        return if is_valid.is_some() { Ok(()) } else { run(manager, &add).await };
    }
    if is_valid.is_none() {
        run(manager, &format!("{add} NOT VALID")).await?;
    }
    if is_valid == Some(true) {
        return Ok(());
    }
    run(manager, &format!("ALTER TABLE {quoted} VALIDATE CONSTRAINT {constraint}")).await
}

/// Makes a column not null, unless it is.
///
/// # Errors
///
/// A row has no value there, or the backend is not PostgreSQL.
pub async fn set_not_null(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    only_postgres(manager, table, "NOT NULL")?;
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

/// Lets a column be null: the inverse of [`set_not_null`].
///
/// # Errors
///
/// The backend is not PostgreSQL.
pub async fn drop_not_null(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    only_postgres(manager, table, "NOT NULL")?;
    run(manager, &format!("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL", identifier(table), identifier(column))).await
}

fn only_postgres(manager: &SchemaManager<'_>, table: &str, what: &str) -> Result<(), DbErr> {
    let instead = match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => return Ok(()),
        Dialect::MySql => "state the whole column or the check with alter_table there",
        Dialect::Sqlite => "SQLite changes no table like that: copy it, or check what is written in the programs",
    };
    Err(DbErr::Migration(format!("{what} on {table} is added like this on PostgreSQL alone; {instead}")))
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
