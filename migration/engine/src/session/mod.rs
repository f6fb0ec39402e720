//! The session that every revision starts from.
//!
//! What the engine depends on is set once, when a connection is opened, whatever the server, the database, the role or an
//! earlier user of the session say. What a revision leaves behind is put back before anything else runs: settings, role,
//! search path, temporary tables, prepared statements. The runner's advisory lock stays, so `DISCARD ALL` would not do.
//!
//! # How to add a setting
//!
//! A line in [`database_target::session`], which the adapter uses too, or in the list of the backend's file here.

pub(crate) mod beside;
mod blockers;
pub mod connect;
mod create;
pub(crate) mod interrupt;
pub mod lock;
pub(crate) mod marks;
mod mysql;
mod options;
mod patience;
mod pooler;
mod postgres;
mod sqlite;
mod transaction;

use migration_timescale::Dialect;
use std::time::Instant;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult};

pub(crate) use blockers::blockers;
pub use patience::Patience;
pub(crate) use transaction::begin;

use crate::{EngineError, Target};

/// A session as it was set up, and how to get back there.
#[derive(Clone, Debug)]
pub struct Session {
    place: Option<String>,
    path: String,
    start: Start,
}

#[derive(Clone, Debug)]
enum Start {
    Postgres(postgres::Start),
    MySql(mysql::Start),
    Sqlite(sqlite::Start),
}

impl Session {
    /// Sets up the only session of a pool. `began` is when it began to connect.
    pub(crate) async fn begin(
        db: &DatabaseConnection,
        target: &Target,
        patience: &Patience,
        began: Instant,
    ) -> Result<Self, EngineError> {
        let failed = || EngineError::while_doing("setting up the session");
        match Dialect::of(db.get_database_backend()) {
            Dialect::Postgres => {
                let start = postgres::Start::ask(db, target, patience).await.map_err(failed())?;
                if start.may_be_pooled(began.elapsed()) && pooler::shares_sessions(db, target).await.map_err(failed())?
                {
                    return Err(pooled(target).await);
                }
                let place = postgres::set(db, &start.settings(&start.path)).await.map_err(failed())?;
                Ok(Self { place, path: start.path.clone(), start: Start::Postgres(start) })
            }
            Dialect::MySql => {
                let start = mysql::Start::set_up(db, target, patience).await.map_err(failed())?;
                Ok(Self { place: start.database.clone(), path: String::new(), start: Start::MySql(start) })
            }
            Dialect::Sqlite => {
                let start = Start::Sqlite(sqlite::Start::default());
                Ok(Self { place: Some("main".to_owned()), path: String::new(), start })
            }
        }
    }

    /// Reads what revisions have to find. To be done before the first of them runs, and worth its time only then.
    pub(crate) async fn remember(&self, db: &DatabaseConnection) -> Result<(), EngineError> {
        let remembered = match &self.start {
            Start::Postgres(_) => Ok(()),
            Start::MySql(start) => start.remember(db).await,
            Start::Sqlite(start) => start.remember(db).await,
        };
        remembered.map_err(EngineError::while_doing("reading the settings of the session"))
    }

    /// Schema or database in which unqualified tables are made. There is none where the search path names no schema that
    /// exists, and where no database is selected.
    pub(crate) fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Whether the server has loaded TimescaleDB's library: without it the extension cannot be enabled.
    pub(crate) fn has_timescaledb_library(&self) -> bool {
        matches!(&self.start, Start::Postgres(start) if start.has_library)
    }

    /// The search path that revisions start with; empty where there is no such thing.
    pub(crate) fn search_path(&self) -> &str {
        &self.path
    }

    /// The same session in other schemas, of which `place` is the first.
    #[must_use]
    pub(crate) fn on_path(mut self, place: &str, path: &str) -> Self {
        self.place = Some(place.to_owned());
        path.clone_into(&mut self.path);
        self
    }

    /// The same session with settings that a revision may read.
    #[must_use]
    pub(crate) fn with_settings(mut self, settings: Vec<(String, String)>) -> Self {
        if let Start::Postgres(start) = &mut self.start {
            start.more = settings;
        }
        self
    }

    /// Statements that put back what can be put back inside the revision's transaction. What follows them there is done as
    /// the user and on the search path of the session's start.
    pub(crate) fn restore_in_transaction(&self) -> String {
        match &self.start {
            // What was put off to the commit is done before, as the user and on the path that the revision left.
            Start::Postgres(start) => format!("SET CONSTRAINTS ALL IMMEDIATE; {}", start.restore(&self.path)),
            Start::MySql(start) => start.restore(),
            Start::Sqlite(_) => sqlite::WRITABLE.to_owned(),
        }
    }

    /// Puts back what can only be put back outside of transactions.
    pub(crate) async fn restore_after_transaction(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        match &self.start {
            Start::Postgres(_) => Ok(()),
            Start::MySql(start) => start.put_back(db).await,
            Start::Sqlite(start) => start.restore(db).await,
        }
    }

    /// After [`restore_in_transaction`](Self::restore_in_transaction) and `COMMIT` in a transaction that the driver holds
    /// open: the answer to `question` when nothing is left to put back, which only SQLite is asked. It is given in a new
    /// transaction there, which waits until it may write, and is marked. `stayed` is a revision that is known to have
    /// changed objects alone.
    pub(crate) async fn goes_on(
        &self,
        transaction: &DatabaseTransaction,
        stayed: bool,
        question: &str,
    ) -> Result<Option<Vec<QueryResult>>, DbErr> {
        match &self.start {
            Start::Postgres(_) => Ok(Some(Vec::new())),
            Start::MySql(start) => Ok(start.is_as_begun(transaction, stayed).await?.then(Vec::new)),
            Start::Sqlite(start) => start.go_on(transaction, stayed, question).await,
        }
    }

    /// Puts everything back, outside of transactions.
    pub(crate) async fn restore(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        db.execute_unprepared(&self.restore_in_transaction()).await?;
        self.restore_after_transaction(db).await
    }
}

async fn pooled(target: &Target) -> EngineError {
    let server = pooler::server_behind(target).await;
    EngineError::Connect {
        target: target.to_string(),
        reason:
            "a pooler in transaction mode stands before the server, and such a session keeps neither settings nor locks"
                .to_owned(),
        remedy: format!(
            "name the server itself{}, or a pool in session mode, in {}",
            server.map_or_else(String::new, |server| format!(", {server}")),
            target.origin()
        ),
    }
}
