//! The engine's errors. `Display` says what is wrong and what to do next; the cause, where there is one, is the source.

mod proposal;
mod recording;
mod revisions;
mod scratch;
mod squash;

use chrono::{DateTime, Utc};
use database_target::InvalidUrl;
use migration_timescale::{Dialect, InvalidInterval};
use sea_orm::DbErr;

use crate::{
    Direction, Target,
    graph::GraphError,
    sql::{line::listed, sqlstate},
};
pub use proposal::{ProposalError, Undecided};
pub use recording::OfflineError;
pub use revisions::{Changed, Renamed};
pub use scratch::ScratchError;
pub use squash::SquashError;

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
    /// A version of TimescaleDB for a database without it.
    #[error(
        "--server-version is a version of TimescaleDB, and a script for {backend} has none; leave it out, or name \
             --backend timescaledb or timescaledb-apache"
    )]
    NoServerVersion {
        /// The backend's name.
        backend: &'static str,
    },
    /// The database can only be read.
    #[error("{target} is read-only; {remedy}, or name another database with --database-url")]
    ReadOnly {
        /// The URL without its password.
        target: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The runner's lock was gone at the end of the run.
    #[error(
        "the runner's lock was gone at the end, so another run may have worked at the same time: a revision gives up the \
         session's locks, with pg_advisory_unlock_all(), DISCARD ALL or RELEASE_ALL_LOCKS() for example; take that out, and see with \
         `migration check` that the schema is right"
    )]
    LockLost,
    /// A signal ended the run.
    #[error(
        "the run was told to stop: the revision at work was rolled back or is noted as unfinished, and the next run continues from there"
    )]
    ToldToStop,
    /// Applied revisions that the code does not have.
    #[error(
        "applied but missing from the code: {}; {}check out the version that has them, or revert them with it first",
        listed(.revisions),
        .renamed.iter().map(|renamed| format!("{renamed}; or else ")).collect::<Vec<_>>().concat()
    )]
    MissingRevisions {
        /// Their names, oldest first.
        revisions: Vec<String>,
        /// Those that a pending revision of the code looks like.
        renamed: Vec<Renamed>,
    },
    /// A revision is not the other one under a new name.
    #[error("{old} is not {new} under its old name: {why}; nothing was changed")]
    NotRenamed {
        /// The name in the database.
        old: String,
        /// The name in the code.
        new: String,
        /// What speaks against it.
        why: &'static str,
    },
    /// Revisions do something else now than when they were applied.
    #[error(
        "changed after they were applied: {}; restore the old code and write a new revision for the change, \
         or take them as they are now with --accept-changed REVISION",
        listed(&.revisions.iter().map(ToString::to_string).collect::<Vec<_>>())
    )]
    ChangedRevisions {
        /// Which, and how.
        revisions: Vec<Changed>,
    },
    /// The revisions do not fit together, or a target is none of them.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// What the revisions do could not be found out without a database.
    #[error(transparent)]
    Offline(#[from] OfflineError),
    /// A revision is described in the project and not in the migrator's list.
    #[error("revision {revision} is described in the project, but the migrator does not list it; add it to the list")]
    DescribedNotListed {
        /// Its name.
        revision: String,
    },
    /// A revision that an earlier run began failed again.
    #[error(
        "revision {revision} failed on {direction}; a run by {by} began it ({before}) on {} and did not finish. \
         Correct by hand what is left of it, `migration show {revision}` tells what it does, and run the command again; \
         or, when the schema is as it should be, `migration stamp {revision}`",
        .since.format("%Y-%m-%d %H:%M UTC")
    )]
    Unfinished {
        /// Its name.
        revision: String,
        /// Which way it failed now.
        direction: Direction,
        /// Which way it was being run when it did not finish.
        before: Direction,
        /// When that was begun.
        since: DateTime<Utc>,
        /// Who had begun it.
        by: String,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// A revision failed; what it did was rolled back where it ran in a transaction.
    #[error("revision {revision} failed on {direction}{}", outside(source))]
    Revision {
        /// Its name.
        revision: String,
        /// Which way.
        direction: Direction,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// An age in the environment that is not one.
    #[error("{variable}: {source}")]
    InvalidRetention {
        /// The variable.
        variable: String,
        /// What is wrong with it.
        source: InvalidInterval,
    },
    /// A revision ended the transaction in which the engine ran it.
    #[error(
        "revision {revision} ended the transaction that it ran in on {direction}; what it did until then may be there, and it \
         is noted as unfinished. Remove COMMIT, ROLLBACK and RESET ALL from it, or let its use_transaction() return \
         Some(false); correct by hand what is left, and run the command again"
    )]
    EndedTransaction {
        /// Its name.
        revision: String,
        /// Which way.
        direction: Direction,
        /// What was found, or what failed then.
        #[source]
        source: DbErr,
    },
    /// The table lock was never free for long enough.
    #[error(
        "revision {revision} could not lock its tables in {attempts} attempts of {timeout_ms} ms, and {}; \
         blocked by {blockers}; end that transaction or allow more with --lock-retries",
        if *begun { "stays noted as unfinished until the next `up` or `down`" } else { "was rolled back" }
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
        /// Whether it stays noted as unfinished: outside a transaction and on MySQL a part of it may be done.
        begun: bool,
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
        "{revision} is not marked as applied, because the live schema differs from it:\n{}\nCorrect the database, \
         or mark it anyway with --accept-differences",
        .differences.iter().map(|one| format!("  {}", one.replace('\n', "\n  "))).collect::<Vec<_>>().join("\n")
    )]
    StampRefused {
        /// The revision that was to be stamped.
        revision: String,
        /// Each difference; one between long definitions is several lines.
        differences: Vec<String>,
    },
    /// A command that deletes rows was not confirmed.
    #[error("{what}; nothing was changed. Add --yes to do it anyway")]
    NotConfirmed {
        /// What would be lost.
        what: String,
    },
    /// Dropping the schema's objects would drop objects of other schemas that depend on them.
    #[error(
        "in other schemas this would drop {}, which depend on what is in this one; nothing was changed. Drop or change them \
         first, or with `fresh` say --cascade",
        .objects.join(", ")
    )]
    TakesAlong {
        /// What they are.
        objects: Vec<String>,
    },
    /// Not everything in the schema can be dropped.
    #[error(
        "fresh cannot drop {}; nothing was changed. Run it as their owner or as the owner of the schema, or have them dropped first",
        .objects.join(", ")
    )]
    CannotDrop {
        /// What they are.
        objects: Vec<String>,
    },
    /// A revision renames a schema that no revision creates: applied once more, it would not find it.
    #[error(
        "a revision renames the schema {schema}, which no revision creates, so it could not run again; nothing was changed. \
         First run {back}, or create the schema in a revision"
    )]
    SchemaRenamed {
        /// The name that the revision expects.
        schema: String,
        /// The statement that gives it this name again.
        back: String,
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
    /// A diagram could not be laid out.
    #[error("the diagram of the {subject} cannot be laid out ({reason}), and nothing was written; please report it")]
    NotDrawn {
        /// What it is of.
        subject: &'static str,
        /// What the layout says.
        reason: String,
    },
    /// The findings that `lint` is to accept could not be read.
    #[error("cannot read the baseline {path}; write what is found today into it with --write-baseline")]
    NoBaseline {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// An area the project does not have.
    #[error("there is no area {area}; choose one with --area: {known}")]
    UnknownArea {
        /// What was asked for.
        area: String,
        /// Those there are.
        known: String,
    },
    /// All areas would be worked on in one schema.
    #[error(
        "--all works on each area in its own place, and {schema} would be the place of all of them; leave out \
         --database-schema and DATABASE_SCHEMA, or name one area with --area"
    )]
    OneSchemaForAll {
        /// The schema that was asked for.
        schema: String,
    },
    /// An area was asked for, and the project has no areas.
    #[error("this project has one history and no areas; leave out --area {area}")]
    NoAreas {
        /// What was asked for.
        area: String,
    },
    /// A name for a new revision that cannot be a Rust module.
    #[error(
        "{name:?} cannot be the name of a revision; use lower case letters, digits and underscores, add_sensor_site for example"
    )]
    InvalidRevisionName {
        /// The name.
        name: String,
    },
    /// No crate with revisions was found.
    #[error(
        "no crate with a list of revisions, in its src/lib.rs or in src/areas/AREA/mod.rs, is in {here} or above it, so nothing \
         was written; run the command with `cargo run`, or in the folder of that crate, or move the list there"
    )]
    NoMigrationCrate {
        /// Where the command runs.
        here: String,
    },
    /// The database is that of another area.
    #[error(
        "this is the database of the area {area}: {} applied there; say --area {area}, or name another database",
        match revisions.as_slice() { [one] => format!("its revision {one} is"), several => format!("its revisions {} are", several.join(", ")) }
    )]
    OtherArea {
        /// The area.
        area: &'static str,
        /// Its revisions, applied in the database.
        revisions: Vec<String>,
    },
    /// The place in the code where a new revision is listed was not found.
    #[error(
        "{path} has no list of revisions that is understood, so nothing was written; write {revision}.rs beside it, and add there \
         `mod {revision};` and `Box::new({revision}::Migration)`"
    )]
    NoRevisionList {
        /// The file.
        path: String,
        /// The new revision.
        revision: String,
    },
    /// The place in the code where a new area is listed was not found.
    #[error(
        "{path} has no list of areas that is understood, so nothing was written; add there `pub mod {area};` and the area \
         in `migration_engine::areas!(…)`"
    )]
    NoAreaList {
        /// The file.
        path: String,
        /// The new area.
        area: String,
    },
    /// The place in the code where revisions are described was not found.
    #[error(
        "{path} has no place where revisions are described, and this one has to say something of itself; \
         write `migration_engine::Project::new(Migrator)` there, run that in place of the migrator, then run the command again"
    )]
    NoDescriptions {
        /// The file.
        path: String,
    },
    /// A task of `maintain` failed.
    #[error("{task} failed; what was done before stays, and the next `migration maintain` goes on from there")]
    Maintenance {
        /// The task, `refresh of readings_hourly` for example.
        task: String,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// What revisions declare as maintenance would lose rows, or fail.
    #[error("the maintenance that the applied revisions declare cannot be done: {reason}")]
    MaintenanceRefused {
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// Files have no roles.
    #[error(
        "{target} is a file, and files have no roles: the permissions of the folder decide who may read and write it"
    )]
    NoRoles {
        /// The file.
        target: String,
    },
    /// A user may not give roles or their rights.
    #[error(
        "this user may not run all of it, and nothing was changed; have an administrator run `{sql}`, and then run this again"
    )]
    MayNotMakeRoles {
        /// What the administrator has to run.
        sql: String,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// Revisions that another one stands in place of, or was to.
    #[error(transparent)]
    Squash(#[from] SquashError),
    /// Revisions could not be tried.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// No revision could be written from the entities.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
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

/// What to do about a statement that PostgreSQL only runs outside of transactions.
fn outside(source: &DbErr) -> &'static str {
    match sqlstate::code(source).as_deref() {
        Some("25001") => ", and has to run outside of a transaction: let its use_transaction() return Some(false)",
        _ => "",
    }
}

impl EngineError {
    /// The database can only be read.
    pub(crate) fn read_only(target: &Target) -> Self {
        let remedy = match Dialect::of(target.backend()) {
            Dialect::Sqlite => "make the file and its folder writable",
            Dialect::MySql => {
                "set read_only of the server and transaction_read_only of the session to OFF, connect to the primary"
            }
            Dialect::Postgres => {
                "connect to the primary if it is a standby, or set default_transaction_read_only to off for this role and \
                 database"
            }
        };
        Self::ReadOnly { target: target.to_string(), remedy }
    }

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
