//! `init`: every area set up, and a report of what is there.

use std::collections::BTreeMap;

use migration_timescale::inspect::{AggregateState, Answer, HypertableState, Job};
use schemars::JsonSchema;
use serde::Serialize;

use super::{OnAreas, Outcome, Report};
use crate::{
    EngineError,
    cli::{
        context::Context,
        human::duration,
        output::Database,
        parts::text::{each, entry, plural},
    },
    operate::{
        inspect::Retention,
        setup::{self, SetUp},
    },
    project::areas::ChosenArea,
    session::interrupt,
};

/// Where a URL was found that a line in cron does not have.
const FLAG: &str = "--database-url";

/// Set up every area: create what is missing of database, file and schema, apply every revision, and report what is there
#[derive(clap::Args)]
#[command(
    after_help = "It works on every area, or on the one that --area names. --database-url is the database in which each area has its place. \
                  To run it again, or from several programs at once, changes nothing more.\n\n\
                  Examples:\n  migration init\n  migration init -u postgres://localhost/plant\n  migration init --area telemetry --json"
)]
pub(in crate::cli) struct Verb {}

/// The areas that were set up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Setup {
    /// In the order in which they were set up, the default first.
    pub areas: Vec<SetUpArea>,
    /// What to run from cron; null where no revision declares maintenance.
    pub cron: Option<String>,
}

/// An area, and how far it is set up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SetUpArea {
    /// The area; null for a project that stands alone.
    pub area: Option<String>,
    /// Its database; null when there was no connection.
    pub database: Option<Database>,
    /// What was done and what is there; null when it failed.
    pub result: Option<SetUp>,
    /// Why it failed, on one line; null when it did not.
    pub error: Option<String>,
}

impl OnAreas for Verb {
    async fn run(&self, context: &Context, areas: Vec<ChosenArea>) -> Result<Report, EngineError> {
        let mut done = Vec::new();
        let one = areas.first().filter(|area| !area.together).and_then(|area| area.name);
        for area in areas {
            let name = area.name.map(str::to_owned);
            let mut database = None;
            let came = match interrupt::check() {
                Ok(()) => Box::pin(set_up(context, area, &mut database)).await,
                Err(told_to_stop) => Err(told_to_stop),
            };
            let (result, error) = match came {
                Ok(result) => (Some(result), None),
                Err(error) => (None, Some(error.on_one_line())),
            };
            done.push(SetUpArea { area: name, database, result, error });
        }
        let mut results = done.iter().filter_map(|area| area.result.as_ref());
        let which = match (one, done.as_slice()) {
            (Some(area), _) => format!(" --area {area}"),
            (None, [_]) => String::new(),
            (None, _) => " --all".to_owned(),
        };
        let cron = results
            .any(|area| !area.by_jobs.is_empty() || !area.by_maintain.is_empty())
            .then(|| format!("*/30 * * * *  migration maintain{which} --quiet"));
        Ok(Report::Setup(Setup { areas: done, cron }))
    }
}

async fn set_up(context: &Context, area: ChosenArea, database: &mut Option<Database>) -> Result<SetUp, EngineError> {
    let runner = context.connect_or_create(area).await?;
    let worked_on = Database::of(&runner, context);
    if context.announce {
        worked_on.announce(&context.show, None);
    }
    let done = setup::set_up(&runner).await;
    // Asked again: the server may be more than it was.
    *database = Some(Database::of(&runner, context));
    runner.close().await;
    done
}

impl Outcome for Setup {
    fn text(&self, _verbose: bool) -> String {
        let blocks = each(&self.areas, |area| format!("\n{}", area.text()));
        format!("{}\n{blocks}\n{}", self.heading(), self.cron_text())
    }

    fn error(&self) -> Option<String> {
        let failed = self.areas.iter().filter_map(|one| {
            let area = one.area.as_ref().map(|area| format!("area {area}: ")).unwrap_or_default();
            one.error.as_ref().map(|error| format!("{area}{error}"))
        });
        let failed: Vec<String> = failed.collect();
        (!failed.is_empty()).then(|| failed.join("; "))
    }
}

impl Setup {
    fn heading(&self) -> String {
        let is_done = |area: &&SetUpArea| area.result.is_some();
        let (done, all) = (self.areas.iter().filter(is_done).count(), self.areas.len());
        let what = match all {
            1 => "area",
            _ => "areas",
        };
        if done < all {
            return format!("{done} of {all} {what} set up; what failed is said below");
        }
        let idle = self.areas.iter().filter_map(|area| area.result.as_ref());
        let idle = idle.clone().all(|one| one.made.is_empty() && one.applied.is_empty());
        let nothing = if idle { ", nothing was to do" } else { "" };
        format!("{all} {what} set up{nothing}")
    }

    fn cron_text(&self) -> String {
        let Some(line) = &self.cron else {
            return entry("from cron", &["nothing: no revision declares maintenance".to_owned()]);
        };
        let results = || self.areas.iter().filter_map(|area| area.result.as_ref());
        let by_maintain: Vec<&str> = results().flat_map(|one| &one.by_maintain).map(String::as_str).collect();
        let why = if by_maintain.is_empty() {
            "jobs of the server do the refreshes and the retention; this repairs what they leave behind".to_owned()
        } else {
            format!("no job does these: {}", by_maintain.join(", "))
        };
        let by_flag = self.areas.iter().filter_map(|area| area.database.as_ref()).any(|one| one.from == FLAG);
        let url = by_flag.then(|| format!("there the URL of {FLAG} has to be in DATABASE_URL"));
        entry("from cron", &[line.clone(), why].into_iter().chain(url).collect::<Vec<_>>())
    }
}

