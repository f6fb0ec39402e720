//! `branches`: the revisions from which several others go on.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnCode, Outcome, Report};
use crate::{
    EngineError,
    cli::{
        context::Context,
        parts::{place::Place, text::each},
    },
    project::areas::ChosenArea,
};

/// List the revisions that have several successors
#[derive(clap::Args)]
#[command(after_help = "Example: migration branches")]
pub(in crate::cli) struct Verb {}

/// Revisions from which several others go on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Branches {
    /// The branch points.
    pub branches: Vec<Place>,
}

impl OnCode for Verb {
    async fn run(self, _context: &Context, area: ChosenArea) -> Result<Report, EngineError> {
        let graph = area.project.graph()?;
        let branches = graph.branch_points().into_iter().map(|position| Place::of(&graph, position, None)).collect();
        Ok(Report::Branches(Branches { branches }))
    }
}

impl Outcome for Branches {
    fn text(&self, _verbose: bool) -> String {
        if self.branches.is_empty() {
            return "the history does not branch\n".to_owned();
        }
        each(&self.branches, |place| {
            format!("{}\n{}", place.name, each(&place.children, |child| format!("  -> {child}\n")))
        })
    }
}
