//! `lint`: statements that lock, fail or mislead on a live database.

use std::{collections::BTreeSet, fs, io, path::PathBuf};

use clap::ValueEnum;
use migration_timescale::{Dialect, Version};
use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Project, Runner, Target,
    cli::{
        context::Context,
        parts::{
            text::{each, plural},
            version::server_version,
        },
    },
    lint::{self, Baseline, Entry, Finding, RuleInfo},
    project::areas::ChosenArea,
    recording,
};

/// Find statements that would lock, fail or mislead on a live database
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration lint\n  migration lint --pending\n  migration lint --since m20250601\n  migration lint --baseline lint.baseline --write-baseline\n  migration lint --server-version 2.29.2\n  migration lint --backend sqlite\n  migration lint --list"
)]
pub(in crate::cli) struct Verb {
    /// List the rules
    #[arg(long)]
    list: bool,
    /// Backend whose statements to look at, by the rules that hold for it [default: that of the database which is named,
    /// postgres where none is]
    #[arg(long, value_name = "BACKEND", value_enum)]
    backend: Option<Backend>,
    /// Version of TimescaleDB to lint for; rules that do not hold for it are left out [default: 2.28.3]
    #[arg(long, value_name = "VERSION", value_parser = server_version)]
    server_version: Option<Version>,
    /// Only the revisions after this one, as one run: a table that one of them creates is new to the others
    #[arg(long, value_name = "REV", conflicts_with = "pending")]
    since: Option<String>,
    /// Only the pending revisions, as one run; this needs the database
    #[arg(long)]
    pending: bool,
    /// File of accepted findings, one a line; only other findings fail
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the baseline file, with every present finding
    #[arg(long, requires = "baseline", conflicts_with_all = ["since", "pending"])]
    write_baseline: bool,
}

/// A backend, by the name that the command line knows it by: PostgreSQL is with TimescaleDB and without, MySQL also MariaDB.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Backend {
    Postgres,
    Sqlite,
    Mysql,
}

impl From<Backend> for Dialect {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Postgres => Self::Postgres,
            Backend::Sqlite => Self::Sqlite,
            Backend::Mysql => Self::MySql,
        }
    }
}

/// The backend to look at, and what named it.
type Named = (Dialect, Option<String>);

/// What `lint` found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lint {
    /// The findings, those that the code allows or the baseline accepts included.
    pub findings: Vec<Finding>,
    /// Revisions looked at.
    pub revisions: usize,
    /// The backend that they were looked at for: `postgres`, `sqlite` or `mysql`.
    pub backend: &'static str,
    /// What named the backend: `--backend`, or what names the database; nothing does where PostgreSQL is assumed.
    pub backend_from: Option<String>,
    /// Lines of the baseline that are found no longer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub stale: Vec<String>,
}

/// The rules of `lint`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rules {
    /// The engine's own first.
    pub rules: Vec<RuleInfo>,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;

    fn only_reads(&self) -> bool {
        true
    }

    /// Only --pending asks a database; where there is none yet, everything is pending.
    async fn without_database(&self, context: &Context, area: &ChosenArea) -> Result<Option<Report>, EngineError> {
        if self.list {
            return Ok(Some(Report::Rules(Rules { rules: lint::rules() })));
        }
        let run = if let Some(revision) = &self.since {
            let graph = area.project.graph()?;
            let after = graph.range(&format!("{revision}:"))?;
            Some(after.into_iter().map(|position| graph.name(position).to_owned()).collect())
        } else if !self.pending {
            None
        } else if context.has_no_file(area)? {
            Some(area.project.revision_names())
        } else {
            return Ok(None);
        };
        let named = self.backend(|| area.target(context.url.as_deref()))?;
        self.look(&area.project, named, &area.elsewhere, run).await.map(Some)
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let records = runner.records().await?;
        let pending = runner.in_order().filter(|name| !records.is_applied(name)).map(str::to_owned).collect();
        let named = self.backend(|| Ok(runner.target().clone()))?;
        self.look(runner.project(), named, &BTreeSet::new(), Some(pending)).await
    }
}

