//! Proves on a scratch database that every revision can be reverted.
//!
//! For each revision, in order: `up`, its [seed](crate::Describe::seed), `down`, `up` again.
//!
//! - After `down` the schema is what it was before, object by object; after the second `up`, what it was after the first.
//!   A column that stands elsewhere is a note.
//! - Rows that were there before `up` are there after `down`, unchanged. Where `up` itself changes nothing in them, the
//!   seeded rows are there as well, as far as the older columns can hold them.
//! - After the second `up` the older tables hold what they held after the seed: reverting a revision loses nothing.
//! - A revision that runs outside a transaction runs once more, and changes nothing: it can be started again when killed.
//!
//! A revision in place of others makes the same schema and inserts as many rows as they do, from the same beginning.
//!
//! The seed is not needed for a loss to show. Before `up`, and after the seed, verify itself puts a row into every table that
//! has none, and a value into every column that holds no more than NULL or its default in all rows, as far as the database
//! takes them. They are compared like seed rows, without the columns that the database changes with every update of a row. When a revision fails with them otherwise than by losing rows, it is tried
//! again without them, and that counts: [`Verified::repeated`] says what failed.
//!
//! The scratch database is one of its own where the server and the user's rights allow it, and a transaction that is
//! rolled back where not; [`Verified::form`] says which.
//!
//! # How to let a revision lose rows
//!
//! `Allowed { rule: verify::LOSSY_ROLLBACK, reason: "…" }` in its [`Describe::allows`](crate::Describe::allows). What is
//! lost is reported all the same, and is no failure.

pub(crate) mod made;
mod rows;
mod squashed;
mod trip;

use std::{fmt, time::Instant};

use made::MadeRows;
use sea_orm::DbBackend;
use sea_orm_migration::MigrationTrait;
use serde::{Serialize, Serializer};

use crate::{
    Direction, EngineError, Runner,
    error::ScratchError,
    revision::call,
    schema::{
        catalog::{Comparison, Difference},
        scratch::{self, Form, Scratch},
    },
    session::interrupt,
};

/// Name of the finding that reverting a revision loses rows, for [`crate::project::describe::Allowed`].
pub const LOSSY_ROLLBACK: &str = "lossy-rollback";

/// What became of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Reverted and applied again without a difference, but for where columns stand.
    Proved,
    /// See the findings.
    Failed,
    /// Not tried: a revision before it does not run.
    NotReached,
}

/// What was done to a revision when something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Applied.
    Up,
    /// Its seed rows were inserted.
    Seed,
    /// Reverted.
    Down,
    /// Applied after it was reverted.
    UpAgain,
    /// Run while it was applied already.
    Rerun,
    /// Run in place of the revisions that it replaces.
    Squashed,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Up => "up",
            Self::Seed => "seed",
            Self::Down => "down",
            Self::UpAgain => "up after down",
            Self::Rerun => "up a second time",
            Self::Squashed => "up in place of what it replaces",
        })
    }
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Finding {
    /// The step failed.
    Error {
        /// The step.
        after: Step,
        /// What the database said.
        message: String,
    },
    /// An object differs.
    Object {
        /// The step after which it does.
        after: Step,
        /// The object and both definitions.
        #[serde(serialize_with = "as_text")]
        #[schemars(with = "String")]
        difference: Difference,
    },
    /// Rows of an older table are lost or changed.
    Rows {
        /// The step after which they are.
        after: Step,
        /// The table.
        table: String,
        /// Rows that are gone, or changed.
        lost: u64,
        /// Rows that were not there before, changed ones among them.
        gained: u64,
        /// What verify itself had put into the table, where the loss shows by that.
        made: Option<String>,
    },
}

impl Finding {
    /// The step after which it was found.
    pub fn after(&self) -> Step {
        match self {
            Self::Error { after, .. } | Self::Object { after, .. } | Self::Rows { after, .. } => *after,
        }
    }

    /// Whether both tell of rows of the same table after the same step.
    fn tells_of_the_same_rows(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rows { after, table, .. }, Self::Rows { after: then, table: there, .. }) => {
                (after, table) == (then, there)
            }
            _ => false,
        }
    }

    /// Whether it is said alone: a column that `down` adds back stands last, and no server can put it elsewhere.
    pub fn is_note(&self) -> bool {
        matches!(self, Self::Object { difference, .. } if difference.is_position())
    }
}

fn as_text<S: Serializer>(difference: &Difference, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(difference)
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error { after, message } => write!(f, "{after} failed: {message}"),
            Self::Object { after, difference } => {
                let (kind, name, told) = (difference.kind, &difference.name, difference.told(Comparison::WithBefore));
                write!(f, "after {after}, {kind} {name}{told}")
            }
            Self::Rows { after, table, lost, gained, made } => {
                let noun = if *lost == 1 { "row" } else { "rows" };
                write!(f, "after {after}, {lost} {noun} of table {table} lost or changed, {gained} new or changed")?;
                made.iter().try_for_each(|made| write!(f, "; verify itself had {made}"))
            }
        }
    }
}

/// What was found out about a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Verified {
    /// Its name.
    pub revision: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Where it was tried.
    pub form: Form,
    /// How long that took, in milliseconds.
    pub took_ms: u64,
    /// Rows its seed inserted; 0 without a seed, and then older rows and those of verify prove that nothing is lost.
    pub seeded_rows: u64,
    /// What failed with rows of verify's own, where it was tried again without them.
    pub repeated: Option<String>,
    /// Why it may lose rows, when it says so.
    pub may_lose_rows: Option<String>,
    /// What is not as it should be; in a revision that is proved, notes.
    pub findings: Vec<Finding>,
}

