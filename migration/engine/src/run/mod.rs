//! Applies and reverts revisions.
//!
//! Everything runs on one connection, under the [runner's lock](crate::session::lock), one transaction per revision where SeaORM
//! would use one. Each statement waits at most [`Patience::lock_timeout`] for a table lock; then the revision is rolled
//! back, as far as the backend can, and tried again after a pause, so that readers and writers are never queued behind it.
//!
//! A revision that cannot be rolled back as a whole (outside a transaction, or on MySQL) is recorded as started before
//! its first statement, so that a run that was killed is seen, and continued by the next.

mod again;
mod attempt;
mod changes;
mod invalid_indexes;
mod job;
mod lost;
mod open;
mod plan;
mod revisions;

use sea_orm::DatabaseConnection;

use crate::{
    EngineError, Project, Runner,
    graph::RevisionTarget,
    session::{Patience, beside, connect},
};

/// Applies what is pending to the database that a program is connected to: one line at the start of a service, in every
/// copy of it. On PostgreSQL it works in the schema that the pool's sessions work in, an area's for example, and makes it
/// where it is missing. Gives the names.
///
/// ```no_run
/// # use migration_engine::sea_orm_migration::{prelude::*, sea_orm::Database};
/// # struct Migrator;
/// # impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } }
/// # async fn start() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = Database::connect("postgres://app@localhost/plant").await?;
/// migration_engine::up(Migrator, &pool).await?;
/// # Ok(())
/// # }
/// ```
///
/// [`Runner::beside`] does other things there, and tells of each.
///
/// # Errors
///
/// Whatever keeps `up` from its end; the pool is as it was.
pub async fn up(project: impl Into<Project>, pool: &DatabaseConnection) -> Result<Vec<String>, EngineError> {
    let runner = Runner::beside(project, pool).await?;
    let done = runner.up(None).await;
    runner.close().await;
    done
}

impl Runner {
    /// A runner on the database, and in the schema, that a program's pool leads to. It has a connection of its own, with the
    /// same user and password: the lock and the settings of a run belong to a session that no pool hands round.
    ///
    /// ```no_run
    /// # use migration_engine::{Runner, sea_orm_migration::{prelude::*, sea_orm::DatabaseConnection}};
    /// # struct Migrator;
    /// # impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } }
    /// # async fn start(pool: &DatabaseConnection) -> Result<(), Box<dyn std::error::Error>> {
    /// let runner = Runner::beside(Migrator, pool).await?.on_event(|event| println!("{event:?}"));
    /// if runner.status().await?.iter().any(|revision| revision.is_pending()) {
    ///     runner.up(None).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn beside(project: impl Into<Project>, pool: &DatabaseConnection) -> Result<Self, EngineError> {
        let target = beside::target(pool).await?;
        let settings = connect::Settings { records: true, ..connect::Settings::default() };
        Self::connect(project.into(), target, &settings, Patience::default()).await
    }

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
        self.refuse_halfway(&records)?;
        self.refuse_changed(&records).await?;
        if self.plan_up(target, &records)?.is_empty() && records.installed && !self.has_news(&records) {
            return Ok(Vec::new());
        }
        self.prepare_to_run().await;
        let lock = self.lock().await?;
        let done = self.up_locked(target).await;
        self.unlock(lock, done).await
    }

    /// Reverts applied revisions, newest first: the last `steps`, or all. Gives the names.
    ///
    /// A revision that would delete rows refuses unless this runs inside [`with_consent`](crate::revision::consent::with_consent).
    pub async fn down(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        let count = |steps| RevisionTarget::Last(steps as usize);
        self.down_to(&steps.map_or(RevisionTarget::Base, count)).await
    }

    /// Reverts what was applied after `target`, newest first. Gives the names.
    pub async fn down_to(&self, target: &RevisionTarget) -> Result<Vec<String>, EngineError> {
        self.prepare_to_run().await;
        let lock = self.lock().await?;
        let done = self.down_locked(target).await;
        self.unlock(lock, done).await
    }
}
