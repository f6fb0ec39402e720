//! The revisions of a project, recorded and looked at.

use clap::ValueEnum;
use migration_timescale::{Dialect, Version};

use super::{Finding, lint, lint_run};
use crate::{
    EngineError, Project,
    recording::{self, Profile},
};

/// Looks at every revision of a project as a backend gets it, PostgreSQL with TimescaleDB of a version and without; or at
/// those of one `run`.
pub async fn of_project(
    project: &Project,
    backend: Dialect,
    timescaledb: Version,
    run: Option<&[String]>,
) -> Result<Vec<Finding>, EngineError> {
    let graph = project.graph()?;
    let order = graph.order().iter().map(|&position| project.revision(graph.name(position)));
    let order = order.collect::<Result<Vec<_>, _>>()?;
    let mut histories = Vec::new();
    for server in Profile::value_variants().iter().map(|profile| profile.capability(Some(timescaledb))) {
        if Dialect::of(server.backend()) == backend {
            histories.push(recording::record_each(&order, server).await);
        }
    }
    let allowed = |name: &str| project.description(name).map(|one| one.allows().to_vec()).unwrap_or_default();
    Ok(match run {
        Some(run) => lint_run(&histories, timescaledb, allowed, run),
        None => lint(&histories, timescaledb, allowed),
    })
}
