//! `fresh`: drops everything and applies all revisions.

use super::{OnDatabase, Report};
use crate::{
    EngineError, Runner,
    cli::parts::{consent::Consent, done::Done},
};

/// Drop everything in the schema and apply all revisions
#[derive(clap::Args)]
#[command(after_help = "Example: migration fresh --yes")]
pub(in crate::cli) struct Verb {
    #[command(flatten)]
    consent: Consent,
    /// Also drop what depends on the schema in other schemas (PostgreSQL)
    #[arg(long)]
    cascade: bool,
}

impl OnDatabase for Verb {
    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        self.consent.ask(runner, "fresh drops every table").await?;
        runner.fresh(self.cascade).await?;
        Ok(Done::report("the schema was dropped and made anew"))
    }
}
