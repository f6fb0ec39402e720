//! `schema`: the live schema.

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{EngineError, Runner, schema::catalog};

/// Print the live schema as SQL for psql, sqlite3 or mariadb, with its fingerprint
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  migration schema > live.sql\n  migration schema | psql -X EMPTY_DATABASE")]
pub(in crate::cli) struct Verb {}

/// The live schema.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Schema {
    /// As SQL for psql, sqlite3 or mariadb, which makes it in an empty database.
    pub sql: String,
    /// SHA-256 over all its objects, in hexadecimal.
    pub fingerprint: String,
}

impl OnDatabase for Verb {
    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let sql = format!("{}\n{}", catalog::header(runner.target().backend()), runner.schema_sql().await?);
        Ok(Report::Schema(Schema { sql, fingerprint: runner.catalog().await?.fingerprint() }))
    }
}

impl Outcome for Schema {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        format!("{}\n-- fingerprint {}\n", self.sql, self.fingerprint)
    }
}
