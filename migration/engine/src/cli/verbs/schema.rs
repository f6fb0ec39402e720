//! `schema`: the live schema.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{EngineError, Runner};

/// Print the live schema as SQL, with its fingerprint
#[derive(clap::Args)]
#[command(after_help = "Example: migration schema > live.sql")]
pub(in crate::cli) struct Verb {}

/// The live schema.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Schema {
    /// As SQL.
    pub sql: String,
    /// SHA-256 over all its objects, in hexadecimal.
    pub fingerprint: String,
}

impl OnDatabase for Verb {
    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let catalog = runner.catalog().await?;
        Ok(Report::Schema(Schema { sql: catalog.to_string(), fingerprint: catalog.fingerprint() }))
    }
}

impl Outcome for Schema {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        format!("{}\n-- fingerprint {}\n", self.sql, self.fingerprint)
    }
}
