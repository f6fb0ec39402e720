//! The one JSON document that `--json` prints.
//!
//! `docs/output.schema.json` is generated from these types and those of the [verbs](super::verbs) (`make schema`).

use migration_timescale::Version;
use schemars::JsonSchema;
use serde::Serialize;

use super::{bar::Show, context::Context, say, verbs::Report};
use crate::Runner;

/// The JSON schema of [`Output`].
pub fn json_schema() -> String {
    format!("{:#}\n", schemars::schema_for!(Output).to_value())
}

/// The one JSON document that a command prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The command.
    pub command: &'static str,
    /// The database it worked on; null for commands that need none, or when there was no connection, and with `--all`, where
    /// each area has its own.
    pub database: Option<Database>,
    /// The process's exit code: 0 done, 1 failed, 2 wrong usage, 3 pending (`check`), 4 found something; with `--all` the
    /// worst of the areas.
    pub exit_code: u8,
    /// What came of it; null when it failed.
    pub result: Option<Report>,
    /// Why it failed, on one line; null when it did not.
    pub error: Option<String>,
}

/// A database.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Database {
    /// Its URL, without the password, or its file.
    pub url: String,
    /// The PostgreSQL schema, where it is not the server's own choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the server is.
    pub server: String,
    /// Where the URL was found.
    pub from: String,
}

impl Database {
    /// The one that a runner is connected to.
    pub(super) fn of(runner: &Runner, context: &Context) -> Self {
        Self {
            url: runner.target().location(),
            schema: context.schema.clone().or_else(|| runner.target().schema().map(str::to_owned)),
            server: runner.server().to_string(),
            from: runner.target().origin().to_string(),
        }
    }

    /// Says on standard error what is worked on, and which TimescaleDB it is about to have.
    pub(super) fn announce(&self, show: &Show, enabled: Option<Version>) {
        let schema = self.schema.as_ref().map(|schema| format!(" schema {schema}")).unwrap_or_default();
        let Self { url, server, from, .. } = self;
        let server = match enabled {
            Some(version) => format!("PostgreSQL, TimescaleDB {version} once this run has enabled it"),
            None => server.clone(),
        };
        show.err(&format!("database: {url}{schema} ({server}, from {from})\n"));
    }
}

impl Output {
    /// Prints it on standard output.
    pub(super) fn print(&self) {
        match serde_json::to_string_pretty(self) {
            Ok(text) => say::out(&format!("{text}\n")),
            Err(error) => say::err(&format!("error: the result cannot be written as JSON: {error}\n")),
        }
    }
}
