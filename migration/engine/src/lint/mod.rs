//! What is dangerous in the statements of revisions, said before they meet a database.
//!
//! Looked at is the SQL that revisions send to one backend: to PostgreSQL, with and without TimescaleDB, unless another is
//! named. Two sources: the rules of [`squawk`] about PostgreSQL, without the advice that TimescaleDB refuses, and
//! [`mod@rules`] of this engine, each of which holds for one backend and is proven on it by the test suite. What is meant to be is allowed in the revision, with the reason
//! ([`Describe::allows`](crate::Describe::allows)); a permission that is wrong or not needed is a finding itself.

mod baseline;
pub mod context;
mod end_of_transaction;
mod entry;
mod finding;
pub mod interval;
mod lossy_rollback;
mod not_written;
pub mod policies;
mod project;
pub mod rule;
pub mod rules;
pub mod squawk;
mod suppression;

use std::collections::BTreeSet;

use migration_timescale::{Dialect, Version};
use sea_orm::DbBackend;

pub use baseline::Baseline;
pub use entry::Entry;
pub use finding::{Finding, RuleInfo, Source};
pub use project::of_project;
pub use rules::RULES;

use crate::{
    Direction,
    error::OfflineError,
    project::describe::Allowed,
    recording::{Recorded, Script, model::Model},
    sql::{
        lexed::without_comments,
        line::shorten,
        parsed::{self, Parsed},
    },
};
use context::Context;
use squawk::Subject;

/// Looks at the recordings of the same revisions for one or several profiles of one backend, each in the order of the
/// history. What several of them show is said once. Rules that do not hold for the version `timescaledb` are silent.
/// `allowed` gives [`Describe::allows`](crate::Describe::allows) of a
/// revision. A revision that could not be recorded is a finding, a `down` that could not is left out.
pub fn lint(
    histories: &[Vec<Result<Recorded, OfflineError>>],
    timescaledb: Version,
    allowed: impl Fn(&str) -> Vec<Allowed>,
) -> Vec<Finding> {
    let mut findings = found(histories, timescaledb, &[]);
    for finding in histories.iter().flatten().filter_map(not_written::findings) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    let unwritten = |error: &&OfflineError| matches!(error, OfflineError::NotWritten { .. });
    for error in histories.iter().flatten().filter_map(|one| one.as_ref().err()).filter(|error| !unwritten(error)) {
        // One finding for all profiles: what they say differs in the question that was asked.
        if !findings.iter().any(|one| one.rule == UNREAD.name && one.revision == error.revision()) {
            findings.push(unread(error));
        }
    }
    let known = |name: &str| rules().iter().any(|rule| rule.name == name);
    let names = revisions(histories);
    let scripts = histories.iter().flatten().flatten().map(|recorded| &recorded.up);
    let backend = scripts.map(|script| Dialect::of(script.before.backend())).next().unwrap_or(Dialect::Postgres);
    for revision in &names {
        // A permission is judged where its rule may find something.
        let mut allowed = allowed(revision);
        allowed.retain(|permission| is_for(permission.rule, backend));
        suppression::apply(revision, &allowed, known, &mut findings);
    }
    for finding in histories.iter().flatten().flatten().flat_map(end_of_transaction::findings) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| (names.iter().position(|name| *name == finding.revision), finding.direction));
    findings
}

/// The findings of [`lint`] in the revisions of one `run`, without those of `up` on a table that the run itself makes:
/// nobody else uses it yet.
pub fn lint_run(
    histories: &[Vec<Result<Recorded, OfflineError>>],
    timescaledb: Version,
    allowed: impl Fn(&str) -> Vec<Allowed>,
    run: &[String],
) -> Vec<Finding> {
    // A permission is judged by the revision alone, however it is run.
    let mut findings = lint(histories, timescaledb, allowed);
    let (alone, together) = (found(histories, timescaledb, &[]), found(histories, timescaledb, run));
    findings.retain(|finding| {
        let finding = Finding { allowed: None, ..finding.clone() };
        run.contains(&finding.revision) && (together.contains(&finding) || !alone.contains(&finding))
    });
    findings
}

