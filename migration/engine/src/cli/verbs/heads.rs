//! `heads`: the newest revisions of the code.

use super::{OnCode, Report};
use crate::{
    EngineError,
    cli::{context::Context, parts::revisions::Revisions},
    project::areas::ChosenArea,
};

/// List the newest revisions of the code; more than one needs a merge
#[derive(clap::Args)]
#[command(after_help = "Example: migration heads")]
pub(in crate::cli) struct Verb {}

impl OnCode for Verb {
    async fn run(self, _context: &Context, area: ChosenArea) -> Result<Report, EngineError> {
        let graph = area.project.graph()?;
        let revisions = graph.names(&graph.heads()).into_iter().map(str::to_owned).collect();
        Ok(Report::Revisions(Revisions { revisions, none: "there are no revisions" }))
    }
}
