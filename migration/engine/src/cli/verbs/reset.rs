//! `reset`: reverts all revisions.

use super::{OnDatabase, Report};
use crate::{
    EngineError, Runner,
    cli::parts::{consent::Consent, done::Done},
};

/// Revert all revisions
#[derive(clap::Args)]
#[command(after_help = "Example: migration reset --yes")]
pub(in crate::cli) struct Verb {
    #[command(flatten)]
    consent: Consent,
}

impl OnDatabase for Verb {
    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        self.consent.ask(runner, "reset reverts every revision").await?;
        runner.reset().await?;
        Ok(Done::report("all revisions were reverted"))
    }
}