/// `state_snapshots: to state_snapshots_archive after 90 days`
fn retention(one: &Retention) -> String {
    let what = one.archive.as_ref().map_or_else(|| "deleted".to_owned(), |archive| format!("to {archive}"));
    format!("{}: {what} after {}", one.table, one.age)
}

impl SetUpArea {
    fn text(&self) -> String {
        let name = self.area.as_deref().unwrap_or("the project");
        let place = self.database.as_ref().map(|database| {
            let schema = database.schema.as_ref().map(|schema| format!(" schema {schema}")).unwrap_or_default();
            format!(" at {}{schema}, from {}", database.url, database.from)
        });
        let title = format!("{name}{}\n", place.unwrap_or_default());
        let failed = self.error.iter().map(|error| entry("failed", std::slice::from_ref(error)));
        title + &self.result.as_ref().map(SetUp::text).unwrap_or_default() + &failed.collect::<String>()
    }
}

impl SetUp {
    fn text(&self) -> String {
        let answers = &self.found.answers;
        let count = self.applied.len();
        let revisions = (count > 0).then(|| format!("{count} {}", plural(count, "revision")));
        let now: Vec<String> = self.made.iter().cloned().chain(revisions).collect();
        let applied = match &self.newest {
            Some(newest) => format!("{} applied, the newest is {newest}", self.revisions),
            None => "none".to_owned(),
        };
        let attention = self.found.attention.iter();
        let attention = attention.map(|one| format!("{}: {}; {}", one.about, one.finding, one.remedy)).collect();
        let (is_timescaledb, is_full) = (self.timescaledb.is_some(), self.edition == Some("full"));
        let lines = [
            ("server", vec![self.server.clone()]),
            ("abilities", vec![self.abilities()]),
            ("made now", vec![or(now, "nothing, all was there").join(", ")]),
            ("revisions", vec![applied]),
            ("tables", self.tables()),
            ("hypertables", listed(&answers.hypertables, is_timescaledb, |all| all.iter().map(hypertable).collect())),
            ("aggregates", listed(&answers.aggregates, is_full, |all| all.iter().map(aggregate).collect())),
            ("jobs", listed(&answers.jobs, is_full, |all| all.jobs.iter().map(job).collect())),
            ("retention", self.found.retention.iter().map(retention).collect()),
            ("skipped", or(self.skipped(), "nothing")),
            ("attention", attention),
            ("to do", self.advice.clone()),
        ];
        each(&lines, |(label, texts)| entry(label, texts))
    }

    fn abilities(&self) -> String {
        match self.edition {
            Some("full") => self.abilities.replacen(':', ", full licence:", 1),
            _ => self.abilities.clone(),
        }
    }

    /// The names on one line; what an aggregate keeps is told with the aggregate.
    fn tables(&self) -> Vec<String> {
        let found = match &self.found.answers.tables {
            Answer::Given { found } => found,
            Answer::Unavailable { why } => return vec![why.clone()],
        };
        let aggregates = self.found.answers.aggregates.found().into_iter().flatten();
        let of_aggregates: Vec<&str> =
            aggregates.flat_map(|one| [Some(&*one.name), one.table.as_deref()]).flatten().collect();
        let names = found.iter().map(|table| table.name.as_str()).filter(|name| !of_aggregates.contains(name));
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        vec![if names.is_empty() { "none".to_owned() } else { names.join(", ") }]
    }

    /// A line for each thing that the server would need.
    fn skipped(&self) -> Vec<String> {
        let mut lines: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
        for step in &self.skipped {
            lines.entry(step.needs).or_default().entry(step.feature).or_default().push(&step.about);
        }
        let line = |(needs, features): (&str, BTreeMap<&str, Vec<&str>>)| {
            let features = features.iter().map(|(feature, tables)| format!("{feature} ({})", tables.join(", ")));
            format!("{needs} is needed for {}", features.collect::<Vec<_>>().join(", "))
        };
        lines.into_iter().map(line).collect()
    }
}

/// What there is of something. Where the server `can` not have it, there is none; that is said as skipped.
fn listed<T>(answer: &Answer<T>, can: bool, lines: impl FnOnce(&T) -> Vec<String>) -> Vec<String> {
    match answer {
        Answer::Given { found } => or(lines(found), "none"),
        Answer::Unavailable { why } if can => vec![why.clone()],
        Answer::Unavailable { .. } => vec!["none".to_owned()],
    }
}

fn or(texts: Vec<String>, otherwise: &str) -> Vec<String> {
    if texts.is_empty() { vec![otherwise.to_owned()] } else { texts }
}

fn hypertable(one: &HypertableState) -> String {
    format!("{} by {}, chunks of {}", one.name, one.time_column, one.chunks.interval)
}

fn aggregate(one: &AggregateState) -> String {
    let kind = if one.table.is_some() { " (table and view)" } else { "" };
    format!("{} of {}{kind}", one.name, one.source)
}

/// `Retention Policy on sensor_readings every 1 d`: TimescaleDB puts the number behind.
fn job(job: &Job) -> String {
    let called = job.application.split(" [").next().unwrap_or_default();
    let name = match called {
        // What it does, its procedure tells.
        "User-Defined Action" => job.procedure.rsplit('.').next().unwrap_or_default().to_owned(),
        policy => policy.replace("Continuous Aggregate ", ""),
    };
    let on = job.relation.as_ref().map(|relation| format!(" on {relation}")).unwrap_or_default();
    format!("{name}{on} every {}", duration(job.schedule_s))
}
