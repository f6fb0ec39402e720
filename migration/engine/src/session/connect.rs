//! Opens the runner's one connection, and says clearly why it could not.

use std::time::{Duration, Instant};

use migration_timescale::Dialect;
use sea_orm::{
    Database, DatabaseConnection, DbErr, RuntimeErr,
    sqlx::{self, Connection},
};

use crate::{
    EngineError, Target,
    session::{Patience, Session, create, options, pooler::server_behind},
    sql::{self, sqlstate},
};

/// How long the driver may try alone before the server is asked whether it listens at all.
const PROMPT: Duration = Duration::from_millis(150);
/// How long a server may take to accept a TCP connection.
const REACH: Duration = Duration::from_secs(5);
/// How long a server may say that it has too many sessions.
const FULL: Duration = Duration::from_secs(10);

/// Settings of the runner's connection.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// PostgreSQL schema to work in; the target's own when absent, which is the server's default for most.
    pub schema: Option<String>,
    /// Do not make an SQLite file that is not there: the command only reads.
    pub must_exist: bool,
    /// Make a database that is not there, the folders of a file, and a schema that was named by hand.
    pub create: bool,
    /// What the revisions do will be asked for, and is found out while the connection is opened.
    pub records: bool,
}

/// A session, and what was missing and had to be made for it: `database plant`.
pub(crate) type Opened = (DatabaseConnection, Session, Vec<String>);

/// Opens a pool of exactly one connection that is never replaced behind the runner's back, so that session settings and
/// advisory locks stay where they were made.
pub(crate) async fn open(target: &Target, settings: &Settings, patience: &Patience) -> Result<Opened, EngineError> {
    let is_new_file = target.sqlite_file().is_some_and(|file| !file.exists());
    if settings.must_exist && is_new_file {
        return Err(EngineError::Connect {
            target: target.to_string(),
            reason: "the file does not exist".to_owned(),
            remedy: "the command `up` makes it".to_owned(),
        });
    }
    let chosen = match &settings.schema {
        Some(schema) => target.clone().with_schema(schema),
        None => target.clone(),
    };
    let mut made = Vec::new();
    if settings.create {
        made.extend(create::folders(target)?.map(|folder| format!("folder {folder}")));
    }
    let mut began = Instant::now();
    let db = match connected(&chosen, !settings.must_exist).await {
        Err(error) if !settings.must_exist && is_missing_database(&error) => {
            match create::homes(target, settings.create).as_slice() {
                [] => Err(error),
                homes => {
                    create::database(homes, target).await?;
                    made.push(format!("database {}", create::name(target).unwrap_or_default()));
                    began = Instant::now();
                    connected(&chosen, true).await
                }
            }
        }
        result => result,
    };
    let db = match db {
        Ok(db) => db,
        Err(Failed::Refused(error)) => return Err(refused(target, &error).await),
        Err(Failed::Unreachable(error)) => return Err(error),
    };
    if is_new_file {
        made.push(format!("file {}", target.location()));
    }
    match furnished(&db, &chosen, settings, patience, began, &mut made).await {
        Ok(session) => Ok((db, session, made)),
        Err(error) => {
            let _ = db.close().await;
            Err(error)
        }
    }
}

/// The same to a new database, in which the caller makes the schemas.
pub(crate) async fn open_empty(
    target: &Target,
    patience: &Patience,
) -> Result<(DatabaseConnection, Session), EngineError> {
    let began = Instant::now();
    let db = match connected(target, true).await {
        Ok(db) => db,
        Err(Failed::Refused(error)) => return Err(refused(target, &error).await),
        Err(Failed::Unreachable(error)) => return Err(error),
    };
    match Session::begin(&db, target, patience, began).await {
        Ok(session) => Ok((db, session)),
        Err(error) => {
            let _ = db.close().await;
            Err(error)
        }
    }
}

/// Sets up the session, in a schema that is there.
async fn furnished(
    db: &DatabaseConnection,
    target: &Target,
    settings: &Settings,
    patience: &Patience,
    began: Instant,
    made: &mut Vec<String>,
) -> Result<Session, EngineError> {
    let session = Session::begin(db, target, patience, began).await?;
    let path = session.search_path().to_owned();
    match (target.schema(), &settings.schema) {
        (Some(schema), _) if session.place() == Some(schema) => Ok(session),
        // An area's own schema is made as its tables are; one that was named by hand may be misspelt.
        (Some(schema), named) if !settings.must_exist && (named.is_none() || settings.create) => {
            create::schema(db, target, schema).await?;
            made.push(format!("schema {schema}"));
            Ok(session.on_path(schema, &path))
        }
        // Without the schema PostgreSQL would go on to the next of the search path, and the tables would land there.
        (Some(schema), named) => Err(EngineError::Connect {
            target: target.to_string(),
            reason: format!("schema {schema} does not exist, or this user may not use it"),
            remedy: match named {
                Some(_) => {
                    let quoted = migration_timescale::identifier(schema);
                    format!("create it with `CREATE SCHEMA {quoted}`, or correct --database-schema")
                }
                None => "the command `up` makes it".to_owned(),
            },
        }),
        (None, _) if session.place().is_some() => Ok(session),
        (None, _) => Err(nowhere(target, &path)),
    }
}

