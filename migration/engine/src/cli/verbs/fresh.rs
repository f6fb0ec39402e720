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
    const MAKES_FILE: bool = true;

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let beside = runner.tables_with_rows_beside().await?;
        self.consent.ask_about(runner, "fresh drops every table", beside).await?;
        runner.fresh(self.cascade).await?;
        Ok(Done::report("the schema was dropped and created again"))
    }
}
