//! `verify`: revisions proved to be reversible.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::parts::text::{each, plural},
    revision::Event,
    schema::{
        scratch::Form,
        verify::{self, Progress, Verified},
    },
};

/// Prove on a scratch database that every revision can be reverted and applied again
#[derive(clap::Args)]
#[command(after_help = "Example: migration verify -u postgres://localhost/postgres")]
pub(in crate::cli) struct Verb {}

/// Revisions proved to be reversible.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Verify {
    /// One entry a revision.
    pub revisions: Vec<Verified>,
}

impl OnDatabase for Verb {
    async fn run(self, runner: &mut Runner) -> Result<Report, EngineError> {
        let runner = &*runner;
        let revisions = verify::verify(runner, |progress| show(runner, progress)).await?;
        Ok(Report::Verify(Verify { revisions }))
    }
}

/// A verification, shown like a run.
fn show(runner: &Runner, progress: Progress<'_>) {
    match progress {
        Progress::Started { revision, number, total } => {
            if number == 1 {
                runner.tell(Event::Planned { revisions: total });
            }
            let (done, total) = (number as u64, total as u64);
            runner.tell(Event::Progress { step: format!("verifying {revision}"), done, total });
        }
        Progress::Step { revision, step } => tracing::debug!("{revision}: {step}"),
        Progress::Finished(_) => {}
    }
}

impl Outcome for Verify {
    fn text(&self, _verbose: bool) -> String {
        let width = self.revisions.iter().map(|one| one.revision.len()).max().unwrap_or(0);
        let mut text = each(&self.revisions, |one| {
            let outcome = match one.outcome {
                verify::Outcome::Proved => "proved",
                verify::Outcome::Failed => "failed",
                verify::Outcome::NotReached => "not reached",
            };
            let rows = if one.seeded_rows == 0 { String::new() } else { format!(", {} seed rows", one.seeded_rows) };
            let lossy =
                one.may_lose_rows.as_ref().map(|reason| format!(", may lose rows: {reason}")).unwrap_or_default();
            let line = format!("{:width$}  {outcome}{rows}{lossy}, {} ms\n", one.revision, one.took_ms);
            let repeated = one.repeated.as_ref().filter(|_| one.outcome == verify::Outcome::Proved);
            let repeated =
                repeated.map(|failed| format!("  tried without rows of verify's own, with which {failed}\n"));
            line + &repeated.unwrap_or_default() + &each(&one.findings, |finding| format!("  {finding}\n"))
        });
        let place = self.revisions.first().map_or("", |one| match one.form {
            Form::Database => " on a database of its own",
            Form::Transaction => " in a transaction that was rolled back",
            Form::Memory => " on a database in memory",
        });
        let count = self.revisions.len();
        let revisions = plural(count, "revision");
        let _ = match self.not_proved() {
            0 => writeln!(text, "{count} {revisions} proved{place}: up, down and up again leave the same schema"),
            failed => writeln!(text, "{failed} of {count} {revisions} not proved{place}"),
        };
        text
    }

    fn exit_code(&self) -> u8 {
        if self.not_proved() == 0 { 0 } else { 4 }
    }
}

impl Verify {
    fn not_proved(&self) -> usize {
        self.revisions.iter().filter(|one| one.outcome != verify::Outcome::Proved).count()
    }
}
