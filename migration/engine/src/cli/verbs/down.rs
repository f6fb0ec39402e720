//! `down`: reverts applied revisions.

use std::collections::BTreeMap;

use super::{OnDatabase, Report};
use crate::{Direction, EngineError, Runner, cli::parts::run, graph::RevisionTarget, revision::consent};

/// Revert applied revisions, the newest first
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration down\n  migration down -n 2\n  migration down base\n  migration down m20250601 --dry-run"
)]
pub(in crate::cli) struct Verb {
    /// How far to revert; the target itself stays applied [default: -1]
    #[arg(value_name = "TARGET", allow_hyphen_values = true, conflicts_with = "num")]
    target: Option<String>,
    /// Number of revisions to revert
    #[arg(short, long)]
    num: Option<u32>,
    /// Agree that a revision deletes the rows that it cannot keep
    #[arg(short, long)]
    yes: bool,
    /// Print the SQL that would run, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;
    const RECORDS: bool = true;

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
            runner.prepare_to_run().await;
            // Said before it is done. What is wrong with the plan the run says better.
            let names = runner.plan_down(&target, &runner.records().await?).unwrap_or_default();
            let lost = runner.values_lost(&names).await?;
            for (name, line) in
                names.iter().zip(&lost).flat_map(|(name, lost)| lost.iter().map(move |line| (name, line)))
            {
                tracing::warn!("reverting {name}: {line}");
            }
            let mut notes: BTreeMap<String, Vec<String>> = names.into_iter().zip(lost).collect();
            let mut revisions = run::ran(consent::with_consent(self.yes, runner.down_to(&target)).await?);
            for revision in &mut revisions {
                revision.notes = notes.remove(&revision.name).unwrap_or_default();
            }
            revisions
        };
        Ok(Report::Run(run::Run { direction: Direction::Down, dry_run: self.dry_run, revisions }))
    }
}
