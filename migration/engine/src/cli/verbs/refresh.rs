//! `refresh`: reverts all revisions and applies them again.

use super::{OnDatabase, Report};
use crate::{
    EngineError, Runner,
    cli::parts::{consent::Consent, done::Done},
};

/// Revert all revisions and apply them again
#[derive(clap::Args)]
#[command(after_help = "Example: migration refresh --yes")]
pub(in crate::cli) struct Verb {
    #[command(flatten)]
    consent: Consent,
}

impl OnDatabase for Verb {
    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        self.consent.ask(runner, "refresh reverts every revision").await?;
        runner.refresh().await?;
        Ok(Done::report("all revisions were reverted and applied again"))
    }
}
