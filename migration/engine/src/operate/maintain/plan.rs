//! What is to be done, and who does it.

use chrono::{DateTime, Utc};
use migration_timescale::{
    ContinuousAggregate, Interval, Maintenance, PolicyKind, RetentionPolicy,
    inspect::{self, AggregateState, Answer, Job},
};
use sea_orm_migration::SchemaManager;

use super::age;
use crate::{EngineError, Runner, sql::rows};

/// Who does a task.
pub(super) enum Doer {
    /// A job of TimescaleDB, while its scheduler runs.
    Job { id: i64 },
    /// A job of TimescaleDB that somebody switched off.
    PausedJob { id: i64 },
    /// This command.
    Us,
    /// The table or aggregate is not there.
    Nobody,
    /// Nobody, because how far an aggregate is refreshed is not known on this version of TimescaleDB.
    NotKnown { why: String },
}

/// What an applied revision declares.
pub(crate) struct Declared {
    pub revision: String,
    pub work: Maintenance,
    /// The variable of the environment that its age comes from.
    pub variable: Option<String>,
}

/// A task that an applied revision declares.
pub(super) struct Planned {
    pub revision: String,
    pub work: Maintenance,
    /// The variable of the environment that its age comes from.
    pub variable: Option<String>,
    pub doer: Doer,
    /// For a retention: what is made of the rows that it deletes.
    pub dependents: Vec<Dependent>,
    /// Every retention that is declared.
    pub retention: Vec<RetentionPolicy>,
}

/// An aggregate over rows that are to be deleted.
pub(super) enum Dependent {
    /// A continuous aggregate of TimescaleDB.
    Native { name: String },
    /// A table that this command fills.
    Portable(Box<ContinuousAggregate>),
}

impl Planned {
    /// `refresh of readings_hourly`.
    pub(super) fn name(&self) -> String {
        match &self.work {
            Maintenance::Refresh(policy) => format!("refresh of {}", policy.aggregate().name()),
            Maintenance::Retention(policy) => format!("retention of {}", policy.table()),
            Maintenance::Archive(policy) => format!("archive of {}", policy.table()),
        }
    }
}

/// What TimescaleDB has; empty elsewhere.
#[derive(Default)]
struct Native {
    jobs: Vec<Job>,
    /// Whether anybody starts them.
    scheduler_runs: bool,
    aggregates: Vec<AggregateState>,
}

/// Every task of the applied revisions: refreshes first, each kind in the order of the revisions.
pub(super) async fn plan(runner: &Runner) -> Result<Vec<Planned>, EngineError> {
    let declared = declared(runner).await?;
    if declared.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<Maintenance> = declared.iter().map(|one| one.work.clone()).collect();
    Maintenance::check_all(&all).map_err(|refused| EngineError::MaintenanceRefused { reason: refused.to_string() })?;
    let retention: Vec<RetentionPolicy> = all.iter().filter_map(Maintenance::as_retention).cloned().collect();
    let native = native(runner).await?;
    let mut planned = Vec::new();
    for Declared { revision, work, variable } in declared {
        let doer = doer(runner, &native, &work).await?;
        let dependents = dependents(runner, &native, &work, planned.as_slice());
        planned.push(Planned { revision, work, variable, doer, dependents, retention: retention.clone() });
    }
    Ok(planned)
}

/// What applied revisions declare. Said of one table or aggregate several times, the last one counts, in the place of the
/// first: an aggregate stays before those made of it.
pub(crate) async fn declared(runner: &Runner) -> Result<Vec<Declared>, EngineError> {
    let records = runner.records().await?;
    let mut declared: Vec<Declared> = Vec::new();
    for name in runner.in_order().filter(|name| records.is_applied(name)) {
        let Some(description) = runner.project().description(name) else { continue };
        for work in description.maintenance() {
            let (work, variable) = age::of_environment(description.area(), work)?;
            let entry = Declared { revision: name.to_owned(), work, variable };
            match declared.iter_mut().find(|earlier| is_same(&earlier.work, &entry.work)) {
                Some(earlier) => *earlier = entry,
                None => declared.push(entry),
            }
        }
    }
    // Stable: what is to be deleted has been summarised or moved before.
    declared.sort_by_key(|one| match one.work {
        Maintenance::Refresh(_) => 0,
        Maintenance::Archive(_) => 1,
        Maintenance::Retention(_) => 2,
    });
    Ok(declared)
}

