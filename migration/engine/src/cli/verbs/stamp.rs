//! `stamp`: marks revisions as applied, without running them.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{EngineError, Runner, cli::parts::text::each, schema::stamp};

/// Mark a revision and all before it as applied, without running them, if the live schema is as they make it
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration stamp m20250601_000000_create_alarms\n  migration stamp --renamed m20250601_create m20250601_000000_create_alarms"
)]
pub(in crate::cli) struct Verb {
    /// The newest revision to mark
    #[arg(value_name = "TARGET", allow_hyphen_values = true, required_unless_present = "renamed")]
    revision: Option<String>,
    /// Mark the revision although tables differ
    #[arg(long)]
    accept_differences: bool,
    /// Record that an applied revision has a new name in the code
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with_all = ["revision", "accept_differences"])]
    renamed: Vec<String>,
}

/// Revisions marked as applied.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stamp {
    /// Those marked now.
    pub recorded: Vec<String>,
    /// Differences that do not forbid it.
    pub notes: Vec<String>,
}

impl OnDatabase for Verb {
    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        if let (None, [old, new]) = (&self.revision, self.renamed.as_slice()) {
            runner.rename(old, new).await?;
            let note = format!("it was {old} in the database");
            return Ok(Report::Stamp(Stamp { recorded: vec![new.clone()], notes: vec![note] }));
        }
        let stamped =
            stamp::stamp(runner, self.revision.as_deref().unwrap_or_default(), self.accept_differences).await?;
        Ok(Report::Stamp(Stamp { recorded: stamped.recorded, notes: stamped.notes }))
    }
}

impl Outcome for Stamp {
    fn text(&self, _verbose: bool) -> String {
        let notes = each(&self.notes, |note| format!("note: {note}\n"));
        let recorded = each(&self.recorded, |name| format!("marked as applied: {name}\n"));
        let nothing = if self.recorded.is_empty() { "nothing to mark, it is applied already\n" } else { "" };
        notes + &recorded + nothing
    }
}
