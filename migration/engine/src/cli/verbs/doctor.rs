//! `doctor`: the server examined.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::parts::text::each,
    operate::doctor::{self, Diagnosis, Health},
};

/// Examine the server: its version, features, locks, invalid indexes, unfinished revisions, failing jobs
#[derive(clap::Args)]
#[command(after_help = "Example: migration doctor")]
pub(in crate::cli) struct Verb {}

/// The server examined.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Doctor {
    /// One entry a question.
    pub diagnoses: Vec<Diagnosis>,
}

impl OnDatabase for Verb {
    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        Ok(Report::Doctor(Doctor { diagnoses: doctor::examine(runner).await? }))
    }
}

impl Outcome for Doctor {
    fn text(&self, _verbose: bool) -> String {
        each(&self.diagnoses, |one| {
            let health = match one.health {
                Health::Ok => "ok",
                Health::Note => "note",
                Health::Problem => "problem",
            };
            format!("{health:8} {}: {}\n", one.about, one.finding)
        })
    }
}
