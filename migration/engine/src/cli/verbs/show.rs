//! `show`: one revision.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    Direction, EngineError, Runner,
    cli::parts::{place::Place, revision::RevisionReport, text::each},
    runner::Likeness,
};

/// Show one revision: its parents, its state and what it does
#[derive(clap::Args)]
#[command(after_help = "Example: migration show m20261101")]
pub(in crate::cli) struct Verb {
    /// The revision to show
    #[arg(value_name = "TARGET", allow_hyphen_values = true)]
    revision: String,
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

impl OnDatabase for Verb {
    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let graph = runner.graph();
        let position = graph.find(&self.revision)?;
        let name = graph.name(position);
        let records = runner.records().await?;
        let status = runner.status_of(&records).await?.into_iter().find(|status| status.name == name);
        let missing = || EngineError::MissingRevisions { revisions: vec![name.to_owned()], renamed: Vec::new() };
        let status = status.ok_or_else(missing)?;
        let mut unknown = Vec::new();
        for direction in [Direction::Up, Direction::Down] {
            let why = runner.why_unknown(name, direction).await;
            unknown.extend(why.map(|why| format!("{direction} is not known: {why}")));
        }
        let written = status.entry.as_ref().filter(|_| !status.changed);
        if let Some(entry) = written
            && runner.likeness(entry, name).await == Likeness::ButForValues
        {
            unknown.push("it has other values now than when it was applied, which no checksum covers".to_owned());
        }
        if runner.varies(name).await {
            unknown.push("there is no checksum: it does something else each time that it is recorded".to_owned());
        }
        Ok(Report::Show(Box::new(Show {
            place: Place::of(graph, position, Some(&records)),
            in_transaction: runner.runs_in_transaction(runner.project().revision(name)?).await,
            revision: status.into(),
            up: runner.statements(name, Direction::Up).await,
            down: runner.statements(name, Direction::Down).await,
            unknown,
        })))
    }
}

impl Outcome for Show {
    fn text(&self, _verbose: bool) -> String {
        let mut text = self.place.text();
        let mut line = |label: &str, what: &str| {
            let _ = writeln!(text, "  {label:11} {what}");
        };
        line("state", &self.revision.state_text());
        line("transaction", if self.in_transaction { "one, around all of it" } else { "its own" });
        if let Some(record) = &self.revision.record {
            let took = record.duration_ms.map(|took| format!(" in {took} ms")).unwrap_or_default();
            let by = format!("{}{took}, engine {}, {}", record.applied_by, record.engine_version, record.profile);
            line("run by", &by);
            line("checksum", &record.checksum);
        }
        for unknown in &self.unknown {
            line("note", unknown);
        }
        for (direction, statements) in [("up", &self.up), ("down", &self.down)] {
            let _ = writeln!(text, "\n-- {direction}");
            text.push_str(&each(statements, |sql| format!("{sql};\n")));
        }
        text
    }
}
