//! Indexes built while others go on writing.
//!
//! Only outside a transaction; inside one (a revision that runs in a transaction, a scratch run) the index is built the
//! ordinary way. Convergent: what a killed run left invalid is dropped and built again, a valid index is left alone.

use migration_timescale::{PerChunkIndex, TimescaleManager, identifier, manager::index_is_valid};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr,
    sea_query::{Index, IndexCreateStatement, PostgresQueryBuilder},
};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use crate::revision::index_progress;

/// Builds `index`, named `name`, on `table`.
///
/// PostgreSQL tables: `CREATE INDEX CONCURRENTLY`. Hypertables refuse that and get one transaction per chunk instead, so
/// that writers wait for one chunk at a time. SQLite, MySQL and TimescaleDB in WebAssembly build it as they do.
pub async fn create_index(
    manager: &SchemaManager<'_>,
    table: &str,
    name: &str,
    index: IndexCreateStatement,
) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return if manager.index_exists(table, name).await? { Ok(()) } else { manager.create_index(index).await };
    }
    let online = match manager.get_connection() {
        SchemaManagerConnection::Connection(db) => Some(*db),
        _ => None,
    };
    match index_is_valid(manager, name).await? {
        Some(true) => return Ok(()),
        Some(false) => run(manager, &format!("DROP INDEX {}", identifier(name))).await?,
        None => {}
    }
    // In WebAssembly there is no second session to keep going, and both other ways fail there.
    let Some(db) = online else { return manager.create_index(index).await };
    let server = manager.capability().await?;
    if server.is_web_assembly() {
        return manager.create_index(index).await;
    }
    let mut index = index;
    let sql = if manager.is_hypertable(table).await? {
        PerChunkIndex::new(table, name, index).create_sql(server)?
    } else {
        index.concurrently().to_string(PostgresQueryBuilder)
    };
    index_progress::while_building(db, name, run(manager, &sql)).await
}

/// Drops an index, unless it is gone; on PostgreSQL tables while others write, as [`create_index`] builds it.
///
/// # Errors
///
/// Those of the database.
pub async fn drop_index(manager: &SchemaManager<'_>, table: &str, name: &str) -> Result<(), DbErr> {
    if !manager.index_exists(table, name).await? {
        return Ok(());
    }
    let online = manager.get_database_backend() == DbBackend::Postgres
        && matches!(manager.get_connection(), SchemaManagerConnection::Connection(_))
        && !manager.capability().await?.is_web_assembly()
        && !manager.is_hypertable(table).await?;
    if online {
        return run(manager, &format!("DROP INDEX CONCURRENTLY IF EXISTS {}", identifier(name))).await;
    }
    manager.drop_index(Index::drop().name(name).table(table.to_owned()).to_owned()).await
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
