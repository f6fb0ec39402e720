//! A check on columns that hold values.

use migration_timescale::{Dialect, Question, identifier, question::is_answered};
use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::{CONSTRAINT, Refused, run};
use crate::{
    revision::{sqlite_table, stretches::has_columnstore},
    sql::rows,
};

const MYSQL: &str = "SELECT count(*) > 0 FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
     AND CONSTRAINT_TYPE = 'CHECK' AND TABLE_NAME = ? AND CONSTRAINT_NAME = ?";

/// Adds a check, unless it is there. `condition` is SQL.
///
/// # Errors
///
/// A row does not meet it.
pub async fn add_check(manager: &SchemaManager<'_>, table: &str, name: &str, condition: &str) -> Result<(), DbErr> {
    let dialect = Dialect::of(manager.get_database_backend());
    let check = format!("CONSTRAINT {} CHECK ({condition})", dialect.quote(name));
    match dialect {
        Dialect::Postgres => add_on_postgres(manager, table, name, &check).await,
        Dialect::MySql if is_on_mysql(manager, table, name, false).await? => Ok(()),
        Dialect::MySql => run(manager, &format!("ALTER TABLE {} ADD {check}", dialect.quote(table))).await,
        Dialect::Sqlite => {
            refuse_unmet(manager, table, condition).await?;
            sqlite_table::change(manager, table, (")", &format!(", {check}")), |text| {
                Ok((!text.has_constraint(name)).then(|| text.with_element(&check)))
            })
            .await
        }
    }
}

/// Drops a check, unless it is gone: the inverse of [`add_check`], which it is told what it was given.
///
/// # Errors
///
/// Those of the database.
pub async fn drop_check(manager: &SchemaManager<'_>, table: &str, name: &str, condition: &str) -> Result<(), DbErr> {
    let dialect = Dialect::of(manager.get_database_backend());
    let alter = format!("ALTER TABLE {} DROP CONSTRAINT", dialect.quote(table));
    match dialect {
        Dialect::Postgres => run(manager, &format!("{alter} IF EXISTS {}", identifier(name))).await,
        Dialect::MySql if !is_on_mysql(manager, table, name, true).await? => Ok(()),
        Dialect::MySql => run(manager, &format!("{alter} {}", dialect.quote(name))).await,
        Dialect::Sqlite => {
            let check = format!(", CONSTRAINT {} CHECK ({condition})", dialect.quote(name));
            sqlite_table::change(manager, table, (&check, ""), |text| Ok(text.without_constraint(name))).await
        }
    }
}

async fn add_on_postgres(manager: &SchemaManager<'_>, table: &str, name: &str, check: &str) -> Result<(), DbErr> {
    let add = format!("ALTER TABLE {} ADD {check}", identifier(table));
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
    run(manager, &format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", identifier(table), identifier(name))).await
}

/// Where nothing can be asked it is as the revision takes it to be.
async fn is_on_mysql(manager: &SchemaManager<'_>, table: &str, name: &str, taken: bool) -> Result<bool, DbErr> {
    if is_answered() {
        return Ok(taken);
    }
    let found: i64 = Question::new(MYSQL, [table, name], |_| 0).ask(manager.get_connection()).await?;
    Ok(found > 0)
}

/// A text that is changed asks no row.
async fn refuse_unmet(manager: &SchemaManager<'_>, table: &str, condition: &str) -> Result<(), DbErr> {
    if is_answered() {
        return Ok(());
    }
    let unmet = format!("SELECT 1 FROM {} WHERE NOT ({condition}) LIMIT 1", Dialect::Sqlite.quote(table));
    if rows(manager.get_connection(), &unmet).await?.is_empty() {
        return Ok(());
    }
    Err(Refused::Unmet { table: table.to_owned(), condition: condition.to_owned() }.into())
}