/// What the rules find in statements. For `up` of the revisions of a `run` a table is new that the run makes, for the
/// others one that the revision itself makes.
fn found(histories: &[Vec<Result<Recorded, OfflineError>>], timescaledb: Version, run: &[String]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for history in histories {
        let mut made_by_run = BTreeSet::new();
        for recorded in history.iter().flatten() {
            let Recorded { up, down, .. } = recorded;
            let mut start = Model::clone(&up.before);
            let is_in_run = run.contains(&up.revision);
            start.tables.retain(|table, _| !(is_in_run && made_by_run.contains(table)));
            let (done, after) = walk(up, &start, timescaledb);
            if is_in_run {
                made_by_run.extend(after.tables.into_keys().filter(|table| !up.before.tables.contains_key(table)));
            }
            let undone = down.iter().flat_map(|down| walk(down, &down.before, timescaledb).0);
            for finding in done.into_iter().chain(undone).chain(lossy_rollback::findings(recorded)) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings
}

/// Every rule there is.
pub fn rules() -> Vec<RuleInfo> {
    let own = RULES.iter().map(|rule| RuleInfo {
        name: rule.name,
        summary: rule.summary,
        code: rule.code,
        backend: Some(name_of(rule.backend)),
        versions: (rule.versions != rule::Versions::ALL).then(|| rule.versions.to_string()),
        instead: Some(rule.instead),
        source: Source::Own,
    });
    let squawk = squawk::CHOSEN.iter().map(|chosen| RuleInfo {
        name: chosen.name,
        summary: chosen.summary,
        code: None,
        backend: Some(name_of(Dialect::Postgres)),
        versions: None,
        instead: None,
        source: Source::Squawk,
    });
    let about = [end_of_transaction::RULE, lossy_rollback::RULE, not_written::RULE, UNREAD];
    own.chain(about).chain(suppression::RULES.iter().cloned()).chain(squawk).collect()
}

/// As the command line spells it.
pub(crate) const fn name_of(backend: Dialect) -> &'static str {
    match backend {
        Dialect::Postgres => "postgres",
        Dialect::Sqlite => "sqlite",
        Dialect::MySql => "mysql",
    }
}

/// Whether a rule may find something on a backend; one that is unknown may.
fn is_for(rule: &str, backend: Dialect) -> bool {
    let backends = rules().into_iter().find(|known| known.name == rule).and_then(|known| known.backend);
    backends.is_none_or(|known| known == name_of(backend))
}

/// The rule about what no other rule can look at.
const UNREAD: RuleInfo = RuleInfo {
    name: "cannot-be-read",
    summary: "What the revision does cannot be told without a database.",
    code: None,
    backend: None,
    versions: None,
    instead: Some(
        "Ask with table_exists, column_exists or index_exists of TimescaleManager, and let `up` have no other inputs; \
         where that is not possible, allow it with the reason.",
    ),
    source: Source::Own,
};

fn unread(error: &OfflineError) -> Finding {
    Finding {
        revision: error.revision().to_owned(),
        direction: Direction::Up,
        rule: UNREAD.name,
        statement: String::new(),
        message: error.on_one_line(),
        instead: UNREAD.instead.unwrap_or_default().to_owned(),
        source: Source::Own,
        allowed: None,
        accepted: false,
    }
}

fn revisions(histories: &[Vec<Result<Recorded, OfflineError>>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for recorded in histories.iter().flatten() {
        let name = recorded.as_ref().map_or_else(OfflineError::revision, |recorded| &recorded.up.revision);
        if !names.iter().any(|one| one == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// One script, statement by statement, and the schema that it leaves. What is in the schema `start` is in use.
fn walk(script: &Script, start: &Model, timescaledb: Version) -> (Vec<Finding>, Model) {
    let mut findings = Vec::new();
    let mut subjects: Vec<Vec<Subject>> = Vec::new();
    let mut earlier: Vec<(Option<usize>, Parsed)> = Vec::new();
    let mut model = Model::clone(&script.before);
    let backend = script.before.backend();
    for statement in &script.statements {
        let text = parsed::parse(backend, &statement.sql);
        let in_company = text.len() > 1;
        let mut about = Vec::new();
        for parsed in &*text {
            let context = Context {
                timescaledb,
                start,
                before: &model,
                earlier: &earlier,
                transaction: statement.transaction,
                in_company,
            };
            findings.extend(own_findings(script, &context, parsed));
            about.push(Subject::of(&context, parsed));
            model.apply_parsed(backend, parsed);
            earlier.push((statement.transaction, parsed.clone()));
        }
        subjects.push(about);
    }
    if Dialect::of(backend) == Dialect::Postgres {
        findings.extend(squawk::check(script, &subjects));
    }
    (findings, model)
}

/// A statement in a finding: people look for what it does.
fn shown(backend: DbBackend, sql: &str) -> String {
    shorten(&without_comments(backend, sql))
}

fn own_findings(script: &Script, context: &Context<'_>, parsed: &Parsed) -> Vec<Finding> {
    let backend = Dialect::of(script.before.backend());
    let holding = RULES.iter().filter(|rule| rule.backend == backend && rule.versions.contain(context.timescaledb));
    let found = holding.filter_map(|rule| (rule.check)(context, parsed).map(|message| (rule, message)));
    found
        .map(|(rule, message)| Finding {
            revision: script.revision.clone(),
            direction: script.direction,
            rule: rule.name,
            statement: shown(script.before.backend(), &parsed.text),
            message,
            instead: rule.instead.to_owned(),
            source: Source::Own,
            allowed: None,
            accepted: false,
        })
        .collect()
}

#[cfg(test)]
mod tests;
