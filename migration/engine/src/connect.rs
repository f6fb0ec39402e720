//! Opens the runner's one connection, and says clearly why it could not.

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, sqlx};

use crate::{EngineError, Target, sqlstate};

/// How long a server may take to accept a TCP connection.
const REACH: Duration = Duration::from_secs(5);
/// How long a server may take to let us in. Long: servers with one session make callers queue.
const SESSION: Duration = Duration::from_secs(90);

/// Settings of the runner's connection.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// PostgreSQL schema to work in, the server's default when absent.
    pub schema: Option<String>,
}

/// Opens a pool of exactly one connection that is never replaced behind the runner's back, so that session settings and
/// advisory locks stay where they were made.
pub async fn open(target: &Target, settings: &Settings) -> Result<DatabaseConnection, EngineError> {
    reach(target).await?;
    let mut options = ConnectOptions::new(target.driver_url());
    options
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(SESSION)
        .connect_timeout(SESSION)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .set_application_name("migration-engine");
    if let Some(schema) = &settings.schema {
        options.set_schema_search_path(schema);
    }
    // A prepared DDL statement that is executed again after a `down` and `up` still names the types of the first time.
    options.map_sqlx_postgres_opts(|postgres| postgres.statement_cache_capacity(0));
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(Duration::from_secs(30)));
    Database::connect(options).await.map_err(|error| refused(target, &error))
}

/// A plain TCP connection first: the pool would retry a refused one until its long timeout.
async fn reach(target: &Target) -> Result<(), EngineError> {
    let Some((host, port)) = target.address() else { return Ok(()) };
    let unreachable = |reason: String| EngineError::Connect {
        target: target.to_string(),
        reason,
        remedy: format!("start the server, or correct host and port in {}", target.origin()),
    };
    match tokio::time::timeout(REACH, tokio::net::TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(unreachable(match error.kind() {
            std::io::ErrorKind::ConnectionRefused => format!("nothing listens on {host}:{port}"),
            _ => format!("{host}:{port} cannot be reached ({error})"),
        })),
        Err(_) => Err(unreachable(format!("{host}:{port} did not answer within {} s", REACH.as_secs()))),
    }
}

fn refused(target: &Target, error: &DbErr) -> EngineError {
    let origin = target.origin();
    let database = target.database_name().unwrap_or("of the user's name");
    let (reason, remedy) = match (target.backend(), sqlstate::code(error).as_deref()) {
        (DbBackend::Postgres, Some("28P01" | "28000")) | (DbBackend::MySql, Some("28000")) => {
            ("the user name or password is wrong".to_owned(), format!("correct them in {origin}"))
        }
        (DbBackend::Postgres, Some("3D000")) => (
            format!("database {database} does not exist"),
            format!("create it with `createdb {database}`, or correct the name in {origin}"),
        ),
        (DbBackend::MySql, Some("42000")) => (
            format!("database {database} does not exist, or this user may not use it"),
            format!("create it with `CREATE DATABASE {database}`, or correct the name in {origin}"),
        ),
        (DbBackend::Sqlite, _) => (
            reason(error),
            "check that the folder exists and may be written to, and that the file is an SQLite database".to_owned(),
        ),
        _ => (reason(error), format!("check the server and {origin}")),
    };
    EngineError::Connect { target: target.to_string(), reason, remedy }
}

fn reason(error: &DbErr) -> String {
    match sqlstate::sqlx_error(error) {
        Some(sqlx::Error::PoolTimedOut) => format!("it gave no session within {} s", SESSION.as_secs()),
        Some(sqlx::Error::Database(database)) => database.message().to_owned(),
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}
