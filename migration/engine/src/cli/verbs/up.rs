//! `up`: applies pending revisions.

use migration_timescale::Version;

use super::{OnDatabase, Report};
use crate::{Direction, EngineError, Runner, cli::parts::run, graph::RevisionTarget};

/// Apply pending revisions (the default command)
#[derive(clap::Args, Default)]
#[command(after_help = "Examples:\n  migration up\n  migration up -n 1\n  migration up m20261101 --dry-run")]
pub(in crate::cli) struct Verb {
    /// How far to apply [default: head]
    #[arg(value_name = "TARGET", allow_hyphen_values = true, conflicts_with = "num")]
    target: Option<String>,
    /// Number of revisions to apply
    #[arg(short, long)]
    num: Option<u32>,
    /// Print the SQL that would run, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Accept the present code of a revision that was changed after it was applied
    #[arg(long, value_name = "REVISION")]
    accept_changed: Vec<String>,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;
    const RECORDS: bool = true;
    const MAKES_FILE: bool = true;

    fn only_reads(&self) -> bool {
        self.dry_run
    }

    fn works_in_memory(&self) -> bool {
        self.dry_run
    }

    async fn enables_timescaledb(&self, runner: &Runner) -> Result<Option<Version>, EngineError> {
        let offered = if self.dry_run { None } else { runner.offered_timescaledb().await? };
        let Some(version) = offered else { return Ok(None) };
        let pending = runner.plan_up(&self.target(runner)?, &runner.records().await?)?;
        Ok(runner.enable_timescaledb(&pending, version).await.then_some(version))
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        for text in &self.accept_changed {
            let name = runner.graph().name(runner.graph().find(text)?).to_owned();
            runner.accept_changed([name]);
        }
        let target = self.target(runner)?;
        let revisions = if self.dry_run {
            let pending = runner.plan_up(&target, &runner.records().await?)?;
            runner.assume_timescaledb(&pending).await?;
            run::planned(runner, pending, Direction::Up).await?
        } else {
            run::ran(runner.up_to(&target).await?)
        };
        Ok(Report::Run(run::Run { direction: Direction::Up, dry_run: self.dry_run, revisions }))
    }
}

impl Verb {
    /// How far.
    fn target(&self, runner: &Runner) -> Result<RevisionTarget, EngineError> {
        match (&self.target, self.num) {
            (Some(text), _) => Ok(runner.graph().target(text)?),
            (None, Some(count)) => Ok(RevisionTarget::Next(count as usize)),
            (None, None) => Ok(RevisionTarget::Head),
        }
    }
}
