//! Foreign keys of a table that is in use: added and dropped, on every backend, unless that is done.
//!
//! On PostgreSQL a key is added as `NOT VALID` and validated in a statement of its own, which lets others write meanwhile; a
//! table with a columnstore refuses that, and gets it at once. SQLite alters no key; there the text of the table is changed,
//! and every row is checked.
//!
//! ```no_run
//! # use migration_engine::{revision::references, sea_orm_migration::{prelude::*, SchemaManager}};
//! # async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
//! let site = ForeignKey::create().name("fk-sensors-site_id").from("sensors", "site_id").to("sites", "id").take();
//! references::add(manager, site).await
//! # }
//! ```

use migration_timescale::{Dialect, Question, identifier, question::is_answered};
use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, PostgresQueryBuilder, TableRef},
};
use sea_orm_migration::SchemaManager;

use super::{sqlite_table, stretches::has_columnstore};
use crate::sql::rows;

const POSTGRES: &str = "SELECT k.convalidated FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 AND k.conname = $2";
const MYSQL: &str = "SELECT count(*) > 0 FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() \
     AND CONSTRAINT_TYPE = 'FOREIGN KEY' AND TABLE_NAME = ? AND CONSTRAINT_NAME = ?";

/// Adds a foreign key, which has a name.
///
/// # Errors
///
/// A row refers to none that is there.
pub async fn add(manager: &SchemaManager<'_>, key: ForeignKeyCreateStatement) -> Result<(), DbErr> {
    let (table, name) = named(&key)?;
    match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => add_on_postgres(manager, &key, &table, &name).await,
        Dialect::MySql if is_there(manager, &table, &name, false).await? => Ok(()),
        Dialect::MySql => manager.create_foreign_key(key).await,
        Dialect::Sqlite => {
            let sql = in_table(&key);
            sqlite_table::change(manager, &table, (")", &format!(", {sql}")), |text| {
                if text.references(key.get_foreign_key()) { Ok(None) } else { Ok(Some(text.with_element(&sql))) }
            })
            .await?;
            refuse_orphans(manager, &table).await
        }
    }
}

/// Drops it.
///
/// # Errors
///
/// Those of the database.
pub async fn drop(manager: &SchemaManager<'_>, key: ForeignKeyCreateStatement) -> Result<(), DbErr> {
    let (table, name) = named(&key)?;
    match Dialect::of(manager.get_database_backend()) {
        Dialect::Postgres => {
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}", identifier(&table), identifier(&name));
            manager.get_connection().execute_unprepared(&sql).await.map(std::mem::drop)
        }
        Dialect::MySql => {
            if is_there(manager, &table, &name, true).await? {
                manager.drop_foreign_key(ForeignKey::drop().table(table.clone()).name(&name).to_owned()).await?;
            }
            drop_own_index(manager, &table, &name).await
        }
        Dialect::Sqlite => {
            let sql = in_table(&key);
            sqlite_table::change(manager, &table, (&format!(", {sql}"), ""), |text| {
                Ok(text.without_reference(key.get_foreign_key()))
            })
            .await
        }
    }
}

async fn add_on_postgres(
    manager: &SchemaManager<'_>,
    key: &ForeignKeyCreateStatement,
    table: &str,
    name: &str,
) -> Result<(), DbErr> {
    let is_valid: Option<bool> = Question::new(POSTGRES, [table, name], |_| None).ask(manager.get_connection()).await?;
    let run = async |sql: String| manager.get_connection().execute_unprepared(&sql).await.map(std::mem::drop);
    let add = key.to_string(PostgresQueryBuilder);
    if has_columnstore(manager, table).await? {
        return if is_valid.is_some() { Ok(()) } else { run(add).await };
    }
    if is_valid.is_none() {
        run(format!("{add} NOT VALID")).await?;
    }
    if is_valid == Some(true) {
        return Ok(());
    }
    run(format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", identifier(table), identifier(name))).await
}

/// Drops the index that MySQL made for a foreign key, of the same name: it stays when the key goes.
async fn drop_own_index(manager: &SchemaManager<'_>, table: &str, name: &str) -> Result<(), DbErr> {
    let quote = |name: &str| Dialect::MySql.quote(name);
    let if_exists = if is_answered() {
        // A script is MariaDB's.
        "IF EXISTS "
    } else if manager.has_index(table, name).await? {
        ""
    } else {
        return Ok(());
    };
    let sql = format!("ALTER TABLE {} DROP INDEX {if_exists}{}", quote(table), quote(name));
    manager.get_connection().execute_unprepared(&sql).await.map(std::mem::drop)
}

/// Where nothing can be asked it is as the revision takes it to be.
async fn is_there(manager: &SchemaManager<'_>, table: &str, name: &str, taken: bool) -> Result<bool, DbErr> {
    if is_answered() {
        return Ok(taken);
    }
    let found: i64 = Question::new(MYSQL, [table, name], |_| 0).ask(manager.get_connection()).await?;
    Ok(found > 0)
}

async fn refuse_orphans(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    if is_answered() {
        return Ok(());
    }
    let sql = format!("SELECT parent FROM pragma_foreign_key_check({}) LIMIT 1", sqlite_table::literal(table));
    let Some(row) = rows(manager.get_connection(), &sql).await?.into_iter().next() else { return Ok(()) };
    let parent: String = row.try_get("", "parent")?;
    Err(DbErr::Migration(format!(
        "rows of {table} refer to rows of {parent} that are not there; delete or change them first"
    )))
}

/// The table and the name.
fn named(key: &ForeignKeyCreateStatement) -> Result<(String, String), DbErr> {
    let key = key.get_foreign_key();
    match (key.get_table().map(table_name), key.get_name()) {
        (Some(table), Some(name)) => Ok((table, name.to_owned())),
        _ => Err(DbErr::Migration("a foreign key of a table that is in use needs its table and a name".to_owned())),
    }
}

/// The name of a table, without its schema.
pub(crate) fn table_name(table: &TableRef) -> String {
    table.sea_orm_table().to_string()
}

/// As it stands in the text of a table: without its name, as the builders write it there.
fn in_table(key: &ForeignKeyCreateStatement) -> String {
    let quoted =
        |names: Vec<String>| names.iter().map(|name| Dialect::Sqlite.quote(name)).collect::<Vec<_>>().join(", ");
    let key = key.get_foreign_key();
    let action = |when: &str, action: Option<ForeignKeyAction>| {
        action.map(|action| format!(" ON {when} {}", words(action))).unwrap_or_default()
    };
    format!(
        "FOREIGN KEY ({}) REFERENCES {} ({}){}{}",
        quoted(key.get_columns()),
        key.get_ref_table().map(|table| Dialect::Sqlite.quote(&table_name(table))).unwrap_or_default(),
        quoted(key.get_ref_columns()),
        action("DELETE", key.get_on_delete()),
        action("UPDATE", key.get_on_update())
    )
}

/// An action in SQL.
pub(crate) fn words(action: ForeignKeyAction) -> &'static str {
    match action {
        ForeignKeyAction::Restrict => "RESTRICT",
        ForeignKeyAction::Cascade => "CASCADE",
        ForeignKeyAction::SetNull => "SET NULL",
        ForeignKeyAction::SetDefault => "SET DEFAULT",
        // The enum may grow.
        _ => "NO ACTION",
    }
}
