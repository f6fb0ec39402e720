//! Rows and values that `up` changes, set aside so that `down` has them back: the other way round of
//! [`kept`](migration_engine::revision::kept), whose prefix keeps the tables out of the schema.

use migration_timescale::{Dialect, MYSQL_TABLE_OPTIONS, TimescaleManager, add_primary_key_sql};
use sea_orm_migration::prelude::*;

use super::column::run;

/// Adds the rows of a query to the table `name`, known by their column `id`. Those that are there already stay as they were:
/// what a row was at first counts, and a run that was killed can be started again.
pub async fn set(manager: &SchemaManager<'_>, name: &str, query: &str) -> Result<(), DbErr> {
    set_by(manager, name, &["id"], query).await
}

/// The same of rows that are known by these columns.
pub async fn set_by(manager: &SchemaManager<'_>, name: &str, key: &[&str], query: &str) -> Result<(), DbErr> {
    let columns = key.join(", ");
    let dialect = Dialect::of(manager.get_database_backend());
    if !manager.table_exists(name).await? {
        let options = match dialect {
            Dialect::MySql => format!("(PRIMARY KEY ({columns})) {MYSQL_TABLE_OPTIONS} "),
            Dialect::Postgres | Dialect::Sqlite => String::new(),
        };
        run(manager, &format!("CREATE TABLE {name} {options}AS SELECT * FROM ({query}) q WHERE 1 = 0")).await?;
        match dialect {
            Dialect::Postgres => run(manager, &add_primary_key_sql(name, key)).await?,
            Dialect::Sqlite => run(manager, &format!("CREATE UNIQUE INDEX {name}_key ON {name} ({columns})")).await?,
            Dialect::MySql => {}
        }
    }
    let (insert, end) = insert_missing(dialect);
    run(manager, &format!("{insert} INTO {name} SELECT * FROM ({query}) q WHERE true{end}")).await
}

/// How rows are inserted that are not there yet: what the statement begins with, and how it ends.
pub fn insert_missing(dialect: Dialect) -> (&'static str, &'static str) {
    match dialect {
        Dialect::Postgres => ("INSERT", " ON CONFLICT DO NOTHING"),
        Dialect::Sqlite => ("INSERT OR IGNORE", ""),
        Dialect::MySql => ("INSERT IGNORE", ""),
    }
}

/// Puts a column back as it was in the rows that are still there, and forgets it.
pub async fn put_back(manager: &SchemaManager<'_>, name: &str, table: &str, column: &str) -> Result<(), DbErr> {
    if manager.table_exists(name).await? {
        let sql = format!(
            "UPDATE {table} SET {column} = (SELECT k.{column} FROM {name} k WHERE k.id = {table}.id) \
             WHERE id IN (SELECT id FROM {name})"
        );
        run(manager, &sql).await?;
        forget(manager, name).await?;
    }
    Ok(())
}

/// Puts rows back into the table they were taken from, and forgets them.
pub async fn bring_back(manager: &SchemaManager<'_>, name: &str, table: &str) -> Result<(), DbErr> {
    if manager.table_exists(name).await? {
        let (insert, end) = insert_missing(Dialect::of(manager.get_database_backend()));
        run(manager, &format!("{insert} INTO {table} SELECT * FROM {name} WHERE true{end}")).await?;
        forget(manager, name).await?;
    }
    Ok(())
}

/// Drops what was set aside.
pub async fn forget(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table(name.to_owned()).if_exists().take()).await
}
