//! Whether a pooler gives a session of the server to several clients in turn.
//!
//! Settings and locks of such a session are everybody's. Nothing is set while this is found out, and then the server behind it
//! is named.

use std::time::Duration;

use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbErr,
    sqlx::{self, Connection, Executor, Row, postgres::PgConnection},
};

use crate::{Target, session::options, sql};

/// A pool with one session lets a second client wait for it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Other clients of the pool may take the session in between.
const ATTEMPTS: usize = 3;

const PID: &str = "SELECT pg_catalog.pg_backend_pid() AS pid";

/// Asks with a second connection. Where there is none to be had, the one we have is ours alone, as far as can be told.
pub(super) async fn shares_sessions(db: &DatabaseConnection, target: &Target) -> Result<bool, DbErr> {
    let mut options = options::of(target, false);
    options.connect_timeout(PATIENCE).acquire_timeout(PATIENCE);
    let Ok(other) = Database::connect(options).await else { return Ok(false) };
    let shared = tokio::time::timeout(PATIENCE, compare(db, &other)).await;
    // Its transaction ends with it.
    let _ = tokio::time::timeout(PATIENCE, other.close()).await;
    shared.unwrap_or(Ok(false))
}

/// Host and port of the server behind a pooler, as the server calls itself; none where it does not say, as behind a socket.
pub(super) async fn server_behind(target: &Target) -> Option<String> {
    const ADDRESS: &str = "SELECT pg_catalog.host(pg_catalog.inet_server_addr()), pg_catalog.inet_server_port()::text";
    // What poolers take of a driver's wishes, and no statement that is prepared.
    let options = target.postgres()?.extra_float_digits(None);
    let asked = async {
        let mut session = PgConnection::connect_with(&options).await?;
        let row = session.fetch_one(ADDRESS).await?;
        session.close().await?;
        Ok::<_, sqlx::Error>((row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?))
    };
    let (host, port) = tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()?;
    Some(if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
}

/// Both clients being connected, two transactions have two sessions of the server when these are not shared, and each its
/// own every time.
async fn compare(db: &DatabaseConnection, other: &DatabaseConnection) -> Result<bool, DbErr> {
    for _ in 0..ATTEMPTS {
        let before = pid(db, PID).await?;
        if pid(other, &format!("BEGIN; {PID}")).await? == before {
            return Ok(true);
        }
        let after = pid(db, PID).await?;
        other.execute_unprepared("ROLLBACK").await?;
        if after != before {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn pid(db: &DatabaseConnection, sql: &str) -> Result<i32, DbErr> {
    match sql::rows_of_text(db, sql).await?.last() {
        Some(row) => row.try_get("", "pid"),
        None => Err(DbErr::RecordNotFound("the session's process".to_owned())),
    }
}
