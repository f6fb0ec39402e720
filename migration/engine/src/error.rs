//! The engine's errors. `Display` says what is wrong and what to do next; the cause, where there is one, is the source.

use database_target::InvalidUrl;
use sea_orm::DbErr;

use crate::sqlstate;

/// Anything that keeps the engine from doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database URL cannot be used as it is.
    #[error(transparent)]
    InvalidUrl(#[from] InvalidUrl),
    /// No connection: unreachable, refused, missing database, wrong password.
    #[error("cannot connect to {target}: {reason}; {remedy}")]
    Connect {
        /// The URL without its password.
        target: String,
        /// What the server or the network said.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// The database can only be read.
    #[error(
        "{target} is read-only; make the file and its folder writable, or name another database with --database-url"
    )]
    ReadOnly {
        /// The URL without its password.
        target: String,
    },
    /// Applied revisions that the code does not have.
    #[error(
        "applied but missing from the code: {}; check out the version that has them, or roll them back with it first",
        .revisions.join(", ")
    )]
    MissingRevisions {
        /// Their names, oldest first.
        revisions: Vec<String>,
    },
    /// Two revisions of one name.
    #[error("revision {name} is listed twice; every revision needs a file name of its own")]
    DuplicateRevision {
        /// The name.
        name: String,
    },
    /// No revision of that name.
    #[error("no revision matches {wanted:?}; known: {}", .known.join(", "))]
    UnknownRevision {
        /// What was asked for.
        wanted: String,
        /// The revisions that exist, oldest first.
        known: Vec<String>,
    },
    /// A revision failed; what it did was rolled back where it ran in a transaction.
    #[error("revision {revision} failed on {direction}")]
    Revision {
        /// Its name.
        revision: String,
        /// `up` or `down`.
        direction: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// The table lock was never free for long enough.
    #[error(
        "revision {revision} could not lock its tables in {attempts} attempts of {timeout_ms} ms, and was rolled back; \
         blocked by {blockers}; end that transaction or allow more with --lock-retries"
    )]
    LockedOut {
        /// The revision's name.
        revision: String,
        /// Attempts made.
        attempts: u32,
        /// Milliseconds each attempt waited for a lock.
        timeout_ms: u64,
        /// Who held the locks at the last look.
        blockers: String,
    },
    /// Another runner did not finish in time.
    #[error(
        "another migration runner has held the lock for over {waited_s} s ({holder}); \
         wait for it to end, or allow more with --wait"
    )]
    RunnerBusy {
        /// Seconds waited.
        waited_s: u64,
        /// Who holds it, as far as the database tells.
        holder: String,
    },
    /// The live schema is not what the revision to stamp would have made.
    #[error(
        "{revision} is not marked as applied, the live schema differs from it:\n{}\nCorrect the database, \
         or mark it all the same with --accept-differences",
        .differences.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
    )]
    StampRefused {
        /// The revision that was to be stamped.
        revision: String,
        /// One line per difference.
        differences: Vec<String>,
    },
    /// A command that deletes rows was not confirmed.
    #[error("{what}; nothing was changed. Say --yes to do it all the same")]
    NotConfirmed {
        /// What would be lost.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{action} {path}")]
    File {
        /// What was attempted, `cannot write` for example.
        action: &'static str,
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// A name for a new revision that cannot be a Rust module.
    #[error(
        "{name:?} cannot be the name of a revision; use lower case letters, digits and underscores, add_sensor_site for example"
    )]
    InvalidRevisionName {
        /// The name.
        name: String,
    },
    /// The place in the code where a new revision is listed was not found.
    #[error("{path} has no `mod` and `Box::new(…::Migration)` lists to add a revision to; add them by hand once")]
    NoRevisionList {
        /// The file.
        path: String,
    },
    /// The database failed at something that is not a revision.
    #[error("the database failed while {doing}")]
    Database {
        /// What the engine was doing.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
}

impl EngineError {
    /// For `map_err`: a database error with what was being done.
    pub fn while_doing(doing: &'static str) -> impl FnOnce(DbErr) -> Self {
        move |source| Self::Database { doing, source }
    }

    /// The error and its causes on one line, each said once.
    pub fn on_one_line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let database = error.downcast_ref::<DbErr>();
            line = format!("{line}: {}", database.map_or_else(|| error.to_string(), sqlstate::message));
            // The drivers' own chain says the same again.
            cause = if database.is_some() { None } else { error.source() };
        }
        line
    }
}
