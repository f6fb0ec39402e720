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
const POSTGRES: &str = "SELECT w.pid::bigint AS pid, coalesce(nullif(w.application_name, ''), w.usename::text, '') AS application, \
     coalesce(l.since, w.query_start) AS waiting_since, l.waits_for, left(regexp_replace(w.query, '\\s+', ' ', 'g'), 120) AS statement, \
     p.pid::bigint AS blocker_pid, coalesce(nullif(b.application_name, ''), b.usename::text) AS blocker_application, b.state AS blocker_state, \
     b.xact_start AS blocker_since, left(regexp_replace(b.query, '\\s+', ' ', 'g'), 120) AS blocker_statement \
     FROM (SELECT k.pid, min((to_jsonb(k) ->> 'waitstart')::timestamptz) AS since, \
      string_agg(concat_ws(' ', coalesce(k.relation::regclass::text, k.locktype), k.mode), ', ') AS waits_for FROM pg_locks k WHERE NOT k.granted GROUP BY k.pid) l \
     JOIN pg_stat_activity w ON w.pid = l.pid AND w.datname = current_database() \
     CROSS JOIN LATERAL (SELECT DISTINCT unnest(pg_blocking_pids(w.pid)) AS pid) p LEFT JOIN pg_stat_activity b ON b.pid = p.pid \
     ORDER BY waiting_since, w.pid, p.pid";

// The first half waits for rows; the second for whole tables, of which the server does not say who holds them.
const MYSQL: &str = "SELECT CAST(w.waiting_pid AS SIGNED) AS pid, COALESCE(p.USER, '') AS application, w.wait_started AS waiting_since, \
     CONCAT(w.locked_table, ' ', w.waiting_lock_mode) AS waits_for, LEFT(p.INFO, 120) AS statement, \
     CAST(w.blocking_pid AS SIGNED) AS blocker_pid, b.USER AS blocker_application, LOWER(b.COMMAND) AS blocker_state, \
     w.blocking_trx_started AS blocker_since, LEFT(b.INFO, 120) AS blocker_statement \
     FROM sys.innodb_lock_waits w JOIN information_schema.PROCESSLIST p ON p.ID = w.waiting_pid AND p.DB = DATABASE() \
     LEFT JOIN information_schema.PROCESSLIST b ON b.ID = w.blocking_pid \
     UNION ALL SELECT CAST(p.ID AS SIGNED), p.USER, NOW() - INTERVAL p.TIME SECOND, p.STATE, LEFT(p.INFO, 120), NULL, NULL, NULL, NULL, NULL \
     FROM information_schema.PROCESSLIST p WHERE p.DB = DATABASE() AND p.STATE LIKE 'Waiting for table%lock' \
     ORDER BY waiting_since, pid, blocker_pid";

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
