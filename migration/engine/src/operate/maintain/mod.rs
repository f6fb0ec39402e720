//! `maintain`: retention, archives and refreshes where the server has no jobs for them; made for cron.
//!
//! What is to be done is declared by the applied revisions ([`Describe::maintenance`](crate::Describe::maintenance)). A
//! task that a job of TimescaleDB does is left to the job, but for ranges of a continuous aggregate that the job does not
//! look back to and that lack rows; everything else is done here, and all of it while no scheduler starts the jobs:
//!
//! - **never two at once**: a lock of its own is held from beginning to end, and whoever finds it taken ends at once;
//! - **never in the way of `up`**: the runner's lock is held for two seconds at a time at most, plus the step at hand, and
//!   before each step it is seen whether the revision that declares the task is still applied;
//! - **never in the way of traffic**: each step is a short transaction that waits for a lock no longer than
//!   [`Patience::lock_timeout`](crate::session::Patience), and is then tried again later;
//! - **refresh before retention**, and rows that an aggregate over them has not summarised stay, however old they are;
//! - **killed anywhere**, the next run goes on: steps go from old to new, and what is done is not done again.
//!
//! A task that fails does not keep the others from being done.
//!
//! # How to add a kind of task
//!
//! A variant of [`Maintenance`], a file here that does it step by step through `Turn`, and an arm in `carry_out`.

mod age;
mod archive;
mod chosen;
mod mend;
mod pace;
mod plan;
mod refresh;
mod retention;
mod task;
mod turn;

use std::time::{Duration, Instant};

use migration_timescale::Maintenance;

use crate::{
    EngineError, Runner,
    revision::Event,
    session::lock::{self, Purpose},
};
pub(crate) use chosen::chosen;
use plan::{Doer, Planned};
pub(crate) use plan::{declared, is_done_by, is_stored, portable_watermark};
pub use task::{Maintained, Task, TaskOutcome};
use turn::Turn;

/// What a task did.
struct Done {
    outcome: TaskOutcome,
    detail: String,
    rows: Option<u64>,
}

impl Done {
    fn nothing(detail: impl Into<String>) -> Self {
        Self { outcome: TaskOutcome::Nothing, detail: detail.into(), rows: None }
    }

    fn skipped(detail: impl Into<String>) -> Self {
        Self { outcome: TaskOutcome::Skipped, detail: detail.into(), rows: None }
    }

    fn taken_back(planned: &Planned) -> Self {
        Self::skipped(format!("revision {} was reverted meanwhile", planned.revision))
    }

    fn planned(detail: impl Into<String>) -> Self {
        Self { outcome: TaskOutcome::Planned, detail: detail.into(), rows: None }
    }
}

/// Does what the applied revisions declare and no job does; with `dry_run` only says what that would be.
pub async fn maintain(runner: &Runner, dry_run: bool) -> Result<Maintained, EngineError> {
    if dry_run {
        return Ok(Maintained { dry_run, at_work: None, tasks: do_all(runner, dry_run).await? });
    }
    let (db, table) = (runner.connection(), runner.project().bookkeeping_table());
    let taken = lock::acquire(db, runner.target(), Purpose::Maintenance, &table, Duration::ZERO, |_| {}).await;
    let lock = match taken {
        Ok(lock) => lock,
        Err(EngineError::RunnerBusy { holder, .. }) => {
            return Ok(Maintained { dry_run, at_work: Some(holder), tasks: Vec::new() });
        }
        Err(error) => return Err(error),
    };
    let done = do_all(runner, dry_run).await;
    let released = lock.release(db, Purpose::Maintenance, &table).await;
    let tasks = done?;
    released?;
    Ok(Maintained { dry_run, at_work: None, tasks })
}

async fn do_all(runner: &Runner, dry_run: bool) -> Result<Vec<Task>, EngineError> {
    let planned = plan::plan(runner).await?;
    runner.tell(Event::Planned { revisions: planned.len() });
    let mut turn = Turn::of(runner);
    let mut tasks = Vec::new();
    for one in &planned {
        let started = Instant::now();
        let done = carry_out(&mut turn, one, dry_run).await;
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tasks.push(task(one, done, took_ms));
    }
    turn.end().await?;
    Ok(tasks)
}

async fn carry_out(turn: &mut Turn<'_>, planned: &Planned, dry_run: bool) -> Result<Done, EngineError> {
    match &planned.doer {
        Doer::Job { id } => {
            let done = Done { outcome: TaskOutcome::LeftToJob, detail: format!("job {id} does it"), rows: None };
            match &planned.work {
                Maintenance::Refresh(policy) => {
                    let done = mend::mend(turn, planned, policy, done, dry_run).await?;
                    pace::pace(turn, planned, policy, done, dry_run).await
                }
                Maintenance::Retention(_) | Maintenance::Archive(_) => {
                    age::give_to_job(turn, planned, *id, done, dry_run).await
                }
            }
        }
        Doer::PausedJob { id } => Ok(Done {
            outcome: TaskOutcome::LeftToJob,
            detail: format!("job {id} is there for it and switched off, so nothing is done"),
            rows: None,
        }),
        Doer::Nobody => Ok(Done::skipped("it is not there any more")),
        Doer::NotKnown { why } => Ok(Done::skipped(why.as_str())),
        Doer::Us if !dry_run && !turn.ready(planned).await? => Ok(Done::taken_back(planned)),
        Doer::Us => match &planned.work {
            Maintenance::Refresh(policy) => {
                let done = refresh::refresh(turn, planned, policy, dry_run).await?;
                let done = mend::mend(turn, planned, policy, done, dry_run).await?;
                pace::pace(turn, planned, policy, done, dry_run).await
            }
            Maintenance::Retention(policy) => retention::retain(turn, planned, policy, dry_run).await,
            Maintenance::Archive(policy) => archive::archive(turn, planned, policy, dry_run).await,
        },
    }
}

fn task(planned: &Planned, done: Result<Done, EngineError>, took_ms: u64) -> Task {
    let (task, revision) = (planned.name(), planned.revision.clone());
    match done {
        Ok(Done { outcome, detail, rows }) => Task { task, revision, outcome, detail, rows, took_ms, error: None },
        Err(error) => {
            let error = error.on_one_line();
            let detail = "failed".to_owned();
            Task { task, revision, outcome: TaskOutcome::Failed, detail, rows: None, took_ms, error: Some(error) }
        }
    }
}