impl Verb {
    /// That of the flag, else of the database. Where nothing names one, PostgreSQL: its rules are what `lint` is for.
    fn backend(&self, target: impl FnOnce() -> Result<Target, EngineError>) -> Result<Named, EngineError> {
        if let Some(backend) = self.backend {
            return Ok((backend.into(), Some("--backend".to_owned())));
        }
        let target = target()?;
        Ok(if target.is_embedded() {
            (Dialect::Postgres, None)
        } else {
            (Dialect::of(target.backend()), Some(target.origin().to_owned()))
        })
    }

    /// Looks at all revisions, or at those of one run. Revisions `elsewhere` have their lines in the same baseline.
    async fn look(
        &self,
        project: &Project,
        (backend, backend_from): Named,
        elsewhere: &BTreeSet<String>,
        run: Option<Vec<String>>,
    ) -> Result<Report, EngineError> {
        let version = self.server_version.unwrap_or(recording::REFERENCE_TIMESCALEDB);
        let mut findings = lint::of_project(project, backend, version, run.as_deref()).await?;
        let mut stale = Vec::new();
        if let Some(file) = &self.baseline {
            let path = || file.display().to_string();
            if self.write_baseline {
                // What the file has of other areas stays; there may be none yet.
                let before = match fs::read_to_string(file) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
                    read => read.map_err(|source| EngineError::File { action: "cannot read", path: path(), source })?,
                };
                let before = Baseline::read(&before);
                let written = fs::write(file, Baseline::of(&findings).and(before.divided(elsewhere).0).to_string());
                written.map_err(|source| EngineError::File { action: "cannot write", path: path(), source })?;
            }
            let text = fs::read_to_string(file);
            let text = text.map_err(|source| EngineError::NoBaseline { path: path(), source })?;
            let (_, baseline) = Baseline::read(&text).divided(elsewhere);
            baseline.accept(&mut findings);
            if run.is_none() {
                stale = baseline.stale(&findings);
            }
        }
        let revisions = run.map_or_else(|| project.revision_names().len(), |run| run.len());
        let backend = lint::name_of(backend);
        Ok(Report::Lint(Lint { findings, revisions, backend, backend_from, stale }))
    }
}

impl Outcome for Lint {
    fn text(&self, verbose: bool) -> String {
        let count = |is: fn(&Finding) -> bool| self.findings.iter().filter(|one| is(one)).count();
        let open = Entry::of(self.findings.iter().filter(|finding| finding.is_open()));
        let others = Entry::of(self.findings.iter().filter(|finding| verbose && !finding.is_open()));
        let (places, entries) = (count(Finding::is_open), open.len());
        let places = if places == entries { String::new() } else { format!(" in {places} places") };
        let accepted = match count(|finding| finding.accepted) {
            0 => String::new(),
            accepted => format!(", {accepted} accepted by the baseline"),
        };
        let stale = each(&self.stale, |line| format!("no longer found, remove it from the baseline: {line}\n"));
        let (revisions, allowed) = (self.revisions, count(|finding| finding.allowed.is_some()));
        let from = match self.backend_from.as_deref() {
            Some("--backend") => String::new(),
            Some(origin) => format!(" (from {origin})"),
            None => " (no database is named)".to_owned(),
        };
        let summary = format!(
            "{revisions} {} on {}{from}: {entries} {}{places}, {allowed} allowed with a reason{accepted}\n",
            plural(revisions, "revision"),
            self.backend,
            plural(entries, "finding"),
        );
        each(&open, |entry| format!("{entry}\n")) + &each(&others, |entry| format!("{entry}\n")) + &stale + &summary
    }

    fn exit_code(&self) -> u8 {
        if self.findings.iter().any(Finding::is_open) { 4 } else { 0 }
    }
}

impl Outcome for Rules {
    fn text(&self, _verbose: bool) -> String {
        let width = self.rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
        each(&self.rules, |rule| {
            let holds = rule.backend.into_iter().chain(rule.versions.as_deref()).collect::<Vec<_>>().join(", ");
            let holds = if holds.is_empty() { holds } else { format!(" ({holds})") };
            format!("{:width$}  {}{holds}\n", rule.name, rule.summary)
        })
    }
}
