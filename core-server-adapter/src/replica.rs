//! A streaming standby: what may be a moment old is read from it while it is there and not far behind.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{DatabaseConnection, DbBackend, DbErr, Statement};

use crate::{
    sqlstate,
    statement::{Answer, Work, in_place},
};

/// After a failure the standby is left alone for so long.
const LEFT_ALONE: Duration = Duration::from_secs(2);
/// How long an answer to how far behind it is counts.
const FRESH: Duration = Duration::from_secs(1);

/// Whether it follows its primary, and the seconds it is behind: none where all that came has been applied. A primary without
/// writes sends nothing, which says nothing about how old the standby is.
const BEHIND: &str = "SELECT pg_catalog.pg_is_in_recovery() \
     AND EXISTS (SELECT FROM pg_catalog.pg_stat_get_wal_receiver() AS r WHERE r.pid IS NOT NULL) AS follows, \
     CASE WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() THEN 0 ELSE coalesce(extract(epoch \
     FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()), 0) END::float8 AS behind";

/// A standby, and when it may be asked.
#[derive(Debug)]
pub(crate) struct Replica {
    connection: DatabaseConnection,
    address: Option<Arc<str>>,
    behind: Duration,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Asked at that time, it was there.
    There(Instant),
    /// It is not asked before that time.
    Away(Instant),
}

impl Replica {
    /// A pool on it, whose transactions begin with `address`, and how far it may be behind.
    pub(crate) fn new(connection: DatabaseConnection, address: Option<String>, behind: Duration) -> Self {
        let state = Mutex::new(State::Away(Instant::now()));
        Self { connection, address: address.map(Into::into), behind, state }
    }

    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    pub(crate) fn source(&self) -> (DatabaseConnection, Option<Arc<str>>) {
        (self.connection.clone(), self.address.clone())
    }

    /// The answer; none where the primary has to give it.
    pub(crate) async fn read(&self, work: Work) -> Option<Answer> {
        if !self.is_there().await {
            return None;
        }
        match self.ask(work).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                // A statement that it refuses, such as one in the way of what it applies, is the primary's to judge.
                if is_away(&error) {
                    self.leave(&error);
                }
                None
            }
        }
    }

    /// Whether it may be asked now. One caller finds out, the others go to the primary meanwhile.
    pub(crate) async fn is_there(&self) -> bool {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            match *state {
                State::There(asked) if asked.elapsed() < FRESH => return true,
                State::Away(until) if until > Instant::now() => return false,
                State::There(_) | State::Away(_) => *state = State::Away(Instant::now() + LEFT_ALONE),
            }
        }
        match self.follows().await {
            Ok(None) => {
                *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::There(Instant::now());
                true
            }
            Ok(Some(reason)) => {
                tracing::warn!(reason, "reading from the primary");
                false
            }
            Err(error) => {
                self.leave(&error);
                false
            }
        }
    }

    /// Why not to ask it.
    async fn follows(&self) -> Result<Option<&'static str>, DbErr> {
        let question = Work::Read(Statement::from_string(DbBackend::Postgres, BEHIND));
        let Answer::Rows(rows) = self.ask(question).await? else { return Ok(None) };
        let Some(row) = rows.first() else { return Ok(None) };
        if !row.try_get::<bool>("", "follows")? {
            return Ok(Some("the replica does not follow a primary"));
        }
        let behind: f64 = row.try_get("", "behind")?;
        Ok((behind > self.behind.as_secs_f64()).then_some("the replica is too far behind"))
    }

    /// Again once: a session that ended while it was idle says nothing about the server.
    async fn ask(&self, work: Work) -> Result<Answer, DbErr> {
        match in_place(&self.connection, self.address.as_ref(), work.clone()).await {
            Err(error) if sqlstate::is_ended(&error) => in_place(&self.connection, self.address.as_ref(), work).await,
            done => done,
        }
    }

    fn leave(&self, error: &DbErr) {
        tracing::warn!(%error, "the replica is away, reading from the primary");
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::Away(Instant::now() + LEFT_ALONE);
    }
}

/// Whether it is the server that fails, and not the statement.
fn is_away(error: &DbErr) -> bool {
    sqlstate::is_ended(error) || sqlstate::is_unreachable(error)
}
