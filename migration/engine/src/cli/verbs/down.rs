//! `down`: reverts applied revisions.

use super::{OnDatabase, Report};
use crate::{Direction, EngineError, Runner, cli::parts::run, graph::RevisionTarget, revision::consent};

/// Revert applied revisions, the newest first
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration down\n  migration down -n 2\n  migration down base\n  migration down m20250601 --dry-run"
)]
pub(in crate::cli) struct Verb {
    /// The revision to go back to, which stays applied [default: -1, the one before]
    #[arg(value_name = "TARGET", allow_hyphen_values = true, conflicts_with = "num")]
    target: Option<String>,
    /// Revert this many revisions
    #[arg(short, long)]
    num: Option<u32>,
    /// Agree that rows are deleted, where a revision cannot keep them
    #[arg(short, long)]
    yes: bool,
    /// Show what would be run, with its SQL, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;

    fn only_reads(&self) -> bool {
        self.dry_run
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let target = match (&self.target, self.num) {
            (Some(text), _) => runner.graph().target(text)?,
            (None, count) => RevisionTarget::Last(count.unwrap_or(1) as usize),
        };
        let revisions = if self.dry_run {
            run::planned(runner, runner.plan_down(&target, &runner.records().await?)?, Direction::Down).await?
        } else {
            run::ran(consent::with_consent(self.yes, runner.down_to(&target)).await?)
        };
        Ok(Report::Run(run::Run { direction: Direction::Down, dry_run: self.dry_run, revisions }))
    }
}