/// There is no place where a table could be made.
fn nowhere(target: &Target, path: &str) -> EngineError {
    let origin = target.origin();
    let (reason, remedy) = match Dialect::of(target.backend()) {
        Dialect::Postgres => (
            format!("the search path of this user is {path:?}, and no schema of it exists that this user may use"),
            "create one, or `GRANT USAGE ON SCHEMA` to this user, or name another with --database-schema".to_owned(),
        ),
        Dialect::MySql | Dialect::Sqlite => {
            ("no database is selected".to_owned(), format!("add its name to the URL in {origin}"))
        }
    };
    EngineError::Connect { target: target.to_string(), reason, remedy }
}

/// Why there is no session.
pub(super) enum Failed {
    Refused(DbErr),
    Unreachable(EngineError),
}

pub(super) async fn connected(target: &Target, create: bool) -> Result<DatabaseConnection, Failed> {
    tokio::select! {
        connected = Database::connect(options::of(target, create)) => connected.map_err(Failed::Refused),
        error = unreachable(target) => Err(Failed::Unreachable(error)),
        error = Box::pin(full(target)) => Err(Failed::Refused(error)),
    }
}

fn is_missing_database(error: &Failed) -> bool {
    // MySQL's class is for a database that is not there, and for one this user may not use.
    matches!(error, Failed::Refused(error) if matches!(sqlstate::code(error).as_deref(), Some("3D000" | "42000")))
}

/// Ends with an error when nothing listens, and never when something does. The driver would try a refused connection
/// again until its long timeout; where it has its answer at once, nothing is asked here.
async fn unreachable(target: &Target) -> EngineError {
    tokio::time::sleep(PROMPT).await;
    match reach(target).await {
        Ok(()) => std::future::pending().await,
        Err(error) => error,
    }
}

async fn reach(target: &Target) -> Result<(), EngineError> {
    #[cfg(unix)]
    if let Some(file) = target.socket()
        && let Err(error) = tokio::net::UnixStream::connect(&file).await
    {
        return Err(EngineError::Connect {
            target: target.to_string(),
            reason: format!("the socket {} cannot be reached ({error})", file.display()),
            remedy: format!("start the server, or correct the socket's place in {}", target.origin()),
        });
    }
    let Some((host, port)) = target.address() else { return Ok(()) };
    let unreachable = |reason: String| EngineError::Connect {
        target: target.to_string(),
        reason,
        remedy: format!("start the server, or correct host and port in {}", target.origin()),
    };
    match tokio::time::timeout(REACH, tokio::net::TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(unreachable(match error.kind() {
            std::io::ErrorKind::ConnectionRefused => format!("nothing listens on {host}:{port}"),
            _ => format!("{host}:{port} cannot be reached ({error})"),
        })),
        Err(_) => Err(unreachable(format!("{host}:{port} did not answer within {} s", REACH.as_secs()))),
    }
}

pub(super) async fn refused(target: &Target, error: &DbErr) -> EngineError {
    if !sqlstate::is_from_server(error)
        && let Err(unreachable) = reach(target).await
    {
        return unreachable;
    }
    let origin = target.origin();
    let database = target.database_name().unwrap_or("of the user's name");
    let create = format!("create it with `CREATE DATABASE {}`", sql::quote(target.backend(), database));
    let (reason, remedy) = match (Dialect::of(target.backend()), sqlstate::code(error).as_deref()) {
        (Dialect::Postgres, Some("28P01" | "28000")) | (Dialect::MySql, Some("28000")) => {
            ("the user name or password is wrong".to_owned(), format!("correct them in {origin}"))
        }
        (Dialect::Postgres, Some("3D000")) => {
            (format!("database {database} does not exist"), format!("{create}, or correct the name in {origin}"))
        }
        (Dialect::MySql, Some("42000")) => (
            format!("database {database} does not exist, or this user may not use it"),
            format!("{create}, or correct the name in {origin}"),
        ),
        // A protocol violation, which is what a pooler says to wishes that it does not pass on.
        (Dialect::Postgres, Some("08P01")) => (
            reason(error),
            format!(
                "name the server itself{}, or a pool in session mode that ignores extra_float_digits, in {origin}",
                server_behind(target).await.map_or_else(String::new, |server| format!(", {server}"))
            ),
        ),
        (Dialect::Sqlite, _) => (
            reason(error),
            "check that the folder exists and may be written to, and that the file is an SQLite database".to_owned(),
        ),
        (Dialect::Postgres, Some("53300")) => (
            reason(error),
            "end other sessions, or allow more (max_connections, ALTER ROLE … and ALTER DATABASE … CONNECTION LIMIT)"
                .to_owned(),
        ),
        (Dialect::Postgres | Dialect::MySql, _) => (reason(error), format!("check the server and {origin}")),
    };
    EngineError::Connect { target: target.to_string(), reason, remedy }
}

/// Ends when PostgreSQL goes on saying that it has too many sessions, and never otherwise. The pool would try again until
/// its time is up, and forget why.
async fn full(target: &Target) -> DbErr {
    tokio::time::sleep(FULL).await;
    if let Some(options) = target.postgres()
        && let Err(error) = sqlx::postgres::PgConnection::connect_with(&options).await
    {
        let error = DbErr::Conn(RuntimeErr::SqlxError(error.into()));
        if sqlstate::code(&error).as_deref() == Some("53300") {
            return error;
        }
    }
    std::future::pending().await
}

pub(super) fn reason(error: &DbErr) -> String {
    match sqlstate::sqlx_error(error) {
        Some(sqlx::Error::PoolTimedOut) => format!("it gave no session within {} s", options::SESSION.as_secs()),
        Some(sqlx::Error::Database(database)) => database.message().to_owned(),
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}
