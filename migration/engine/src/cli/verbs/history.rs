//! `history`: the revisions drawn, as they follow each other.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::{
        context::Context,
        parts::{place::Place, text::each},
    },
    graph::Graph,
    ledger::Records,
    project::areas::ChosenArea,
};

/// Draw the graph of the revisions, the newest on top
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  migration history\n  migration history -v m20250601:head")]
pub(in crate::cli) struct Verb {
    /// Only the revisions after FROM, up to and including TO; either may be left out
    #[arg(value_name = "FROM:TO")]
    range: Option<String>,
}

/// The revisions and how they follow each other.
#[derive(Debug, Serialize, JsonSchema)]
pub struct History {
    /// The drawing, line by line, the newest on top.
    pub drawing: Vec<String>,
    /// The revisions, the newest first.
    pub revisions: Vec<Place>,
}

impl OnDatabase for Verb {
    fn only_reads(&self) -> bool {
        true
    }

    /// A drawing is worth something without a database too.
    async fn without_database(&self, context: &Context, area: &ChosenArea) -> Result<Option<Report>, EngineError> {
        if context.has_no_file(area)? {
            return self.draw(&area.project.graph()?, None).map(Some);
        }
        Ok(None)
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let records = runner.records().await?;
        self.draw(runner.graph(), Some(&records))
    }
}

impl Verb {
    /// Draws the revisions of the range, and lists them.
    fn draw(&self, graph: &Graph, records: Option<&Records>) -> Result<Report, EngineError> {
        let chosen = graph.range(self.range.as_deref().unwrap_or(":"))?;
        let drawing = graph.draw(&chosen, |position| {
            let Some(records) = records else { return String::new() };
            let name = graph.name(position);
            if let Some(part) = records.replaced.iter().find(|part| part.revision == name && !part.missing.is_empty()) {
                return format!("{} of the {} it replaces applied", part.count - part.missing.len(), part.count);
            }
            match (records.unfinished(name), records.applied.get(name)) {
                (Some(_), _) => "unfinished".to_owned(),
                (None, Some(at)) => format!("applied {}", at.format("%Y-%m-%d %H:%M")),
                (None, None) => "pending".to_owned(),
            }
        });
        Ok(Report::History(History {
            drawing: drawing.lines().map(str::to_owned).collect(),
            revisions: chosen.into_iter().rev().map(|position| Place::of(graph, position, records)).collect(),
        }))
    }
}

impl Outcome for History {
    /// With `--verbose` the places too, one paragraph each.
    fn text(&self, verbose: bool) -> String {
        let places = if verbose { each(&self.revisions, |place| format!("\n{}", place.text())) } else { String::new() };
        self.drawing.join("\n") + "\n" + &places
    }
}
