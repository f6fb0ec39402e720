//! Who is in the way of a revision.

use sea_orm::{DatabaseConnection, DbBackend};

use crate::sql;

/// Sessions with an open transaction that holds locks on tables of users, the oldest first. On hypertables the locks are
/// on chunks, in TimescaleDB's own schema, so only the system's schemas and the tables of extensions are left out.
const POSTGRES: &str = include_str!("blockers_postgres.sql");

const MYSQL: &str = include_str!("blockers_mysql.sql");

/// Names them on one line; an answer that cannot be had is not an error.
pub(crate) async fn blockers(db: &DatabaseConnection) -> String {
    let sql = if db.get_database_backend() == DbBackend::MySql { MYSQL } else { POSTGRES };
    let rows = sql::rows(db, sql).await.unwrap_or_default();
    let named: Vec<String> = rows.iter().filter_map(|row| row.try_get("", "blocker").ok()).collect();
    if named.is_empty() { "a transaction that has ended since".to_owned() } else { named.join("; ") }
}
