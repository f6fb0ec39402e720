//! Applies and reverts revisions.
//!
//! Everything runs on one connection, under the [runner's lock](crate::session::lock), one transaction per revision where SeaORM
//! would use one. Each statement waits at most [`Patience::lock_timeout`] for a table lock; then the revision is rolled
//! back, as far as the backend can, and tried again after a pause, so that readers and writers are never queued behind it.
//!
//! A revision that cannot be rolled back as a whole (outside a transaction, or on MySQL) is recorded as started before
//! its first statement, so that a run that was killed is seen, and continued by the next.

mod again;
mod changes;
mod invalid_indexes;
mod plan;
mod revisions;

use crate::{EngineError, Runner, graph::RevisionTarget};

impl Runner {
    /// Applies pending revisions in order: all, or the first `steps`. Gives the names.
    pub async fn up(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        let count = |steps| RevisionTarget::Next(steps as usize);
        self.up_to(&steps.map_or(RevisionTarget::Head, count)).await
    }

    /// Applies what is pending up to `target`, in order. Gives the names.
    ///
    /// Where nothing is pending this is one question to the database, and no lock is taken.
    pub async fn up_to(&self, target: &RevisionTarget) -> Result<Vec<String>, EngineError> {
        let records = self.records().await?;
        self.refuse_renamed(&records).await?;
        self.refuse_changed(&records).await?;
        if self.plan_up(target, &records)?.is_empty() && records.installed && !self.has_news(&records) {
            return Ok(Vec::new());
        }
        let lock = self.lock().await?;
        let done = self.up_locked(target).await;
        self.unlock(lock, done).await
    }

    /// Reverts applied revisions, newest first: the last `steps`, or all. Gives the names.
    ///
    /// A revision that would delete rows refuses unless this runs inside [`consent::with_consent`].
    pub async fn down(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        let count = |steps| RevisionTarget::Last(steps as usize);
        self.down_to(&steps.map_or(RevisionTarget::Base, count)).await
    }

    /// Reverts what was applied after `target`, newest first. Gives the names.
    pub async fn down_to(&self, target: &RevisionTarget) -> Result<Vec<String>, EngineError> {
        let lock = self.lock().await?;
        let done = self.down_locked(target).await;
        self.unlock(lock, done).await
    }
}
