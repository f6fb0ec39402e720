//! `verify`: revisions proved to be reversible.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::parts::{
        differences::{grouped, indented, look_first},
        text::{each, plural},
    },
    revision::Event,
    schema::{
        catalog::{Comparison, Difference},
        scratch::Form,
        verify::{self, Finding, Progress, Step, Verified},
    },
    sql::line::one_line,
};

/// Prove in a scratch database that every revision can be applied, reverted and applied again
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
    const ON_ALL: bool = true;

    fn works_in_memory(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
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
            let repeated = repeated.map(|failed| {
                format!(
                    "  note: with rows that verify makes up, {}; without them it is proved. Real rows may do the same: \
                     a seed (`Describe::seed`) with rows like yours takes their place\n",
                    one_line(failed)
                )
            });
            line + &repeated.unwrap_or_default() + &found(&one.findings)
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

/// The step and the difference, of what is about an object.
fn of_object(finding: &Finding) -> Option<(Step, &Difference)> {
    match finding {
        Finding::Object { after, difference } => Some((*after, difference)),
        Finding::Error { .. } | Finding::Rows { .. } => None,
    }
}

/// The findings of a revision: the objects of each step by kind, and what to look at first.
fn found(findings: &[Finding]) -> String {
    let (notes, findings): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|one| one.is_note());
    let step = |finding: &Finding| of_object(finding).map(|(after, _)| after);
    let parts: Vec<_> = findings.chunk_by(|one, next| step(one).is_some() && step(one) == step(next)).collect();
    let text = each(&parts, |part| {
        let Some(after) = step(part[0]) else { return indented(&part[0].to_string(), "  ") };
        let differences: Vec<_> =
            part.iter().filter_map(|one| of_object(one)).map(|(_, difference)| difference).collect();
        let objects = grouped(&differences, Comparison::WithBefore, &format!("after {after}, "));
        objects + &indented(&look_first(&differences), "  ")
    });
    text + &each(&notes, |note| format!("  note: {note}\n"))
}

impl Verify {
    fn not_proved(&self) -> usize {
        self.revisions.iter().filter(|one| one.outcome != verify::Outcome::Proved).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_with_rows_that_were_made_up_is_a_note() {
        let revision = Verified {
            revision: "m2_site".to_owned(),
            outcome: verify::Outcome::Proved,
            form: Form::Database,
            took_ms: 7,
            seeded_rows: 0,
            repeated: Some("up failed: null value\nin column site".to_owned()),
            may_lose_rows: None,
            findings: Vec::new(),
        };
        let text = Verify { revisions: vec![revision] }.text(false);
        let note =
            "  note: with rows that verify makes up, up failed: null value in column site; without them it is proved. ";
        assert!(
            text.starts_with(&format!("m2_site  proved, 7 ms\n{note}")) && text.contains("Describe::seed"),
            "{text}"
        );
    }
}
