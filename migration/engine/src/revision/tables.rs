//! Tables created with their comments, renamed, and set aside instead of dropped; each unless that is done.

use migration_timescale::{Dialect, TimescaleManager, identifier, literal};
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{Table, TableCreateStatement},
};
use sea_orm_migration::SchemaManager;

use super::{columns, kept::PREFIX, labels::text, references::table_name};

/// Creates a table, and says its comments and those of its columns where they are statements of their own, on PostgreSQL.
/// SQLite keeps none.
///
/// # Errors
///
/// Those of the database.
pub async fn create(manager: &SchemaManager<'_>, table: TableCreateStatement) -> Result<(), DbErr> {
    let name = table.get_table_name().map(table_name).unwrap_or_default();
    let (said, made) = (table.get_comment().cloned(), table.get_columns().clone());
    manager.create_table(table).await?;
    if Dialect::of(manager.get_database_backend()) != Dialect::Postgres {
        return Ok(());
    }
    if let Some(said) = said {
        comment(manager, &name, &said).await?;
    }
    for column in &made {
        columns::comment(manager, &name, column).await?;
    }
    Ok(())
}

/// Says what a table is for; an empty text takes the comment away. SQLite keeps none.
///
/// # Errors
///
/// Those of the database.
pub async fn comment(manager: &SchemaManager<'_>, table: &str, said: &str) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let sql = match Dialect::of(backend) {
        Dialect::Postgres => {
            let said = if said.is_empty() { "NULL".to_owned() } else { literal(said) };
            format!("COMMENT ON TABLE {} IS {said}", identifier(table))
        }
        Dialect::MySql => format!("ALTER TABLE {} COMMENT = {}", Dialect::MySql.quote(table), text(backend, said)),
        Dialect::Sqlite => return Ok(()),
    };
    manager.get_connection().execute_unprepared(&sql).await.map(drop)
}

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
