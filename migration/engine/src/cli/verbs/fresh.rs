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
    /// Drop what depends on it in other schemas as well (PostgreSQL)
    #[arg(long)]
    cascade: bool,
}

impl OnDatabase for Verb {
    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let beside = runner.tables_with_rows_beside().await?;
        self.consent.ask_about(runner, "fresh drops every table", beside).await?;
        runner.fresh(self.cascade).await?;
        Ok(Done::report("the schema was dropped and made anew"))
    }
}
