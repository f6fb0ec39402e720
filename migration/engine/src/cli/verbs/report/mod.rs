//! `report`: what a live database is like.

mod sections;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    operate::inspect::{self, Inspection},
};

/// Report on a live database: jobs, hypertables, aggregates, tables, sequences and blocked sessions; what needs attention comes first
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration report\n  migration report -v\n  migration report --json | jq .result.attention"
)]
pub(in crate::cli) struct Verb {}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        Ok(Report::Inspection(Box::new(inspect::inspect(runner).await?)))
    }
}

impl Outcome for Inspection {
    fn text(&self, verbose: bool) -> String {
        sections::text(self, verbose)
    }

    fn summary(&self) -> String {
        match self.attention.len() {
            0 => "nothing needs attention".to_owned(),
            1 => "1 finding needs attention".to_owned(),
            count => format!("{count} findings need attention"),
        }
    }
}