/// How far a verification is, for showing it.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A revision begins.
    Started {
        /// Its name.
        revision: &'a str,
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        total: usize,
    },
    /// A step of it begins.
    Step {
        /// The revision.
        revision: &'a str,
        /// The step.
        step: Step,
    },
    /// It is done.
    Finished(&'a Verified),
}

/// Verifies every revision, in the order in which they are applied. The runner's own database is only read.
pub async fn verify(
    runner: &Runner,
    on_progress: impl Fn(Progress<'_>) + Send + Sync,
) -> Result<Vec<Verified>, EngineError> {
    let revisions = runner.in_order().map(|name| runner.project().revision(name)).collect::<Result<Vec<_>, _>>()?;
    let mut done = verify_in_order(runner, &revisions, on_progress).await?;
    for (place, verified) in done.iter_mut().enumerate().filter(|(_, one)| one.outcome != Outcome::NotReached) {
        let found = squashed::compare(runner, &revisions[..place], revisions[place]).await?;
        if !found.is_empty() {
            verified.outcome = Outcome::Failed;
            verified.findings.extend(found);
        }
        interrupt::check()?;
    }
    Ok(done)
}

/// Verifies the last of these revisions on what the others make.
pub async fn verify_last(
    runner: &Runner,
    revisions: &[&dyn MigrationTrait],
    on_progress: impl Fn(Progress<'_>) + Send + Sync,
) -> Result<Vec<Verified>, EngineError> {
    let before = revisions.len().saturating_sub(1);
    let done = revisions[..before].iter().map(|revision| not_reached(revision.name(), Form::Memory)).collect();
    let mut verified = verify_from(runner, revisions, done, on_progress).await?;
    Ok(verified.split_off(Ord::min(before, verified.len())))
}

/// Verifies these revisions in this order, the first on an empty schema.
pub async fn verify_in_order(
    runner: &Runner,
    revisions: &[&dyn MigrationTrait],
    on_progress: impl Fn(Progress<'_>) + Send + Sync,
) -> Result<Vec<Verified>, EngineError> {
    verify_from(runner, revisions, Vec::new(), on_progress).await
}

/// The same, behind those that are done.
async fn verify_from(
    runner: &Runner,
    revisions: &[&dyn MigrationTrait],
    mut done: Vec<Verified>,
    on_progress: impl Fn(Progress<'_>) + Send + Sync,
) -> Result<Vec<Verified>, EngineError> {
    let mut repeat = None;
    // Behind a revision that failed, the next ones get a new scratch database without its damage.
    while done.len() < revisions.len() {
        let scratch = open(runner).await?;
        let work = walk(runner, &scratch, revisions, &mut done, &mut repeat, &on_progress);
        let walked = scratch::silently(Box::pin(work)).await;
        let removed = scratch.remove().await;
        walked?;
        removed?;
        interrupt::check()?;
    }
    Ok(done)
}

/// A database of its own, or else, on PostgreSQL, a transaction.
async fn open(runner: &Runner) -> Result<Scratch<'_>, EngineError> {
    match Scratch::database(runner).await {
        Err(ScratchError::MayNotCreate { .. } | ScratchError::OneSession)
            if runner.target().backend() == DbBackend::Postgres =>
        {
            Ok(Scratch::transaction(runner).await?)
        }
        other => Ok(other?),
    }
}

/// A revision that is tried again without rows of verify's own.
struct Repeat {
    /// What failed with them.
    because: String,
    /// Losses that were found before: they count, whatever comes after them.
    losses: Vec<Finding>,
}

/// Applies what is done already and goes on from there, until a revision fails or is to be tried again.
async fn walk(
    runner: &Runner,
    scratch: &Scratch<'_>,
    revisions: &[&dyn MigrationTrait],
    done: &mut Vec<Verified>,
    repeat: &mut Option<Repeat>,
    on_progress: &(impl Fn(Progress<'_>) + Send + Sync),
) -> Result<(), EngineError> {
    let total = revisions.len();
    for revision in &revisions[..done.len()] {
        if applied_with_seed(runner, scratch, *revision).await.is_err() {
            done.extend(revisions[done.len()..].iter().map(|next| not_reached(next.name(), scratch.form())));
            return Ok(());
        }
    }
    let (mut made, mut left) = (MadeRows::default(), None);
    while let Some(revision) = revisions.get(done.len()) {
        let repeated = repeat.take();
        on_progress(Progress::Started { revision: revision.name(), number: done.len() + 1, total });
        let started = Instant::now();
        let made = repeated.is_none().then_some(&mut made);
        let mut trip = trip::Trip::new(runner, scratch, *revision, made, left.take());
        let travelled = trip.go(|step| on_progress(Progress::Step { revision: revision.name(), step })).await;
        travelled.map_err(EngineError::while_doing("reading a scratch database"))?;
        *repeat = trip.to_be_repeated();
        if repeat.is_some() {
            break;
        }
        left = trip.left();
        let mut verified = trip.verified(repeated);
        verified.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        on_progress(Progress::Finished(&verified));
        let failed = verified.outcome == Outcome::Failed;
        done.push(verified);
        if failed {
            break;
        }
    }
    Ok(())
}

async fn applied_with_seed(
    runner: &Runner,
    scratch: &Scratch<'_>,
    revision: &dyn MigrationTrait,
) -> Result<(), sea_orm::DbErr> {
    scratch.run(revision, Direction::Up).await?;
    match runner.project().description(revision.name()) {
        Some(description) => call::or_panicked(description.seed(&scratch.manager())).await,
        None => Ok(()),
    }
}

fn not_reached(revision: &str, form: Form) -> Verified {
    Verified {
        revision: revision.to_owned(),
        outcome: Outcome::NotReached,
        form,
        took_ms: 0,
        seeded_rows: 0,
        repeated: None,
        may_lose_rows: None,
        findings: Vec::new(),
    }
}
