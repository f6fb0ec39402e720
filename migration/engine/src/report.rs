//! What the commands give back: one type each, printed for people by [`crate::cli`] and as JSON with `--json`.
//!
//! `docs/output.schema.json` is generated from these types (`make schema`).

use chrono::{DateTime, Utc};
use migration_timescale::inspect::{self, Attention};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Direction,
    catalog::Difference,
    lint::{Finding, RuleInfo},
    records::Entry,
    renamed::Renamed,
    runner::{Changed, RevisionStatus},
    verify::Verified,
};

/// The JSON schema of [`Output`].
pub fn json_schema() -> String {
    format!("{:#}\n", schemars::schema_for!(Output).to_value())
}

/// The one JSON document that a command prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The command.
    pub command: &'static str,
    /// The database it worked on; null for commands that need none, or when there was no connection.
    pub database: Option<Database>,
    /// The process's exit code: 0 done, 1 failed, 2 wrong usage, 3 pending (`check`), 4 found something.
    pub exit_code: u8,
    /// What came of it; null when it failed.
    pub result: Option<Report>,
    /// Why it failed, on one line; null when it did not.
    pub error: Option<String>,
}

/// A database.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Database {
    /// Its URL, without the password, or its file.
    pub url: String,
    /// The PostgreSQL schema, where it is not the server's own choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the server is.
    pub server: String,
    /// Where the URL was found.
    pub from: String,
}

/// What a command gives back.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Report {
    /// `up` and `down`.
    Run(Run),
    /// `status`.
    Status(Status),
    /// `history`.
    History(History),
    /// `current` and `heads`.
    Revisions(Revisions),
    /// `branches`.
    Branches(Branches),
    /// `show`.
    Show(Box<Show>),
    /// `stamp`.
    Stamp(Stamp),
    /// `sql`.
    Sql(Sql),
    /// `check`.
    Check(Check),
    /// `verify`.
    Verify(Verify),
    /// `lint`.
    Lint(Lint),
    /// `lint --list`.
    Rules(Rules),
    /// `doctor`.
    Doctor(Doctor),
    /// `report`.
    Inspection(Box<Inspection>),
    /// `maintain`.
    Maintenance(Maintenance),
    /// `schema`.
    Schema(Schema),
    /// `fresh`, `refresh` and `reset`.
    Done(Done),
    /// `generate`, `new` and `merge`.
    Created(Created),
}

/// Revisions that were run, or with `--dry-run` would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Run {
    /// Which way.
    pub direction: Direction,
    /// Whether this only shows what would be run.
    pub dry_run: bool,
    /// The revisions, in the order in which they run.
    pub revisions: Vec<PlannedRevision>,
}

/// A revision of a [`Run`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedRevision {
    /// Its name.
    pub name: String,
    /// Its statements, for `--dry-run`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
    /// Why they cannot be told without running it, for `--dry-run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// All revisions and how far the database is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// The revisions of the code, in order.
    pub revisions: Vec<RevisionReport>,
}

/// Where a revision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not applied.
    Pending,
    /// Applied.
    Applied,
    /// A run began it and did not finish: it was killed, or is at work now. `up` continues it.
    Unfinished,
}

/// A revision and what the database says of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevisionReport {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: State,
    /// When it was applied.
    pub applied_at: Option<DateTime<Utc>>,
    /// Whether its code does something else now than when it was applied.
    pub changed: bool,
    /// Then the first statement that differs, in words.
    pub difference: Option<String>,
    /// What the engine wrote down about it.
    pub record: Option<Entry>,
}

/// The revisions and how they follow each other.
#[derive(Debug, Serialize, JsonSchema)]
pub struct History {
    /// The drawing, line by line, the newest on top.
    pub drawing: Vec<String>,
    /// The revisions, the newest first.
    pub revisions: Vec<Place>,
}

/// A revision's place among the others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// The revisions directly before it.
    pub parents: Vec<String>,
    /// The revisions directly after it.
    pub children: Vec<String>,
    /// Revisions it depends on without being their child.
    pub depends_on: Vec<String>,
    /// Its area.
    pub area: Option<String>,
    /// When it was applied; null while it is pending, and where no database was asked.
    pub applied_at: Option<DateTime<Utc>>,
}

/// Some revisions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Revisions {
    /// Their names.
    pub revisions: Vec<String>,
    /// Said when there are none.
    #[serde(skip)]
    pub none: &'static str,
}

/// Revisions from which several others go on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Branches {
    /// The branch points.
    pub branches: Vec<Place>,
}

/// One revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Show {
    /// Its place.
    pub place: Place,
    /// Whether it runs in a transaction on this server.
    pub in_transaction: bool,
    /// Where it stands.
    pub revision: RevisionReport,
    /// What it does, forth.
    pub up: Vec<String>,
    /// What it does, back.
    pub down: Vec<String>,
    /// What of this is not known before it runs, and why; why it has no checksum.
    pub unknown: Vec<String>,
}

