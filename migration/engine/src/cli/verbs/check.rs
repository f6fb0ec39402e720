//! `check`: database and code compared.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::{OnDatabase, Outcome, Report};
use crate::{
    EngineError, Runner,
    cli::parts::{
        differences::{grouped, look_first},
        text::{each, plural},
    },
    error::{Changed, Renamed},
    operate::maintain,
    runner::RevisionStatus,
    schema::{
        catalog::{Comparison, Difference},
        drift,
    },
    sql::line::listed,
};

/// Compare the database with the code: pending, unfinished and changed revisions, schema drift
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  migration check\n  migration check --json | jq .result.drift")]
pub(in crate::cli) struct Verb {}

/// Database and code compared.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
    /// Whether nothing is wrong.
    pub in_order: bool,
    /// Revisions not applied.
    pub pending: Vec<String>,
    /// The heads of the history, where it has several: `up` needs one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub heads: Vec<String>,
    /// Revisions begun and not finished.
    pub unfinished: Vec<String>,
    /// Applied revisions whose code does something else now.
    pub changed: Vec<Changed>,
    /// Applied revisions that the code does not have.
    pub missing: Vec<String>,
    /// Those of them that a pending revision of the code looks like.
    pub renamed: Vec<Renamed>,
    /// Revisions that stand in place of some that are applied and of some that are not, with what to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub halfway: Vec<String>,
    /// Applied revisions without a checksum: another tool applied them, and no `up` has run since.
    pub unknown: Vec<String>,
    /// Objects that differ between the live schema and what the applied revisions make; null when it could not be told
    /// because revisions are unfinished or missing.
    pub drift: Option<Vec<Difference>>,
    /// What is said and no failure: columns that stand elsewhere.
    pub notes: Vec<String>,
}

impl OnDatabase for Verb {
    const ON_ALL: bool = true;
    const RECORDS: bool = true;

    fn only_reads(&self) -> bool {
        true
    }

    async fn run(&self, runner: &mut Runner) -> Result<Report, EngineError> {
        let records = runner.records().await?;
        let status = runner.status_of(&records).await?;
        let missing = runner.missing(&records);
        let renamed = runner.renamed(&records).await;
        let changed = status.iter().filter_map(RevisionStatus::change).collect();
        let names = |chosen: &dyn Fn(&RevisionStatus) -> bool| -> Vec<String> {
            status.iter().filter(|one| chosen(one)).map(|one| one.name.clone()).collect()
        };
        let unfinished = names(&|one| one.unfinished.is_some());
        // What a half-run or an unknown revision makes cannot be told.
        let halfway: Vec<String> = runner.halfway(&records).map(|one| one.to_string()).collect();
        let comparable = unfinished.is_empty() && missing.is_empty() && halfway.is_empty();
        let mut drift = if comparable { Some(drift::drift(runner).await?) } else { None };
        let moved = drift.iter_mut().flat_map(|drift| drift.extract_if(.., |one| one.is_position()));
        let mut notes: Vec<String> = moved.map(|one| one.to_string()).collect();
        let graph = runner.graph();
        let heads: Vec<String> = graph.heads().into_iter().map(|head| graph.name(head).to_owned()).collect();
        let chosen = maintain::chosen(runner).await?;
        let why = |one: &Difference| chosen.iter().find_map(|setting| setting.explains(one));
        let explained = drift.iter_mut().flat_map(|drift| drift.extract_if(.., |one| why(one).is_some()));
        notes.extend(explained.map(|one| format!("{} {}", one.name, why(&one).unwrap_or_default())));
        let mut check = Check {
            in_order: false,
            pending: names(&|one| one.applied_at.is_none() && one.unfinished.is_none()),
            heads: if heads.len() > 1 { heads } else { Vec::new() },
            changed,
            unknown: names(&|one| one.applied_at.is_some() && one.entry.is_none() && !records.is_counted(&one.name)),
            halfway,
            unfinished,
            missing,
            renamed,
            drift,
            notes,
        };
        check.in_order = check.exit_code() == 0;
        Ok(Report::Check(check))
    }
}

impl Outcome for Check {
    fn text(&self, _verbose: bool) -> String {
        let mut text = String::new();
        let mut section = |title: &str, names: &[String], remedy: &str| {
            if !names.is_empty() {
                let _ = writeln!(text, "{title}: {}\n  {remedy}", listed(names));
            }
        };
        let remedy = if self.heads.is_empty() {
            "apply them: migration up".to_owned()
        } else {
            format!(
                "the history has {} heads, {}; join them first: migration merge",
                self.heads.len(),
                self.heads.join(" and ")
            )
        };
        section("pending", &self.pending, &remedy);
        section("unfinished", &self.unfinished, "a run was killed or is still at work: `migration up` continues it");
        section(
            "changed after they were applied",
            &self.changed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "restore the old code and write a new revision, or: migration up --accept-changed REVISION",
        );
        section(
            "applied but missing from the code",
            &self.missing,
            "check out the version that has them, or revert them with it first",
        );
        let renamed: Vec<String> = self.renamed.iter().map(ToString::to_string).collect();
        section("renamed, as it seems", &renamed, "then they are applied, and not missing");
        let _ = write!(text, "{}", each(&self.halfway, |one| format!("squashed: {one}\n")));
        let mut section = |title: &str, names: &[String], remedy: &str| {
            if !names.is_empty() {
                let _ = writeln!(text, "{title}: {}\n  {remedy}", listed(names));
            }
        };
        section("applied by another tool, no checksum yet", &self.unknown, "the next migration up adds it");
        match &self.drift {
            None => text.push_str("drift: not looked for, because of the above\n"),
            Some(drift) if drift.is_empty() => {
                text.push_str("no drift: the live schema is what the applied revisions make\n");
            }
            Some(drift) => {
                let (count, noun) = (drift.len(), plural(drift.len(), "difference"));
                let _ = writeln!(text, "drift: {count} {noun} between database and revisions");
                let drift: Vec<&Difference> = drift.iter().collect();
                text.push_str(&grouped(&drift, Comparison::WithRevisions, ""));
                text.push_str(&look_first(&drift));
            }
        }
        text.push_str(&each(&self.notes, |note| format!("note: {note}\n")));
        text.push_str(if self.in_order { "in order\n" } else { "not in order\n" });
        text
    }

    /// 0 in order, 3 only pending, 4 something else.
    fn exit_code(&self) -> u8 {
        let drift = self.drift.as_ref().is_none_or(|drift| !drift.is_empty());
        if drift
            || !(self.unfinished.is_empty()
                && self.changed.is_empty()
                && self.missing.is_empty()
                && self.halfway.is_empty())
        {
            4
        } else if self.pending.is_empty() {
            0
        } else {
            3
        }
    }
}
