//! What deserves a person's attention in an [`Inspection`].

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    AggregateState, BlockedSession, Inspection, Job, JobHealth, Jobs, MissingRange, Sequence, SequenceState, TableState,
};
use crate::{internals::START_WORKERS, quote::regclass};

/// Something to be put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Attention {
    /// What it is about: a job, a table, a sequence, a session.
    pub about: String,
    /// What is wrong.
    pub finding: String,
    /// What to do.
    pub remedy: String,
}

/// What deserves attention, the most urgent first: who blocks others, jobs that do not do their work, sequences that make
/// inserts fail, aggregates that were never filled or lack rows, dead rows.
pub fn attention(inspection: &Inspection) -> Vec<Attention> {
    let blocked = inspection.blocked.found().into_iter().flatten().map(of_blocked);
    let jobs = inspection.jobs.found().into_iter().flat_map(of_jobs);
    let sequences = inspection.sequences.found().into_iter().flatten().filter_map(of_sequence);
    let aggregates = inspection.aggregates.found().into_iter().flatten().filter_map(of_aggregate);
    let tables = inspection.tables.found().into_iter().flatten().filter_map(of_table);
    blocked.chain(jobs).chain(sequences).chain(aggregates).chain(tables).collect()
}

fn of_blocked(session: &BlockedSession) -> Attention {
    let blockers = session.blocked_by.iter().map(|one| {
        let who = one.blocker_application.as_deref().unwrap_or("unknown");
        format!("{} ({who}, {})", one.blocker_pid, one.blocker_state.as_deref().unwrap_or("state unknown"))
    });
    let blockers: Vec<String> = blockers.collect();
    let (by, remedy) = match blockers.as_slice() {
        [] => (String::new(), "find the transaction that holds the table, and end it".to_owned()),
        _ => (
            format!(", blocked by {}", blockers.join(", ")),
            "let that transaction end, or end it: pg_terminate_backend(pid), on MySQL KILL".to_owned(),
        ),
    };
    let what = session.waits_for.as_deref().unwrap_or("a lock");
    Attention {
        about: format!("session {} ({})", session.pid, session.application),
        finding: format!("waits for {what}{by}"),
        remedy,
    }
}

fn of_jobs(jobs: &Jobs) -> Vec<Attention> {
    let scheduled = jobs.jobs.iter().filter(|job| job.scheduled).count();
    if !jobs.scheduler_runs && scheduled > 0 {
        // Whatever else is true of the jobs follows from it, but for what failed before.
        let stopped = Attention {
            about: "jobs".to_owned(),
            finding: format!(
                "no scheduler of TimescaleDB runs for this database, so its scheduled jobs ({scheduled}) do not start"
            ),
            remedy: format!(
                "{}, or raise timescaledb.max_background_workers; until they run, `migration maintain` does refreshes and \
                 retention, from cron for example",
                START_WORKERS.at_best()
            ),
        };
        return std::iter::once(stopped).chain(jobs.jobs.iter().filter_map(of_failed_job)).collect();
    }
    jobs.jobs.iter().filter_map(of_job).collect()
}

fn of_job(job: &Job) -> Option<Attention> {
    let (finding, remedy) = match job.health {
        JobHealth::Failing => return of_failed_job(job),
        JobHealth::Overdue => (
            "should have started long ago".to_owned(),
            "see whether all of timescaledb.max_background_workers are taken, and the server's log".to_owned(),
        ),
        JobHealth::Paused => {
            ("is switched off".to_owned(), format!("SELECT alter_job({}, scheduled => true) switches it on", job.id))
        }
        JobHealth::Ok | JobHealth::NeverRun => return None,
    };
    Some(Attention { about: name(job), finding, remedy })
}

fn of_failed_job(job: &Job) -> Option<Attention> {
    let error = job.last_error.as_deref().unwrap_or("the server's log says why");
    (job.health == JobHealth::Failing).then(|| Attention {
        about: name(job),
        finding: format!("failed in its last run, {} of {} failed: {error}", job.failures, job.runs),
        remedy: format!("remove the cause, then CALL run_job({})", job.id),
    })
}

