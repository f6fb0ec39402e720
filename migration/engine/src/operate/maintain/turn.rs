//! The runner's lock, a moment at a time.

use std::time::{Duration, Instant};

use sea_orm::DbErr;

use super::plan::Planned;
use crate::{
    EngineError, Runner,
    ledger::Records,
    session::{Patience, interrupt, lock::RunnerLock},
    sql::sqlstate,
};

/// How long the lock is kept over several steps.
const SLICE: Duration = Duration::from_secs(2);
/// How long it is left to others then: longer than they take to ask again.
const REST: Duration = Duration::from_millis(250);

/// The right to change rows that revisions may change too. It is given back every now and then, so that an `up` that waits
/// gets its turn.
pub(super) struct Turn<'r> {
    pub runner: &'r Runner,
    held: Option<Held>,
}

struct Held {
    lock: RunnerLock,
    since: Instant,
    /// What is applied, while nobody else can change it.
    records: Records,
}

impl<'r> Turn<'r> {
    pub(super) fn of(runner: &'r Runner) -> Self {
        Self { runner, held: None }
    }

    /// Does one step of a task under the lock, again and again while others are in its way. `None` when the revision that
    /// declares the task was reverted meanwhile.
    pub(super) async fn step<T>(
        &mut self,
        planned: &Planned,
        step: impl AsyncFn(&Runner) -> Result<T, DbErr>,
    ) -> Result<Option<T>, EngineError> {
        let mut attempt = 1;
        loop {
            interrupt::check()?;
            if !self.ready(planned).await? {
                return Ok(None);
            }
            match step(self.runner).await {
                Ok(value) => return Ok(Some(value)),
                Err(error) if is_passing(&error) && attempt <= self.runner.patience().lock_retries => {
                    self.end().await?;
                    let pause = Patience::pause_after(attempt);
                    tracing::warn!("{} waits for locks of others, next attempt in {pause:.1?}", planned.name());
                    tokio::time::sleep(pause).await;
                    attempt += 1;
                }
                Err(source) => return Err(EngineError::Maintenance { task: planned.name(), source }),
            }
        }
    }

    /// Holds the lock afterwards. Says whether the task's revision is applied; what it made is there then.
    pub(super) async fn ready(&mut self, planned: &Planned) -> Result<bool, EngineError> {
        if let Some(held) = self.held.as_ref().filter(|held| held.since.elapsed() < SLICE) {
            return Ok(held.records.is_applied(&planned.revision));
        }
        if self.held.is_some() {
            self.end().await?;
            tokio::time::sleep(REST).await;
        }
        let lock = self.runner.lock().await?;
        match self.runner.records().await {
            Ok(records) => {
                let is_applied = records.is_applied(&planned.revision);
                self.held = Some(Held { lock, since: Instant::now(), records });
                Ok(is_applied)
            }
            Err(error) => self.runner.unlock(lock, Err(error)).await,
        }
    }

    /// Gives the lock back.
    pub(super) async fn end(&mut self) -> Result<(), EngineError> {
        match self.held.take() {
            Some(Held { lock, .. }) => self.runner.unlock(lock, Ok(())).await,
            None => Ok(()),
        }
    }
}

/// Whether it may succeed when it is tried again.
fn is_passing(error: &DbErr) -> bool {
    sqlstate::is_lock_timeout(error) || sqlstate::is_deadlock(error)
}
