//! `lint`: statements that lock, fail or mislead on a live database.

use std::fmt::Write;

use migration_timescale::Version;
use schemars::JsonSchema;
use serde::Serialize;

use super::{OnCode, Outcome, Report};
use crate::{
    EngineError,
    cli::{
        context::Context,
        parts::{
            text::{each, plural},
            version::server_version,
        },
    },
    lint::{self, Finding, RuleInfo},
    project::areas::ChosenArea,
    recording,
};

/// Look for statements that lock, fail or mislead on a live database; needs no database
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  migration lint\n  migration lint --server-version 2.29.2\n  migration lint --list"
)]
pub(in crate::cli) struct Verb {
    /// List the rules
    #[arg(long)]
    list: bool,
    /// Version of the TimescaleDB that the revisions will meet: rules that do not hold for it are silent [default: 2.28.3]
    #[arg(long, value_name = "VERSION", value_parser = server_version)]
    server_version: Option<Version>,
}

/// What `lint` found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lint {
    /// The findings, those that the code allows included.
    pub findings: Vec<Finding>,
    /// Revisions looked at.
    pub revisions: usize,
}

/// The rules of `lint`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Rules {
    /// The engine's own first.
    pub rules: Vec<RuleInfo>,
}

impl OnCode for Verb {
    async fn run(self, _context: &Context, area: &ChosenArea) -> Result<Report, EngineError> {
        if self.list {
            return Ok(Report::Rules(Rules { rules: lint::rules() }));
        }
        let version = self.server_version.unwrap_or(recording::REFERENCE_TIMESCALEDB);
        let findings = lint::of_project(&area.project, version).await?;
        Ok(Report::Lint(Lint { findings, revisions: area.project.revision_names().len() }))
    }
}

impl Outcome for Lint {
    fn text(&self, verbose: bool) -> String {
        let (allowed, open): (Vec<_>, Vec<_>) = self.findings.iter().partition(|finding| finding.allowed.is_some());
        let shown: Vec<_> = open.iter().chain(allowed.iter().filter(|_| verbose)).collect();
        let mut text = each(&shown, |finding| format!("{finding}\n"));
        let _ = writeln!(
            text,
            "{} {}: {} {}, {} allowed with a reason",
            self.revisions,
            plural(self.revisions, "revision"),
            open.len(),
            plural(open.len(), "finding"),
            allowed.len()
        );
        text
    }

    fn exit_code(&self) -> u8 {
        if self.findings.iter().any(|finding| finding.allowed.is_none()) { 4 } else { 0 }
    }
}

impl Outcome for Rules {
    fn text(&self, _verbose: bool) -> String {
        let width = self.rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
        each(&self.rules, |rule| {
            let versions = rule.versions.as_deref().map(|versions| format!(" ({versions})")).unwrap_or_default();
            format!("{:width$}  {}{versions}\n", rule.name, rule.summary)
        })
    }
}