fn is_same(one: &Maintenance, other: &Maintenance) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other) && one.about() == other.about()
}

async fn native(runner: &Runner) -> Result<Native, EngineError> {
    let failed = || EngineError::while_doing("asking which jobs there are");
    let (db, server) = (runner.connection(), runner.server());
    let jobs = inspect::jobs(db, server).await.map_err(failed())?;
    let aggregates = inspect::continuous_aggregates(db, server).await.map_err(failed())?;
    let (jobs, scheduler_runs) = match jobs {
        Answer::Given { found } => (found.jobs, found.scheduler_runs),
        Answer::Unavailable { .. } => (Vec::new(), false),
    };
    Ok(Native { jobs, scheduler_runs, aggregates: given(aggregates) })
}

fn given<T>(answer: Answer<Vec<T>>) -> Vec<T> {
    match answer {
        Answer::Given { found } => found,
        Answer::Unavailable { .. } => Vec::new(),
    }
}

async fn doer(runner: &Runner, native: &Native, work: &Maintenance) -> Result<Doer, EngineError> {
    let job = native.jobs.iter().find(|job| is_done_by(work, job));
    match job {
        Some(job) if !job.scheduled => return Ok(Doer::PausedJob { id: job.id }),
        Some(job) if native.scheduler_runs => return Ok(Doer::Job { id: job.id }),
        // Where no scheduler runs, as in WebAssembly, a job is only listed.
        _ => {}
    }
    let there = match work {
        Maintenance::Refresh(policy) => is_there(runner, native, policy.aggregate().name(), true).await?,
        Maintenance::Retention(policy) => is_there(runner, native, policy.table(), false).await?,
        Maintenance::Archive(policy) => {
            has_table(runner, policy.table()).await? && has_table(runner, policy.archive()).await?
        }
    };
    let concerned = |one: &&AggregateState| match work {
        Maintenance::Refresh(policy) => one.name == policy.aggregate().name(),
        Maintenance::Retention(policy) => one.source == policy.table(),
        Maintenance::Archive(_) => false,
    };
    let unknown = native.aggregates.iter().filter(concerned).find_map(|one| one.watermark_unknown.clone());
    Ok(match unknown {
        _ if !there => Doer::Nobody,
        Some(why) => Doer::NotKnown { why },
        None => Doer::Us,
    })
}

/// Whether a job does it.
pub(crate) fn is_done_by(work: &Maintenance, job: &Job) -> bool {
    let procedure = job.procedure.rsplit('.').next().unwrap_or_default();
    let is_policy = |kind: PolicyKind| procedure == kind.procedure() && job.relation.as_deref() == Some(work.about());
    match work {
        Maintenance::Refresh(_) => is_policy(PolicyKind::Refresh),
        Maintenance::Retention(_) => is_policy(PolicyKind::Retention),
        Maintenance::Archive(policy) => procedure == policy.job(),
    }
}

async fn is_there(runner: &Runner, native: &Native, name: &str, aggregate: bool) -> Result<bool, EngineError> {
    if native.aggregates.iter().any(|one| one.name == name) {
        return Ok(true);
    }
    Ok(is_stored(runner, name).await? || (!aggregate && has_table(runner, name).await?))
}

/// Whether a portable aggregate is there: the table of what was refreshed.
pub(crate) async fn is_stored(runner: &Runner, aggregate: &str) -> Result<bool, EngineError> {
    Ok(!runner.server().has_continuous_aggregates() && has_table(runner, &format!("{aggregate}_materialized")).await?)
}

