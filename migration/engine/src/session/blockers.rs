//! Who is in the way of a revision.

use migration_timescale::Dialect;
use sea_orm::DatabaseConnection;

use crate::sql::{self, sqlstate};

/// Sessions that hold locks on tables of users, those with the oldest transaction first. On hypertables the locks are on
/// chunks, in TimescaleDB's own schema, so only the system's schemas and the tables of extensions are left out. Of sessions
/// of other users an ordinary user sees only that they are there.
const POSTGRES: &str = include_str!("blockers_postgres.sql");

/// Sessions in a transaction, those of this database first: the server does not say which table one has locked.
const MYSQL: &str = include_str!("blockers_mysql.sql");

/// Names them on one line; an answer that cannot be had is not an error.
pub(crate) async fn blockers(db: &DatabaseConnection) -> String {
    let sql = match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => return "a program that writes to the same file".to_owned(),
    };
    let rows = match sql::rows(db, sql).await {
        Ok(rows) => rows,
        Err(error) => return format!("a session that cannot be looked for: {}", sqlstate::message(&error)),
    };
    let named: Vec<String> = rows.iter().filter_map(|row| row.try_get("", "blocker").ok()).collect();
    if named.is_empty() { "a transaction that has ended since".to_owned() } else { named.join("; ") }
}
