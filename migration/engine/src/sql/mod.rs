//! What the engine knows of SQL: names, questions, errors, and how a text is taken apart.
//!
//! # How to look into a text
//!
//! `text` for tokens, `lexed` for tokens and where they are, `parsed` for statements. Nothing else splits or matches SQL.

pub(crate) mod apart;
pub(crate) mod lexed;
pub(crate) mod line;
pub(crate) mod parsed;
pub mod sqlstate;
pub(crate) mod text;

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, Statement, sqlx};

/// `name` quoted for the backend.
pub(crate) fn quote(backend: DbBackend, name: &str) -> String {
    Dialect::of(backend).quote(name)
}

pub(crate) async fn rows<C: ConnectionTrait>(db: &C, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await
}

/// Rows of a query that is sent as plain text: one round trip to a server, where a prepared statement takes two or three.
pub(crate) async fn rows_of_text(db: &DatabaseConnection, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    let failed = |error: sqlx::Error| DbErr::Query(RuntimeErr::SqlxError(error.into()));
    let text = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
    match Dialect::of(db.get_database_backend()) {
        Dialect::Postgres => {
            let fetched = text.fetch_all(db.get_postgres_connection_pool()).await.map_err(failed)?;
            Ok(fetched.into_iter().map(QueryResult::from).collect())
        }
        Dialect::MySql => {
            let fetched = text.fetch_all(db.get_mysql_connection_pool()).await.map_err(failed)?;
            Ok(fetched.into_iter().map(QueryResult::from).collect())
        }
        Dialect::Sqlite => rows(db, sql).await,
    }
}
