//! What a run of `maintain` gives back.

use schemars::JsonSchema;
use serde::Serialize;

/// The work of policies that was done, or with `--dry-run` would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Maintained {
    /// Whether this only shows what would be done.
    pub dry_run: bool,
    /// Who is at it already; nothing was done then.
    pub at_work: Option<String>,
    /// What the applied revisions declare, in the order in which it is done.
    pub tasks: Vec<Task>,
}

impl Maintained {
    /// Why it failed, on one line, when a task did.
    pub fn error(&self) -> Option<String> {
        let failed: Vec<&str> = self.tasks.iter().filter_map(|task| task.error.as_deref()).collect();
        (!failed.is_empty()).then(|| failed.join("; "))
    }
}

/// A task of [`Maintained`].
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
