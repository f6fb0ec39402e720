//! What `up` and `down` give back.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::text::{each, plural};
use crate::{Direction, EngineError, Runner, cli::verbs::Outcome, error::OfflineError};

/// Revisions that were run, or with `--dry-run` would be.
#[allow(clippy::struct_field_names, reason = "the flag's name, in a result with the name of what it does")]
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
    #[schemars(default)]
    pub statements: Vec<String>,
    /// What to know before: how many values go with a column, for `down`; whether there is a way back, for `up --dry-run`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub notes: Vec<String>,
    /// Why they cannot be told without running it, for `--dry-run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// What was run.
pub(in crate::cli) fn ran(names: Vec<String>) -> Vec<PlannedRevision> {
    let ran = |name| PlannedRevision { name, statements: Vec::new(), notes: Vec::new(), unknown: None };
    names.into_iter().map(ran).collect()
}

/// What would run; what a run would refuse before it begins is refused here too.
pub(in crate::cli) async fn planned(
    runner: &Runner,
    names: Vec<String>,
    direction: Direction,
) -> Result<Vec<PlannedRevision>, EngineError> {
    runner.refuse_ends_of_transactions(&names, direction).await?;
    for name in &names {
        if let Some(error) = runner.unwritten(name, direction).await {
            return Err(error.into());
        }
    }
    let mut notes = Vec::with_capacity(names.len());
    match direction {
        Direction::Up => {
            for name in &names {
                let unwritten = runner.unwritten(name, Direction::Down).await;
                notes.push(unwritten.iter().map(OfflineError::on_one_line).collect());
            }
        }
        Direction::Down => notes = runner.values_lost(&names).await?,
    }
    let mut planned = Vec::new();
    for (name, notes) in names.into_iter().zip(notes) {
        let statements = runner.statements(&name, direction).await;
        let unknown = runner.why_unknown(&name, direction).await;
        planned.push(PlannedRevision { name, statements, notes, unknown });
    }
    Ok(planned)
}

impl Outcome for Run {
    fn text(&self, _verbose: bool) -> String {
        if self.dry_run {
            return self.dry_run_text();
        }
        let (verb, nothing) = match self.direction {
            Direction::Up => ("applied", "nothing to apply, the schema is up to date"),
            Direction::Down => ("reverted", "nothing to revert, no revision is applied"),
        };
        match self.revisions.len() {
            0 => format!("{nothing}\n"),
            count => format!("{count} {} {verb}\n", plural(count, "revision")),
        }
    }

    fn error(&self) -> Option<String> {
        self.revisions.iter().find_map(|revision| revision.unknown.clone())
    }
}

impl Run {
    fn dry_run_text(&self) -> String {
        let mut text = String::new();
        for revision in &self.revisions {
            let _ = writeln!(text, "-- {} {}", self.direction, revision.name);
            text.push_str(&each(&revision.notes, |note| format!("-- {note}\n")));
            text.push_str(&each(&revision.statements, |sql| format!("{sql};\n")));
            text.extend(revision.unknown.iter().map(|why| format!("-- not known before it runs: {why}\n")));
            text.push('\n');
        }
        let count = self.revisions.len();
        let _ = writeln!(text, "-- {count} {} would run; nothing was changed", plural(count, "revision"));
        text
    }
}