fn name(job: &Job) -> String {
    let on = job.relation.as_ref().map(|relation| format!(" on {relation}")).unwrap_or_default();
    format!("job {} ({}{on})", job.id, job.procedure.rsplit('.').next().unwrap_or_default())
}

fn of_sequence(sequence: &Sequence) -> Option<Attention> {
    let Sequence { table, column, next, highest, limit, used, .. } = sequence;
    let number = |number: &Option<i64>| number.map_or_else(|| "unknown".to_owned(), |number| number.to_string());
    let repair = || "repair_sequence of migration_timescale::inspect puts it right, without lowering it".to_owned();
    let (finding, remedy) = match sequence.state {
        SequenceState::Behind => {
            (format!("holds {} and the next number is {}: inserts collide", number(highest), number(next)), repair())
        }
        SequenceState::MissingDefault => {
            let name = sequence.sequence.as_deref().unwrap_or_default();
            (format!("has no default, and {name} is there for it: inserts get no number"), repair())
        }
        SequenceState::NearlyFull => (
            format!("has used {:.0} % of its numbers, up to {limit}", used * 100.0),
            "widen the column to bigint before it is full".to_owned(),
        ),
        SequenceState::Ok | SequenceState::NotExamined => return None,
    };
    Some(Attention { about: format!("{table}.{column}"), finding, remedy })
}

/// Ranges of one aggregate that are told one by one.
const TOLD: usize = 3;

fn of_aggregate(aggregate: &AggregateState) -> Option<Attention> {
    let known = aggregate.watermark_unknown.is_none();
    let never = known && aggregate.watermark.is_none() && aggregate.watermark_integer.is_none();
    let name = &aggregate.name;
    if let Some([first, rest @ ..]) = aggregate.missing.found().map(Vec::as_slice) {
        return Some(of_missing(aggregate, *first, rest));
    }
    (never && aggregate.source_has_chunks).then(|| Attention {
        about: name.clone(),
        finding: format!("was never refreshed, although {} has rows", aggregate.source),
        remedy: match aggregate.table {
            Some(_) => "run `migration maintain`, and let cron run it".to_owned(),
            None => format!("CALL refresh_continuous_aggregate({}, NULL, NULL)", regclass(name)),
        },
    })
}

fn of_missing(aggregate: &AggregateState, first: MissingRange, rest: &[MissingRange]) -> Attention {
    let told = std::iter::once(&first).chain(rest).take(TOLD).map(|range| {
        let moment = |moment: DateTime<Utc>| moment.format("%Y-%m-%d %H:%M");
        format!("{} to {}", moment(range.from), moment(range.to))
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let more = match (1 + rest.len()).saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more ranges"),
    };
    let reach = match aggregate.refresh_job {
        Some(job) => format!(", and job {job} does not look back so far"),
        None => String::new(),
    };
    let again = if rest.is_empty() { "" } else { ", and so on" };
    let name = &aggregate.name;
    Attention {
        about: name.clone(),
        finding: format!(
            "lacks rows of {} from {told} UTC{more}: they are not materialised, readers miss them{reach}",
            aggregate.source
        ),
        remedy: format!(
            "`migration maintain` refreshes what its revisions declare; by hand: CALL refresh_continuous_aggregate({}, '{}', '{}'){again}, \
             then what is made of it",
            regclass(name),
            first.from.format("%F %T+00"),
            first.to.format("%F %T+00")
        ),
    }
}

fn of_table(table: &TableState) -> Option<Attention> {
    let dead = table.dead_rows.filter(|_| table.needs_vacuum)?;
    Some(Attention {
        about: table.name.clone(),
        finding: format!("holds {dead} dead rows beside {} live ones", table.live_rows),
        remedy: format!(
            "VACUUM (ANALYZE) {}; look for an old transaction that keeps autovacuum from removing them",
            table.name
        ),
    })
}
