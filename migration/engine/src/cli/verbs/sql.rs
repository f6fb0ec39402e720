//! `sql`: the SQL of revisions, for a client of the server.

use clap::ValueEnum;
use migration_timescale::Version;
use schemars::JsonSchema;
use serde::Serialize;

use super::{OnCode, Outcome, Report};
use crate::{
    Direction, EngineError,
    cli::{context::Context, parts::version::server_version},
    error::OfflineError,
    ledger::Tables,
    project::areas::ChosenArea,
    recording::{self, Profile},
};

/// Print the SQL of revisions for psql, sqlite3 or mariadb, without a database
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration sql up --backend timescaledb > up.sql\n  migration sql up --server-version 2.29.2\n  migration sql down m20250601:head --backend postgres"
)]
pub(in crate::cli) struct Verb {
    /// Whether to apply or to revert
    #[arg(value_enum)]
    direction: Way,
    /// Only the revisions after FROM, up to and including TO; either may be left out
    #[arg(value_name = "FROM:TO")]
    range: Option<String>,
    /// The server that the script is for
    #[arg(long, value_enum, default_value_t = Profile::Timescaledb)]
    backend: Profile,
    /// Version of the server's TimescaleDB, for example 2.29.2 [default: 2.28.3]
    #[arg(long, value_name = "VERSION", value_parser = server_version)]
    server_version: Option<Version>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    Up,
    Down,
}

/// A script.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sql {
    /// Its text.
    pub script: String,
    /// Why a revision is not in it; the script stops where the first of them would be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub missing: Vec<String>,
}

impl OnCode for Verb {
    async fn run(self, _context: &Context, area: ChosenArea) -> Result<Report, EngineError> {
        let server = self.backend.capability(self.server_version);
        if self.server_version.is_some() && !server.has_hypertables() {
            return Err(EngineError::NoServerVersion { backend: server.profile() });
        }
        let project = &area.project;
        let graph = project.graph()?;
        let chosen = graph.range(self.range.as_deref().unwrap_or(":"))?;
        let order = graph.order().iter().map(|&position| project.revision(graph.name(position)));
        let order = order.collect::<Result<Vec<_>, _>>()?;
        let table = Tables::named(&project.bookkeeping_table());
        let wanted = |name: &str| chosen.iter().any(|&position| graph.name(position) == name);
        let direction = match self.direction {
            Way::Up => Direction::Up,
            Way::Down => Direction::Down,
        };
        let script = recording::script(&order, wanted, direction, server, &table).await;
        let missing = script.missing.iter().map(OfflineError::on_one_line).collect();
        Ok(Report::Sql(Sql { script: script.text, missing }))
    }
}

impl Outcome for Sql {
    const IS_ASKED_FOR: bool = true;

    fn text(&self, _verbose: bool) -> String {
        self.script.clone()
    }

    fn error(&self) -> Option<String> {
        self.missing.first().map(|error| format!("{error}; the script stops there"))
    }
}
