//! Tables renamed, and set aside instead of dropped; each unless that is done.

use migration_timescale::TimescaleManager;
use sea_orm::{DbErr, sea_query::Table};
use sea_orm_migration::SchemaManager;

use super::kept::PREFIX;

/// Renames a table. Programs that are running know the old name alone.
///
/// # Errors
///
/// Those of the database.
pub async fn rename(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    if !manager.table_exists(from).await? && manager.table_exists(to).await? {
        return Ok(());
    }
    manager.rename_table(Table::rename().table(from.to_owned(), to.to_owned()).take()).await
}

/// Takes a table out of the schema and keeps its rows, under a name with [`PREFIX`]: nothing of the engine sees it any
/// more, and [`bring_back`] gives it its name again. Drop it by hand when nobody needs it.
///
/// # Errors
///
/// Those of the database.
pub async fn set_aside(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    rename(manager, table, &aside(table)).await
}

/// Puts a table back that was [set aside](set_aside).
///
/// # Errors
///
/// Those of the database; the table was dropped meanwhile.
pub async fn bring_back(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    rename(manager, &aside(table), table).await
}

fn aside(table: &str) -> String {
    format!("{PREFIX}{table}")
}
