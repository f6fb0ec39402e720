//! `maintain`: the work of policies, where no job of the server does it.

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::parts::text::each,
    operate::maintain::{self, Maintained, TaskOutcome},
};

/// Apply the declared retention and refreshes that no job of the server does, and refresh what its jobs have missed; meant for cron
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration maintain\n  migration maintain --dry-run\n  */30 * * * *  cd /srv/data && migration maintain --json >> maintain.log   (in a crontab)"
)]
pub(in crate::cli) struct Verb {
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;

    fn only_reads(&self) -> bool {
        self.dry_run
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        Ok(Report::Maintenance(maintain::maintain(runner, self.dry_run).await?))
    }
}

impl Outcome for Maintained {
    fn text(&self, _verbose: bool) -> String {
        if let Some(holder) = &self.at_work {
            return format!("nothing done: another `maintain` is at work ({holder})\n");
        }
        if self.tasks.is_empty() {
            return "the applied revisions declare no maintenance\n".to_owned();
        }
        each(&self.tasks, |task| {
            let took = if matches!(task.outcome, TaskOutcome::Done | TaskOutcome::Failed) {
                format!(", {} ms", task.took_ms)
            } else {
                String::new()
            };
            format!("{}: {}{took}\n", task.task, task.detail)
        })
    }

    fn summary(&self) -> String {
        let count =
            |outcomes: &[TaskOutcome]| self.tasks.iter().filter(|task| outcomes.contains(&task.outcome)).count();
        let said = [
            ("done", &[TaskOutcome::Done][..]),
            ("planned", &[TaskOutcome::Planned]),
            ("failed", &[TaskOutcome::Failed]),
            ("left to jobs", &[TaskOutcome::LeftToJob]),
            ("with nothing to do", &[TaskOutcome::Nothing, TaskOutcome::Skipped]),
        ]
        .map(|(word, outcomes)| (word, count(outcomes)));
        let said: Vec<String> =
            said.iter().filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
        if said.is_empty() { self.text(false).trim_end().to_owned() } else { format!("tasks: {}", said.join(", ")) }
    }

    fn error(&self) -> Option<String> {
        Maintained::error(self)
    }
}
