//! The commands that need no database.

use std::path::{Path, PathBuf};

use migration_timescale::Capability;

use super::{Context, args::Command};
use crate::{
    Direction, EngineError, Project,
    areas::ChosenArea,
    graph::Graph,
    lint, offline,
    records::Records,
    report::{self, Place, Report},
    scaffold,
};

/// What became of a command.
pub(super) enum Outcome {
    /// It is done.
    Done(Report),
    /// It cannot be done without a database.
    NeedsDatabase(Command),
}

/// Does the command, if it needs no database.
pub(super) async fn execute(context: &Context, area: &ChosenArea, command: Command) -> Result<Outcome, EngineError> {
    let project = &area.project;
    let folder = context.area.as_deref();
    let report = match command {
        Command::Generate { name, local_time, .. } => {
            let at = if local_time { chrono::Local::now().naive_local() } else { chrono::Utc::now().naive_utc() };
            created(&scaffold::generate(&crate_dir(), &name, folder, at)?)
        }
        Command::Merge { revisions, message } => {
            let graph = project.graph()?;
            let parents = graph.merge_parents(&revisions)?;
            let at = chrono::Utc::now().naive_utc();
            created(&scaffold::merge(&crate_dir(), &message, folder, at, &graph.names(&parents))?)
        }
        Command::Heads => {
            let graph = project.graph()?;
            let revisions = graph.names(&graph.heads()).into_iter().map(str::to_owned).collect();
            Report::Revisions(report::Revisions { revisions, none: "there are no revisions" })
        }
        Command::Branches => {
            let graph = project.graph()?;
            let branches = graph.branch_points().into_iter().map(|position| place(&graph, position, None)).collect();
            Report::Branches(report::Branches { branches })
        }
        Command::Sql { direction, range, backend, server_version } => {
            let server = backend.capability(server_version);
            if server_version.is_some() && !server.has_hypertables() {
                return Err(EngineError::NoServerVersion { backend: server.profile() });
            }
            let script = sql(project, direction.into(), range.as_deref(), server).await?;
            let missing = script.missing.iter().map(offline::OfflineError::on_one_line).collect();
            Report::Sql(report::Sql { script: script.text, missing })
        }
        Command::Lint { list: true, .. } => Report::Rules(report::Rules { rules: lint::rules() }),
        Command::Lint { list: false, server_version } => {
            let version = server_version.unwrap_or(offline::REFERENCE_TIMESCALEDB);
            let findings = lint::of_project(project, version).await?;
            Report::Lint(report::Lint { findings, revisions: project.revision_names().len() })
        }
        // A drawing is worth something without a database too.
        Command::History { range } => match history_without_database(context, area, range.as_deref())? {
            Some(report) => report,
            None => return Ok(Outcome::NeedsDatabase(Command::History { range })),
        },
        other => return Ok(Outcome::NeedsDatabase(other)),
    };
    Ok(Outcome::Done(report))
}

/// cargo tells the program that it runs where its crate is.
fn crate_dir() -> PathBuf {
    std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".to_owned()).into()
}

fn created(path: &Path) -> Report {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(here).unwrap_or(path).display().to_string();
    Report::Created(report::Created { path })
}

async fn sql(
    project: &Project,
    direction: Direction,
    range: Option<&str>,
    server: Capability,
) -> Result<offline::Written, EngineError> {
    let graph = project.graph()?;
    let chosen = graph.range(range.unwrap_or(":"))?;
    let order = graph.order().iter().map(|&position| project.revision(graph.name(position)));
    let order = order.collect::<Result<Vec<_>, _>>()?;
    let table = offline::SeaOrmTable::named(&project.bookkeeping_table());
    let wanted = |name: &str| chosen.iter().any(|&position| graph.name(position) == name);
    Ok(offline::script(&order, wanted, direction, server, &table).await)
}

/// The drawing, when there is no database yet that could be asked for the applied revisions.
fn history_without_database(
    context: &Context,
    area: &ChosenArea,
    range: Option<&str>,
) -> Result<Option<Report>, EngineError> {
    let target = area.target(context.url.as_deref())?;
    if target.sqlite_file().is_some_and(|file| !file.exists()) {
        return history(&area.project.graph()?, range, None).map(Some);
    }
    Ok(None)
}

/// Draws the revisions of a range, and lists them.
pub(super) fn history(graph: &Graph, range: Option<&str>, records: Option<&Records>) -> Result<Report, EngineError> {
    let chosen = graph.range(range.unwrap_or(":"))?;
    let drawing = graph.draw(&chosen, |position| {
        let Some(records) = records else { return String::new() };
        let name = graph.name(position);
        match (records.unfinished(name), records.applied.get(name)) {
            (Some(_), _) => "unfinished".to_owned(),
            (None, Some(at)) => format!("applied {}", at.format("%Y-%m-%d %H:%M")),
            (None, None) => "pending".to_owned(),
        }
    });
    Ok(Report::History(report::History {
        drawing: drawing.lines().map(str::to_owned).collect(),
        revisions: chosen.into_iter().rev().map(|position| place(graph, position, records)).collect(),
    }))
}

/// A revision's place among the others.
pub(super) fn place(graph: &Graph, position: usize, records: Option<&Records>) -> Place {
    let names = |positions: &[usize]| positions.iter().map(|&one| graph.name(one).to_owned()).collect();
    let node = graph.node(position);
    Place {
        name: node.name.clone(),
        parents: names(graph.parents(position)),
        children: names(graph.children(position)),
        depends_on: node.depends_on.clone(),
        area: node.area.clone(),
        applied_at: records.and_then(|records| records.applied.get(&node.name).copied()),
    }
}
