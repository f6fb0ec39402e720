//! PostgreSQL.

use std::time::Duration;

use database_target::session::{
    POSTGRES, POSTGRES_PATH_WITH_EXTENSION, POSTGRES_UNLIMITED, postgres_path, postgres_set_path, postgres_statement,
};
use migration_timescale::{Capability, literal};
use sea_orm::{DatabaseConnection, DbErr};

use crate::{
    Target,
    session::{Patience, interrupt},
    sql,
};

/// What `DISCARD ALL` does, without giving up the advisory locks, and as far as it is the same whoever the user is.
const FORGET: &str = "CLOSE ALL; RESET ALL; DEALLOCATE ALL; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES";

/// The driver asks for two more digits of floating-point numbers when it connects, and a pooler does not pass that on.
const QUESTION: &str = include_str!("postgres_question.sql");

/// How the session was when it was opened.
#[derive(Clone, Debug)]
pub(super) struct Start {
    user: String,
    role: String,
    /// The server's own search path, behind the target's schema.
    pub(super) path: String,
    /// Settings of the database that this one stands for.
    pub(super) more: Vec<(String, String)>,
    /// The build in WebAssembly has another default than it works with.
    seqscan: String,
    lock_timeout: u128,
    statement_timeout: u128,
    unlike_asked: bool,
    one_session: bool,
    /// Whether TimescaleDB's library is loaded, which its settings tell everyone.
    pub(super) has_library: bool,
    age: Option<f64>,
}

impl Start {
    pub(super) async fn ask(db: &DatabaseConnection, target: &Target, patience: &Patience) -> Result<Self, DbErr> {
        let question = QUESTION.replace("{in_web_assembly}", Capability::IN_WEB_ASSEMBLY);
        let question = format!("{question}{} AS path", postgres_path(target.schema()));
        let rows = sql::rows_of_text(db, &question).await?;
        let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("the session's own settings".to_owned()))?;
        let one_session: bool = row.try_get("", "one_session")?;
        if !one_session {
            let pid: i32 = row.try_get("", "pid")?;
            let since = literal(&row.try_get::<Option<String>>("", "since")?.unwrap_or_default());
            // The number alone may be somebody else's by then.
            interrupt::remember(
                target,
                format!(
                    "SELECT pg_catalog.pg_cancel_backend({pid}) FROM pg_catalog.pg_stat_get_activity({pid}) AS a \
                     WHERE extract(epoch FROM a.backend_start)::text = {since}"
                ),
            );
        }
        Ok(Self {
            user: row.try_get("", "user_name")?,
            role: row.try_get("", "role")?,
            path: row.try_get("", "path")?,
            more: Vec::new(),
            seqscan: row.try_get("", "seqscan")?,
            lock_timeout: patience.lock_timeout.as_millis(),
            statement_timeout: patience.statement_timeout.map_or(0, |limit| limit.as_millis()),
            unlike_asked: row.try_get("", "unlike_asked")?,
            one_session,
            has_library: row.try_get("", "has_library")?,
            age: row.try_get("", "age")?,
        })
    }

    /// Whether something may stand between us and the server, when we began to connect so long ago: the driver's wishes
    /// did not get through, or the server's session is older than ours.
    pub(super) fn may_be_pooled(&self, connecting: Duration) -> bool {
        !self.one_session && (self.unlike_asked || self.age.is_some_and(|age| age > connecting.as_secs_f64()))
    }

    /// Statements that set everything.
    pub(super) fn settings(&self, path: &str) -> String {
        let limits = [self.lock_timeout, self.statement_timeout].map(|limit| limit.to_string());
        let own = [
            // Rows that a policy hides from this user are an error wherever rows are copied, counted, changed or deleted.
            ("row_security", "off"),
            ("search_path", path),
            ("enable_seqscan", &self.seqscan),
            ("lock_timeout", &limits[0]),
            ("statement_timeout", &limits[1]),
            ("role", &self.role),
        ];
        // The extension last: a revision may have made it.
        let settings = postgres_statement(POSTGRES.iter().chain(POSTGRES_UNLIMITED).copied().chain(own));
        let set = |(name, value): &(String, String)| {
            format!("SELECT pg_catalog.set_config({}, {}, false); ", literal(name), literal(value))
        };
        // First, because what the engine depends on holds here too.
        let more: String = self.more.iter().map(set).collect();
        format!("{more}{settings}; {}", postgres_set_path(POSTGRES_PATH_WITH_EXTENSION))
    }

    /// Statements that bring the session back to its start.
    pub(super) fn restore(&self, path: &str) -> String {
        format!("SET SESSION AUTHORIZATION {}; {FORGET}; {}", literal(&self.user), self.settings(path))
    }
}

/// Runs [`Start::settings`]; gives the schema that is the current one then.
pub(super) async fn set(db: &DatabaseConnection, settings: &str) -> Result<Option<String>, DbErr> {
    let sql = format!("{settings}; SELECT pg_catalog.current_schema()::text AS place");
    match sql::rows_of_text(db, &sql).await?.last() {
        Some(row) => row.try_get("", "place"),
        None => Ok(None),
    }
}
