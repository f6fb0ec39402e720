//! `current`: where the database is.

use super::{OnDatabase, Report};
use crate::{EngineError, Runner, cli::parts::revisions::Revisions};

/// Show where the database is: its newest applied revisions
#[derive(clap::Args)]
#[command(after_help = "Example: migration current")]
pub(in crate::cli) struct Verb {}

impl OnDatabase for Verb {
    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let records = runner.records().await?;
        let graph = runner.graph();
        let applied = |position: usize| records.is_applied(graph.name(position));
        // Applied, and nothing after it is.
        let newest = graph
            .order()
            .iter()
            .filter(|&&one| applied(one) && !graph.children(one).iter().any(|&child| applied(child)));
        let mut revisions: Vec<String> = newest.map(|&one| graph.name(one).to_owned()).collect();
        revisions.extend(runner.missing(&records));
        Ok(Report::Revisions(Revisions { revisions, none: "no revision is applied" }))
    }
}