async fn has_table(runner: &Runner, table: &str) -> Result<bool, EngineError> {
    let found = SchemaManager::new(runner.connection()).has_table(table).await;
    found.map_err(EngineError::while_doing("looking for what is to be maintained"))
}

/// What is made of the rows of a retention's table: of the live database where it tells, else of what is declared.
fn dependents(runner: &Runner, native: &Native, work: &Maintenance, planned: &[Planned]) -> Vec<Dependent> {
    let Maintenance::Retention(policy) = work else { return Vec::new() };
    if runner.server().has_continuous_aggregates() {
        let over = native.aggregates.iter().filter(|one| one.source == policy.table());
        return over.map(|one| Dependent::Native { name: one.name.clone() }).collect();
    }
    let refreshes = planned.iter().filter_map(|one| match (&one.work, &one.doer) {
        (Maintenance::Refresh(refresh), Doer::Us) => Some(refresh.aggregate()),
        _ => None,
    });
    let over = refreshes.filter(|aggregate| aggregate.source() == policy.table());
    over.map(|aggregate| Dependent::Portable(Box::new(aggregate.clone()))).collect()
}

/// Up to where an aggregate holds what was in its source; `None` while it is empty.
pub(super) async fn watermark(runner: &Runner, dependent: &Dependent) -> Result<Option<DateTime<Utc>>, EngineError> {
    match dependent {
        Dependent::Native { name } => Ok(native_aggregate(runner, name, &[]).await?.and_then(|one| one.watermark)),
        Dependent::Portable(aggregate) => portable_watermark(runner, aggregate).await,
    }
}

/// The same of an aggregate that is a table and a view.
pub(crate) async fn portable_watermark(
    runner: &Runner,
    aggregate: &ContinuousAggregate,
) -> Result<Option<DateTime<Utc>>, EngineError> {
    let failed = || EngineError::while_doing("asking how far an aggregate is refreshed");
    let found = rows(runner.connection(), &aggregate.last_bucket_sql(runner.server())).await.map_err(failed())?;
    let last = found.first().map(|row| row.try_get("", "last_bucket")).transpose().map_err(failed())?;
    Ok(last.flatten().map(|last| aggregate.width().after(last)))
}

/// Up to where an aggregate holds all that was in its source: the watermark, or where it lacks something below it.
pub(super) async fn summarised_up_to(
    runner: &Runner,
    dependent: &Dependent,
    retention: &[RetentionPolicy],
) -> Result<Option<DateTime<Utc>>, EngineError> {
    let Dependent::Native { name } = dependent else { return watermark(runner, dependent).await };
    let Some(state) = native_aggregate(runner, name, retention).await? else { return Ok(None) };
    let first_missing = state.missing.found().and_then(|missing| missing.first()).map(|range| range.from);
    Ok(state.watermark.map(|watermark| first_missing.map_or(watermark, |from| from.min(watermark))))
}

/// A continuous aggregate of TimescaleDB as it is now.
pub(super) async fn native_aggregate(
    runner: &Runner,
    name: &str,
    retention: &[RetentionPolicy],
) -> Result<Option<AggregateState>, EngineError> {
    let failed = EngineError::while_doing("asking how far an aggregate is refreshed");
    let (db, server) = (runner.connection(), runner.server());
    let aggregates = inspect::continuous_aggregates_under(db, server, retention).await.map_err(failed)?;
    Ok(given(aggregates).into_iter().find(|one| one.name == name))
}

impl Dependent {
    pub(super) fn of(runner: &Runner, aggregate: &ContinuousAggregate) -> Self {
        if runner.server().has_continuous_aggregates() {
            Self::Native { name: aggregate.name().to_owned() }
        } else {
            Self::Portable(Box::new(aggregate.clone()))
        }
    }

    /// Length of its buckets, where rows and not chunks are deleted.
    pub(super) fn width(&self) -> Option<Interval> {
        match self {
            Self::Native { .. } => None,
            Self::Portable(aggregate) => Some(aggregate.width()),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Native { name } => name,
            Self::Portable(aggregate) => aggregate.name(),
        }
    }
}
