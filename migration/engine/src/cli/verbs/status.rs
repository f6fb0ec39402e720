//! `status`: the revisions, and whether they are applied.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::parts::{
        revision::{RevisionReport, State},
        text::each,
    },
};

/// List the revisions and whether they are applied
#[derive(clap::Args)]
#[command(after_help = "Example: migration status --json")]
pub(in crate::cli) struct Verb {}

/// All revisions and how far the database is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// The revisions of the code, in order.
    pub revisions: Vec<RevisionReport>,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;
    const RECORDS: bool = true;

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let revisions = runner.status().await?.into_iter().map(Into::into).collect();
        Ok(Report::Status(Status { revisions }))
    }
}

impl Outcome for Status {
    fn text(&self, _verbose: bool) -> String {
        let width = self.revisions.iter().map(|revision| revision.name.len()).max().unwrap_or(0);
        let mut text = each(&self.revisions, |one| format!("{:width$}  {}\n", one.name, one.state_text()));
        let pending = self.revisions.iter().filter(|revision| revision.state != State::Applied).count();
        let _ = writeln!(text, "{} applied, {pending} pending", self.revisions.len() - pending);
        text
    }
}
