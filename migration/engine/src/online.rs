//! Indexes built while others go on writing.
//!
//! Only outside a transaction; inside one (a revision that runs in a transaction, a scratch run) the index is built the
//! ordinary way. Convergent: what a killed run left invalid is dropped and built again, a valid index is left alone.

use migration_timescale::{TimescaleManager, identifier};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, Statement,
    sea_query::{IndexCreateStatement, PostgresQueryBuilder},
};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use crate::index_progress;

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
        return if manager.has_index(table, name).await? { Ok(()) } else { manager.create_index(index).await };
    }
    let online = match manager.get_connection() {
        SchemaManagerConnection::Connection(db) => Some(*db),
        _ => None,
    };
    match validity(manager, name).await? {
        Some(true) => return Ok(()),
        Some(false) => run(manager, &format!("DROP INDEX {}", identifier(name))).await?,
        None => {}
    }
    // In WebAssembly there is no second session to keep going, and both other ways fail there.
    let Some(db) = online else { return manager.create_index(index).await };
    if manager.capability().await?.is_web_assembly() {
        return manager.create_index(index).await;
    }
    let mut index = index;
    let sql = if manager.is_hypertable(table).await? {
        per_chunk(&index.to_string(PostgresQueryBuilder))
    } else {
        index.concurrently().to_string(PostgresQueryBuilder)
    };
    index_progress::while_building(db, name, run(manager, &sql)).await
}

/// `CREATE INDEX … [WHERE …]` with the option for one transaction per chunk in its place.
fn per_chunk(sql: &str) -> String {
    const OPTION: &str = " WITH (timescaledb.transaction_per_chunk)";
    match sql.find(" WHERE ") {
        Some(at) => format!("{}{OPTION}{}", &sql[..at], &sql[at..]),
        None => format!("{sql}{OPTION}"),
    }
}

async fn validity(manager: &SchemaManager<'_>, name: &str) -> Result<Option<bool>, DbErr> {
    // Named and bound so that it is answered where revisions are recorded without a database.
    let sql = "SELECT x.indisvalid AS has_valid_index FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
               WHERE i.relnamespace = current_schema()::regnamespace AND i.relname = $1";
    let asked = Statement::from_sql_and_values(DbBackend::Postgres, sql, [name.into()]);
    let row = manager.get_connection().query_one_raw(asked).await?;
    row.map(|row| row.try_get("", "has_valid_index")).transpose()
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_stands_before_the_condition() {
        assert_eq!(
            per_chunk("CREATE INDEX i ON t (a)"),
            "CREATE INDEX i ON t (a) WITH (timescaledb.transaction_per_chunk)"
        );
        assert_eq!(
            per_chunk("CREATE INDEX i ON t (a) WHERE a > 0"),
            "CREATE INDEX i ON t (a) WITH (timescaledb.transaction_per_chunk) WHERE a > 0"
        );
    }
}
