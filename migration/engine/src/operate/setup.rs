//! `init`: everything that is pending is applied, and what is there then is told.

use migration_timescale::manager::{SkippedStep, withheld_timescaledb};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    doctor,
    inspect::{self, Inspection},
    maintain::{self, TaskOutcome},
};
use crate::{EngineError, Runner, graph::RevisionTarget};

/// An area that is set up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SetUp {
    /// What was missing beside revisions and was made: `database plant`, `extension timescaledb 2.28.3`.
    pub made: Vec<String>,
    /// Revisions that were applied.
    pub applied: Vec<String>,
    /// How many are applied in all.
    pub revisions: usize,
    /// The last of them, in their order.
    pub newest: Option<String>,
    /// The server, its version, and who is connected.
    pub server: String,
    /// The kind of server: `timescaledb`, `timescaledb-apache`, `postgres`, `sqlite` or `mysql`.
    pub profile: &'static str,
    /// Version of TimescaleDB.
    pub timescaledb: Option<String>,
    /// Edition of TimescaleDB: `full` or `apache`.
    pub edition: Option<&'static str>,
    /// What the server can do of what revisions use.
    pub abilities: String,
    /// What is there: tables, hypertables, aggregates, jobs, and what needs attention.
    pub found: Inspection,
    /// What revisions left out because the server lacks what it takes.
    pub skipped: Vec<SkippedStep>,
    /// Refreshes and retention that jobs of the server do.
    pub by_jobs: Vec<String>,
    /// Those that no job does: `maintain` has to run.
    pub by_maintain: Vec<String>,
    /// What only somebody with more rights can do.
    pub advice: Vec<String>,
}

/// Applies everything that is pending.
pub async fn set_up(runner: &Runner) -> Result<SetUp, EngineError> {
    let failed = || EngineError::while_doing("looking at what is there");
    let before = runner.server().timescale_version();
    let applied = runner.up_to(&RevisionTarget::Heads).await?;
    let server = runner.server();
    let records = runner.records().await?;
    let mut made = runner.made().to_vec();
    let timescaledb = server.timescale_version();
    made.extend(timescaledb.filter(|_| before.is_none()).map(|version| format!("extension timescaledb {version}")));
    let tasks = maintain::maintain(runner, true).await?.tasks;
    let (by_jobs, by_maintain) =
        tasks.into_iter().partition::<Vec<_>, _>(|task| task.outcome == TaskOutcome::LeftToJob);
    let names = |tasks: Vec<maintain::Task>| tasks.into_iter().map(|task| task.task).collect();
    let newest = runner.in_order().rev().find(|name| records.is_applied(name)).map(str::to_owned);
    Ok(SetUp {
        made,
        applied,
        revisions: runner.in_order().filter(|name| records.is_applied(name)).count(),
        newest,
        server: doctor::server(runner).await.map_err(failed())?.finding,
        profile: server.profile(),
        timescaledb: timescaledb.map(|version| version.to_string()),
        edition: timescaledb.map(|_| if server.has_columnstore() { "full" } else { "apache" }),
        abilities: doctor::abilities(server).finding,
        found: inspect::inspect(runner).await?,
        skipped: runner.skipped(&records).await,
        by_jobs: names(by_jobs),
        by_maintain: names(by_maintain),
        advice: advice(runner).await?,
    })
}

async fn advice(runner: &Runner) -> Result<Vec<String>, EngineError> {
    let withheld = withheld_timescaledb(runner.connection()).await;
    let withheld = withheld.map_err(EngineError::while_doing("asking whether TimescaleDB can be enabled"))?;
    let say = |version| {
        format!(
            "the server has TimescaleDB {version}, and this user may not enable it, so the tables are plain ones; to have it, an \
             administrator runs `CREATE EXTENSION timescaledb` in this database, and you `migration fresh` while the tables are \
             empty"
        )
    };
    Ok(withheld.map(say).into_iter().collect())
}
