//! Background jobs: policies and user-defined ones, and whether they do their work.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, JsonValue};
use serde::Serialize;

use super::{Answer, answer::all};
use crate::Capability;

/// The background jobs of a schema.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Jobs {
    /// Whether TimescaleDB's scheduler runs for this database. Without it no job ever starts: workers were stopped, all of
    /// `timescaledb.max_background_workers` are taken, or the server is the WebAssembly build, which has none.
    pub scheduler_runs: bool,
    /// The jobs, by number.
    pub jobs: Vec<Job>,
}

/// How a job does.
///
/// The first that applies: switched off is `Paused`, last run failed is `Failing`, a start that is due for longer than
/// [`Job::GRACE`] and than one interval of its schedule is `Overdue`, no run yet is `NeverRun`, else `Ok`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobHealth {
    /// Its last run succeeded, and the next is not late.
    #[default]
    Ok,
    /// Its last run failed.
    Failing,
    /// It should have started long ago.
    Overdue,
    /// It has not run yet.
    NeverRun,
    /// It is switched off (`scheduled => false`).
    Paused,
}

/// A policy or user-defined job.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema, FromQueryResult)]
pub struct Job {
    /// Its number, for `run_job(id)` and `alter_job(id, …)`.
    pub id: i64,
    /// What TimescaleDB calls it, `Retention Policy [1002]` for example.
    pub application: String,
    /// The procedure it calls.
    pub procedure: String,
    /// The hypertable or continuous aggregate it works on; null for user-defined jobs.
    pub relation: Option<String>,
    /// Interval between starts, as PostgreSQL writes it.
    pub schedule: String,
    /// The same in seconds.
    pub schedule_s: f64,
    /// What the procedure is called with.
    pub config: Option<JsonValue>,
    /// Whether it is switched on.
    pub scheduled: bool,
    /// Whether it runs now.
    pub running: bool,
    /// Last start.
    pub last_started_at: Option<DateTime<Utc>>,
    /// End of the last run, whatever came of it.
    pub last_finished_at: Option<DateTime<Utc>>,
    /// End of the last run that succeeded.
    pub last_succeeded_at: Option<DateTime<Utc>>,
    /// `Success` or `Failed`; null before the first run has ended.
    pub last_status: Option<String>,
    /// Next start, when the scheduler has planned one.
    pub next_start_at: Option<DateTime<Utc>>,
    /// Runs so far.
    pub runs: i64,
    /// Those that failed.
    pub failures: i64,
    /// What the last failure said, as far as this user may see it.
    pub last_error: Option<String>,
    /// How it does.
    #[sea_orm(skip)]
    pub health: JobHealth,
}

impl Job {
    /// A start may be that late without a word, however short the schedule.
    pub const GRACE: TimeDelta = TimeDelta::minutes(10);

    fn health(&self, now: DateTime<Utc>) -> JobHealth {
        let interval = TimeDelta::try_milliseconds(milliseconds(self.schedule_s)).unwrap_or(TimeDelta::MAX);
        let late = |due: DateTime<Utc>| now.signed_duration_since(due) > interval.max(Self::GRACE);
        if !self.scheduled {
            JobHealth::Paused
        } else if self.last_status.as_deref() == Some("Failed") {
            JobHealth::Failing
        } else if !self.running && self.next_start_at.is_some_and(late) {
            JobHealth::Overdue
        } else if self.runs == 0 {
            JobHealth::NeverRun
        } else {
            JobHealth::Ok
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "an interval of so many years is not a schedule")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

// Moments that TimescaleDB does not know are `-infinity`. Parallel workers carry their job's name: one row of them is taken.
const JOBS: &str = include_str!("jobs_jobs.sql");

// A row in any case, so that both questions are one.
const SCHEDULER: &str = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = current_database() \
     AND a.application_name = 'TimescaleDB Background Worker Scheduler') AS scheduler_runs";

#[derive(FromQueryResult)]
struct Row {
    scheduler_runs: bool,
    #[sea_orm(nested)]
    job: Option<Job>,
}

/// The jobs that work on the schema's hypertables and aggregates, and the user-defined ones whose procedure is in the
/// schema. TimescaleDB's own (telemetry, its log) are left out. One round trip.
pub async fn jobs<C: ConnectionTrait>(db: &C, server: Capability) -> Result<Answer<Jobs>, DbErr> {
    if let Err(unsupported) = server.require_columnstore("a background job") {
        return Ok(unsupported.into());
    }
    let sql = format!("SELECT * FROM ({SCHEDULER}) a LEFT JOIN ({JOBS}) j ON true ORDER BY j.id");
    let rows: Vec<Row> = all(db, &sql).await?;
    let scheduler_runs = rows.first().is_some_and(|row| row.scheduler_runs);
    let now = Utc::now();
    let jobs = rows.into_iter().filter_map(|row| row.job).map(|job| Job { health: job.health(now), ..job });
    Ok(Answer::given(Jobs { scheduler_runs, jobs: jobs.collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            id: 1000,
            application: "Retention Policy [1000]".to_owned(),
            procedure: "_timescaledb_functions.policy_retention".to_owned(),
            relation: Some("readings".to_owned()),
            schedule: "01:00:00".to_owned(),
            schedule_s: 3600.0,
            config: None,
            scheduled: true,
            running: false,
            last_started_at: None,
            last_finished_at: None,
            last_succeeded_at: None,
            last_status: Some("Success".to_owned()),
            next_start_at: None,
            runs: 3,
            failures: 0,
            last_error: None,
            health: JobHealth::Ok,
        }
    }

    #[test]
    fn health_is_the_first_rule_that_applies() {
        let now = Utc::now();
        let minutes_ago = |minutes| Some(now - TimeDelta::minutes(minutes));
        let failed = Some("Failed".to_owned());
        let cases = [
            (job(), JobHealth::Ok),
            (Job { next_start_at: minutes_ago(50), ..job() }, JobHealth::Ok),
            (Job { next_start_at: minutes_ago(70), ..job() }, JobHealth::Overdue),
            (Job { next_start_at: minutes_ago(5), schedule_s: 1.0, ..job() }, JobHealth::Ok),
            (Job { next_start_at: minutes_ago(11), schedule_s: 1.0, ..job() }, JobHealth::Overdue),
            (Job { next_start_at: minutes_ago(70), running: true, ..job() }, JobHealth::Ok),
            (Job { next_start_at: minutes_ago(70), last_status: failed.clone(), ..job() }, JobHealth::Failing),
            (Job { last_status: failed, scheduled: false, ..job() }, JobHealth::Paused),
            (Job { runs: 0, last_status: None, ..job() }, JobHealth::NeverRun),
            (Job { runs: 0, last_status: None, next_start_at: minutes_ago(70), ..job() }, JobHealth::Overdue),
        ];
        for (job, expected) in cases {
            assert_eq!(job.health(now), expected, "{job:?}");
        }
    }
}
