//! Whether a pooler gives a session of the server to several clients in turn.
//!
//! Settings and locks of such a session are everybody's. Nothing is set while this is found out.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr};

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
