//! Connections and questions in plain SQL.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

/// A pool of one connection, without query logging.
pub async fn connect_to(url: &str) -> DatabaseConnection {
    open(options(url)).await
}

pub(crate) fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options
}

pub(crate) async fn open(options: ConnectOptions) -> DatabaseConnection {
    Database::connect(options).await.unwrap_or_else(|error| {
        panic!("cannot connect to the test server ({error}); start it with `scripts/test-servers.sh start`")
    })
}

/// First column of the first row as text.
pub async fn scalar<C: ConnectionTrait>(db: &C, sql: &str) -> Option<String> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect(sql)?;
    row.try_get_by_index::<Option<String>>(0).expect(sql)
}

/// Every row of a query as one text, for comparing before and after.
pub async fn rows_as_text<C: ConnectionTrait>(db: &C, sql: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect(sql);
    rows.iter().map(|row| row.try_get_by_index::<String>(0).expect(sql)).collect()
}
