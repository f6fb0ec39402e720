//! Sessions that wait for a lock, and for whom.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult};
use serde::Serialize;

use super::{
    Answer,
    answer::{all, or_why},
};
use crate::{Capability, Dialect};

/// A session that waits for a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, FromQueryResult)]
pub struct BlockedSession {
    /// Its process (PostgreSQL) or connection (MySQL).
    pub pid: i64,
    /// The name it gave itself, or its user.
    pub application: String,
    /// Since when it waits.
    pub waiting_since: Option<DateTime<Utc>>,
    /// What it waits for: a table and a kind of lock, where the server says so.
    pub waits_for: Option<String>,
    /// Beginning of its statement, at most 120 characters.
    pub statement: Option<String>,
    /// Who is in the way; empty where the server does not say.
    #[sea_orm(skip)]
    pub blocked_by: Vec<Blocker>,
}

/// A session that others wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, FromQueryResult)]
pub struct Blocker {
    /// Its process (PostgreSQL) or connection (MySQL); 0 for a prepared transaction.
    pub blocker_pid: i64,
    /// The name it gave itself, or its user.
    pub blocker_application: Option<String>,
    /// `active`, `idle in transaction` and so on.
    pub blocker_state: Option<String>,
    /// Since when its transaction is open.
    pub blocker_since: Option<DateTime<Utc>>,
    /// Beginning of its last statement, at most 120 characters.
    pub blocker_statement: Option<String>,
}

#[derive(FromQueryResult)]
struct Pair {
    #[sea_orm(nested)]
    waits: BlockedSession,
    #[sea_orm(nested)]
    blocker: Option<Blocker>,
}

// `waitstart` came with PostgreSQL 14. Of other users' sessions an ordinary user sees neither state nor statement.
const POSTGRES: &str = include_str!("blocked_postgres.sql");

// The first half waits for rows; the second for whole tables, of which the server does not say who holds them.
const MYSQL: &str = include_str!("blocked_mysql.sql");

const MYSQL_RIGHT: &str = "; for this part: GRANT PROCESS ON *.* TO this user, and GRANT SELECT, EXECUTE ON sys.*";

/// Sessions of this database that wait for others, the longest wait first. One round trip.
pub async fn blocked_sessions<C: ConnectionTrait>(
    db: &C,
    server: Capability,
) -> Result<Answer<Vec<BlockedSession>>, DbErr> {
    if server.is_web_assembly() {
        return Ok(Answer::needs("a blocked session", "a server with several sessions, not WebAssembly", server));
    }
    let sql = match server.dialect() {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => return Ok(Answer::needs("a list of blocked sessions", "PostgreSQL or MySQL", server)),
    };
    let pairs = match or_why(db, all(db, sql).await.map(Answer::given)).await? {
        Answer::Given { found } => found,
        Answer::Unavailable { why } => {
            let right = if server.backend() == DbBackend::MySql { MYSQL_RIGHT } else { "" };
            return Ok(Answer::Unavailable { why: format!("{why}{right}") });
        }
    };
    let mut sessions: Vec<BlockedSession> = Vec::new();
    for Pair { waits, blocker } in pairs {
        match sessions.last_mut().filter(|last| last.pid == waits.pid) {
            Some(last) => last.blocked_by.extend(blocker),
            None => sessions.push(BlockedSession { blocked_by: blocker.into_iter().collect(), ..waits }),
        }
    }
    Ok(Answer::given(sessions))
}