/// Revisions marked as applied.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stamp {
    /// Those marked now.
    pub recorded: Vec<String>,
    /// Differences that do not forbid it.
    pub notes: Vec<String>,
}

/// A script.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sql {
    /// Its text.
    pub script: String,
    /// Why a revision is not in it; the script stops where the first of them would be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// Database and code compared.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
    /// Whether nothing is wrong.
    pub in_order: bool,
    /// Revisions not applied.
    pub pending: Vec<String>,
    /// Revisions begun and not finished.
    pub unfinished: Vec<String>,
    /// Applied revisions whose code does something else now.
    pub changed: Vec<Changed>,
    /// Applied revisions that the code does not have.
    pub missing: Vec<String>,
    /// Those of them that a pending revision of the code looks like.
    pub renamed: Vec<Renamed>,
    /// Applied revisions without a checksum: another tool applied them, and no `up` has run since.
    pub unknown: Vec<String>,
    /// Objects that differ between the live schema and what the applied revisions make; null when it could not be told
    /// because revisions are unfinished or missing.
    pub drift: Option<Vec<Difference>>,
}

impl Check {
    /// The exit code: 0 in order, 3 only pending, 4 something else.
    pub fn exit_code(&self) -> u8 {
        let drift = self.drift.as_ref().is_none_or(|drift| !drift.is_empty());
        if drift || !(self.unfinished.is_empty() && self.changed.is_empty() && self.missing.is_empty()) {
            4
        } else if self.pending.is_empty() {
            0
        } else {
            3
        }
    }
}

/// Revisions proved to be reversible.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Verify {
    /// One entry a revision.
    pub revisions: Vec<Verified>,
}

/// What `lint` found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lint {
    /// The findings, those that the code allows included.
    pub findings: Vec<Finding>,
    /// Revisions looked at.
    pub revisions: usize,
}

/// The rules of `lint`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rules {
    /// The engine's own first.
    pub rules: Vec<RuleInfo>,
}

/// The server examined.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Doctor {
    /// One entry a question.
    pub diagnoses: Vec<Diagnosis>,
}

/// How a [`Diagnosis`] turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Good.
    Ok,
    /// Worth knowing.
    Note,
    /// To be put right.
    Problem,
}

/// An answer of `doctor`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// What was looked at.
    pub about: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found, and what to do about it.
    pub finding: String,
}

/// The database looked at: what needs attention, and the numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Inspection {
    /// What deserves attention, the most urgent first.
    pub attention: Vec<Attention>,
    /// The answers.
    #[serde(flatten)]
    pub answers: inspect::Inspection,
}

/// The work of policies that was done, or with `--dry-run` would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Maintenance {
    /// Whether this only shows what would be done.
    pub dry_run: bool,
    /// Who is at it already; nothing was done then.
    pub at_work: Option<String>,
    /// What the applied revisions declare, in the order in which it is done.
    pub tasks: Vec<Task>,
}

/// A task of [`Maintenance`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct Task {
    /// What is done, `refresh of readings_hourly` for example.
    pub task: String,
    /// The revision that declares it.
    pub revision: String,
    /// What became of it.
    pub outcome: TaskOutcome,
    /// The same in words: what was done, or why nothing was.
    pub detail: String,
    /// Rows written (refresh) or deleted (retention), where the server counts them.
    pub rows: Option<u64>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Why it failed, on one line.
    pub error: Option<String>,
}

/// What became of a [`Task`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskOutcome {
    /// Done.
    Done,
    /// There was nothing to do.
    Nothing,
    /// A job of the server does it.
    LeftToJob,
    /// It cannot be done now, and nothing is wrong with that; the detail says why.
    Skipped,
    /// It would be done (`--dry-run`).
    Planned,
    /// It failed; the others were done all the same.
    Failed,
}

/// The live schema.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Schema {
    /// As SQL.
    pub sql: String,
    /// SHA-256 over all its objects, in hexadecimal.
    pub fingerprint: String,
}

/// Something that was done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    /// What.
    pub done: &'static str,
}

/// A file that was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Created {
    /// Its path.
    pub path: String,
}

impl Maintenance {
    /// Why it failed, on one line, when a task did.
    pub fn error(&self) -> Option<String> {
        let failed: Vec<&str> = self.tasks.iter().filter_map(|task| task.error.as_deref()).collect();
        (!failed.is_empty()).then(|| failed.join("; "))
    }
}

impl From<RevisionStatus> for RevisionReport {
    fn from(status: RevisionStatus) -> Self {
        let state = match (&status.unfinished, status.applied_at) {
            (Some(_), _) => State::Unfinished,
            (None, Some(_)) => State::Applied,
            (None, None) => State::Pending,
        };
        Self {
            name: status.name,
            state,
            applied_at: status.applied_at,
            changed: status.changed,
            difference: status.difference,
            record: status.entry,
        }
    }
}
