//! An enum and its columns, where they are made.

use migration_timescale::{Dialect, Question, identifier};
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{ColumnDef, Expr, ExprTrait},
};
use sea_orm_migration::SchemaManager;

use super::list;

const HAS_TYPE: &str = "SELECT count(*) > 0 FROM pg_type t \
     WHERE t.typnamespace = quote_ident(current_schema())::regnamespace AND t.typname = $1 AND t.typtype = 'e'";

/// Creates the type of an enum, where enums are types: on PostgreSQL. One that is there stays as it is.
///
/// # Errors
///
/// Those of the database.
pub async fn create(manager: &SchemaManager<'_>, name: &str, labels: &[&str]) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    if Dialect::of(backend) != Dialect::Postgres {
        return Ok(());
    }
    let known = |known: &mut dyn migration_timescale::question::Known| {
        labels.first().is_some_and(|label| known.schema().has_label(name, label))
    };
    if Question::new(HAS_TYPE, [name], known).ask(manager.get_connection()).await? {
        return Ok(());
    }
    let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
    let sql = format!("CREATE TYPE {} AS ENUM ({})", identifier(name), list(backend, &labels, ", "));
    manager.get_connection().execute_unprepared(&sql).await.map(std::mem::drop)
}

/// Drops it.
///
/// # Errors
///
/// Those of the database: a column still has it.
pub async fn drop(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => {
            let sql = format!("DROP TYPE IF EXISTS {}", identifier(name));
            manager.get_connection().execute_unprepared(&sql).await.map(std::mem::drop)
        }
        Dialect::MySql | Dialect::Sqlite => Ok(()),
    }
}

/// A column of an enum: of its type on PostgreSQL, an `ENUM` on MySQL, on SQLite text with a check, as
/// [`EnumLabels`](super::EnumLabels) changes them.
pub fn column(manager: &SchemaManager<'_>, column: &str, name: &str, labels: &[&str]) -> ColumnDef {
    let owned = |text: &str| text.to_owned();
    let backend = manager.get_database_backend();
    let mut definition = ColumnDef::new(owned(column));
    definition.enumeration(owned(name), labels.iter().map(|label| owned(label)));
    // What sea-query would not quote.
    match Dialect::of(backend) {
        Dialect::Postgres if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => {
            definition.custom(identifier(name));
        }
        Dialect::MySql if labels.iter().any(|label| label.contains(['\'', '\\'])) => {
            let labels: Vec<String> = labels.iter().map(|label| owned(label)).collect();
            definition.custom(format!("ENUM({})", list(backend, &labels, ", ")));
        }
        Dialect::Postgres | Dialect::MySql => {}
        Dialect::Sqlite => {
            definition.check(Expr::col(owned(column)).is_in(labels.iter().map(|label| owned(label))));
        }
    }
    definition
}
