//! Applies and takes back revisions.
//!
//! Everything runs on one connection, under the [runner's lock](crate::lock), one transaction per revision where SeaORM
//! would use one. Each statement waits at most [`Patience::lock_timeout`] for a table lock; then the revision is rolled
//! back, as far as the backend can, and tried again after a pause, so that readers and writers are never queued behind it.
//!
//! A revision that cannot be rolled back as a whole (outside a transaction, or on MySQL) is recorded as started before
//! its first statement, so that a run that was killed is seen, and continued by the next.

mod blockers;
mod changes;
mod checksums;
mod event;
mod invalid_indexes;
mod notes;
mod open;
mod patience;
mod run;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};
use migration_timescale::Capability;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use tokio::sync::Mutex;

use crate::{
    Direction, EngineError, Project, Target,
    catalog::{self, Catalog, Kind},
    connect, destroy,
    graph::{Graph, RevisionTarget},
    guard,
    lock::{self, Purpose, RunnerLock},
    outside::Outside,
    progress::Listener,
    records::{Entry, Records, Tables},
    scratch,
    session::{self, Session},
};
pub use checksums::{Changed, Likeness};
pub use event::Event;
pub use patience::Patience;

/// A revision and what the database says of it.
#[derive(Clone, Debug)]
pub struct RevisionStatus {
    /// Its name.
    pub name: String,
    /// When it was applied; `None` while it is pending.
    pub applied_at: Option<DateTime<Utc>>,
    /// Set when a run began it and did not finish: it was killed, or is at work now.
    pub unfinished: Option<Entry>,
    /// Whether its code does something else now than when it was applied.
    pub changed: bool,
    /// Then the first statement that differs, in words.
    pub difference: Option<String>,
    /// What the engine wrote down about it; `None` for revisions that another tool applied.
    pub entry: Option<Entry>,
}

impl RevisionStatus {
    /// Whether `up` would run it.
    pub fn is_pending(&self) -> bool {
        self.applied_at.is_none() || self.unfinished.is_some()
    }

    /// What its code does otherwise now than when it was applied.
    pub fn change(&self) -> Option<Changed> {
        let difference = self.difference.clone()?;
        Some(Changed { revision: self.name.clone(), difference })
    }
}

/// A project connected to a database.
pub struct Runner {
    project: Project,
    graph: Graph,
    tables: Tables,
    target: Target,
    db: DatabaseConnection,
    session: Session,
    server: RwLock<Capability>,
    patience: Patience,
    accepted: BTreeSet<String>,
    listener: Listener,
    known: Mutex<BTreeMap<&'static str, Arc<Vec<checksums::Known>>>>,
    recorded_again: Mutex<BTreeMap<&'static str, Vec<checksums::Known>>>,
}

impl Runner {
    /// Connects to `target`. Nothing is written before a command is given.
    pub async fn connect(
        project: Project,
        target: Target,
        settings: &connect::Settings,
        patience: Patience,
    ) -> Result<Self, EngineError> {
        let graph = project.graph()?;
        let (db, session) = connect::open(&target, settings, &patience).await?;
        let server = ask(&db).await.map_err(EngineError::while_doing("asking what the server can do"))?;
        let tables = Tables::of(&project.bookkeeping(), session.place());
        Ok(Self {
            project,
            graph,
            tables,
            target,
            db,
            session,
            server: RwLock::new(server),
            patience,
            accepted: BTreeSet::new(),
            listener: Arc::new(|_| {}),
            known: Mutex::default(),
            recorded_again: Mutex::default(),
        })
    }

    /// Has every [`Event`] sent to `listener`.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.listener = Arc::new(listener);
        self
    }

    /// Takes these revisions as they are now, although they were changed after they were applied.
    #[must_use]
    pub fn accept_changed(mut self, revisions: impl IntoIterator<Item = String>) -> Self {
        self.accepted.extend(revisions);
        self
    }

    /// What the server can do.
    pub fn server(&self) -> Capability {
        *self.server.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection. It is the only one: a transaction left open on it blocks the runner.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.db
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The project's revisions and how they follow each other.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The database.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The session that every revision starts from.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// How long it waits, and for what.
    pub(crate) fn patience(&self) -> &Patience {
        &self.patience
    }

    /// Closes the connection.
    pub async fn close(self) {
        // Nothing is pending on it; an error on the way out has nobody to act on it.
        let _ = self.db.close().await;
    }

    /// What the database remembers. Only reads: without its tables nothing is applied.
    pub async fn records(&self) -> Result<Records, EngineError> {
        let records = self.tables.read(&self.db).await;
        records.map_err(EngineError::while_doing("reading the applied revisions"))
    }

    /// Applied revisions that the code does not have.
    pub fn missing(&self, records: &Records) -> Vec<String> {
        records.applied.keys().filter(|name| self.graph.position(name).is_none()).cloned().collect()
    }

    /// Every revision in order. Only reads.
    pub async fn status(&self) -> Result<Vec<RevisionStatus>, EngineError> {
        let records = self.records().await?;
        self.refuse_renamed(&records).await?;
        self.status_of(&records).await
    }

    /// Every revision in order, with what `records` says of it.
    pub async fn status_of(&self, records: &Records) -> Result<Vec<RevisionStatus>, EngineError> {
        let mut changed: BTreeMap<String, String> =
            self.changed(records).await?.into_iter().map(|one| (one.revision, one.difference)).collect();
        let status = self.in_order().map(|name| {
            let difference = changed.remove(name);
            RevisionStatus {
                name: name.to_owned(),
                applied_at: records.applied.get(name).copied(),
                unfinished: records.unfinished(name).cloned(),
                changed: difference.is_some(),
                difference,
                entry: records.entries.get(name).filter(|_| records.is_present(name)).cloned(),
            }
        });
        Ok(status.collect())
    }

    /// What `up` to `target` would run, in order.
    pub fn plan_up(&self, target: &RevisionTarget, records: &Records) -> Result<Vec<String>, EngineError> {
        self.refuse_missing(records)?;
        let applied = self.graph.applied(self.in_order().filter(|name| records.is_applied(name)))?;
        Ok(self.names(&self.graph.plan_up(target, &applied)?))
    }

    /// What `down` to `target` would take back, in order.
    pub fn plan_down(&self, target: &RevisionTarget, records: &Records) -> Result<Vec<String>, EngineError> {
        self.refuse_missing(records)?;
        let present = self.graph.applied(self.in_order().filter(|name| records.is_present(name)))?;
        Ok(self.names(&self.graph.plan_down(target, &present)?))
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
        self.refuse_changed(&records).await?;
        if self.plan_up(target, &records)?.is_empty() && records.installed && !self.has_news(&records) {
            return Ok(Vec::new());
        }
        let lock = self.lock().await?;
        let done = self.up_locked(target).await;
        self.unlock(lock, done).await
    }

    /// Takes back applied revisions, newest first: the last `steps`, or all. Gives the names.
    ///
    /// A revision that would delete rows refuses unless this runs inside [`guard::with_consent`].
    pub async fn down(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        let count = |steps| RevisionTarget::Last(steps as usize);
        self.down_to(&steps.map_or(RevisionTarget::Base, count)).await
    }

    /// Takes back what was applied after `target`, newest first. Gives the names.
    pub async fn down_to(&self, target: &RevisionTarget) -> Result<Vec<String>, EngineError> {
        let lock = self.lock().await?;
        let done = self.down_locked(target).await;
        self.unlock(lock, done).await
    }

    /// Takes back everything and applies it again. Deletes all rows; see [`Runner::tables_with_rows`].
    pub async fn refresh(&self) -> Result<(), EngineError> {
        self.refuse_what_cannot_come_back().await?;
        let lock = self.lock().await?;
        let done = guard::with_consent(true, async {
            self.drop_foreign_views().await?;
            self.down_locked(&RevisionTarget::Base).await?;
            self.up_locked(&RevisionTarget::Heads).await.map(drop)
        })
        .await;
        self.unlock(lock, done).await
    }

    /// Takes back everything and drops the bookkeeping tables. Deletes all rows.
    pub async fn reset(&self) -> Result<(), EngineError> {
        let lock = self.lock().await?;
        let done = guard::with_consent(true, async {
            self.drop_foreign_views().await?;
            self.down_locked(&RevisionTarget::Base).await?;
            destroy::drop_kept_tables(&self.db)
                .await
                .map_err(EngineError::while_doing("dropping what was kept of deleted rows"))?;
            for drop in self.tables.drop(self.target.backend()) {
                let dropped = self.db.execute_unprepared(&drop).await;
                dropped.map_err(EngineError::while_doing("dropping the bookkeeping tables"))?;
            }
            Ok(())
        })
        .await;
        self.unlock(lock, done).await
    }

    /// Drops everything in the schema, whoever made it, and applies all revisions. Deletes all rows.
    ///
    /// What depends on it in other schemas would go with it, a column with a type from here for example: that is an error
    /// unless `cascade` is set.
    pub async fn fresh(&self, cascade: bool) -> Result<(), EngineError> {
        self.refuse_what_cannot_come_back().await?;
        let lock = self.lock().await?;
        let done = async {
            let extensions = self.extensions_made().await;
            let along = destroy::drop_everything(&self.db, self.server(), &extensions, cascade)
                .await
                .map_err(EngineError::while_doing("dropping everything in the schema"))?;
            match along.as_slice() {
                [] => {}
                _ if cascade => tracing::warn!("dropped in other schemas: {}", along.join(", ")),
                _ => return Err(EngineError::TakesAlong { objects: along }),
            }
            self.up_locked(&RevisionTarget::Heads).await.map(drop)
        }
        .await;
        self.unlock(lock, done).await
    }

    /// Before everything is dropped: revisions that would not run afterwards.
    async fn refuse_what_cannot_come_back(&self) -> Result<(), EngineError> {
        let all: Vec<String> = self.in_order().map(str::to_owned).collect();
        self.refuse_ends_of_transactions(&all, Direction::Up).await
    }

    /// Records revisions as applied without running them. Gives those that were not recorded before.
    pub(crate) async fn record(&self, names: &[String]) -> Result<Vec<String>, EngineError> {
        let lock = self.lock().await?;
        let done = async {
            let records = self.installed_records().await?;
            let mut recorded = Vec::new();
            for name in names.iter().filter(|name| !records.is_applied(name)) {
                self.write_applied(name, &records).await?;
                recorded.push(name.clone());
            }
            Ok(recorded)
        }
        .await;
        self.unlock(lock, done).await
    }

    /// The live schema, bookkeeping aside.
    pub async fn catalog(&self) -> Result<Catalog, EngineError> {
        Catalog::read(&self.db, &self.project.bookkeeping_table())
            .await
            .map_err(EngineError::while_doing("reading the live schema"))
    }

    /// Tables of the schema, bookkeeping aside.
    pub async fn tables(&self) -> Result<Vec<String>, EngineError> {
        let catalog = self.catalog().await?;
        let tables = catalog.objects().iter().filter(|object| object.kind == Kind::Table);
        Ok(tables.map(|table| table.name.clone()).collect())
    }

    /// Tables of the schema that hold rows, bookkeeping aside.
    pub async fn tables_with_rows(&self) -> Result<Vec<String>, EngineError> {
        let mut found = Vec::new();
        for table in self.tables().await? {
            if guard::holds_rows(&self.db, &table).await.map_err(EngineError::while_doing("looking for rows"))? {
                found.push(table);
            }
        }
        Ok(found)
    }

    /// Views and aggregates that no revision made may depend on tables that are about to go.
    async fn drop_foreign_views(&self) -> Result<(), EngineError> {
        let failed = || EngineError::while_doing("dropping views that no revision made");
        // Boxed: running revisions inside a run makes for a large future.
        let all = self.in_order().map(|name| self.project.revision(name)).collect::<Result<Vec<_>, _>>()?;
        let made = match Box::pin(scratch::catalog_of(self, &all)).await {
            Ok(made) => made,
            Err(error) => {
                let error = EngineError::from(error).on_one_line();
                tracing::warn!(
                    "views that no revision made are not looked for, and one in the way stops this: {error}"
                );
                return Ok(());
            }
        };
        let ours = |name: &str| made.objects().iter().any(|object| object.kind == Kind::View && object.name == name);
        let transaction = session::begin(&self.db).await.map_err(failed())?;
        let outside = Outside::read(&transaction).await.map_err(failed())?;
        destroy::drop_views(&transaction, self.server(), |name| !ours(name)).await.map_err(failed())?;
        let along = outside.missing_from(&Outside::read(&transaction).await.map_err(failed())?);
        if along.is_empty() {
            return transaction.commit().await.map_err(failed());
        }
        transaction.rollback().await.map_err(failed())?;
        Err(EngineError::TakesAlong { objects: along })
    }

    /// Sends an event to the listener.
    pub(crate) fn tell(&self, event: Event) {
        (self.listener)(event);
    }

    fn refuse_missing(&self, records: &Records) -> Result<(), EngineError> {
        let revisions = self.missing(records);
        let renamed = Vec::new();
        if revisions.is_empty() { Ok(()) } else { Err(EngineError::MissingRevisions { revisions, renamed }) }
    }

    /// Names of all revisions in the order in which they are applied.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.graph.order().iter().map(|position| self.graph.name(*position))
    }

    fn names(&self, positions: &[usize]) -> Vec<String> {
        positions.iter().map(|position| self.graph.name(*position).to_owned()).collect()
    }

    pub(crate) async fn lock(&self) -> Result<RunnerLock, EngineError> {
        let table = self.project.bookkeeping_table();
        lock::acquire(&self.db, &self.target, Purpose::Schema, &table, self.patience.wait, |holder| {
            (self.listener)(Event::Waiting { holder: holder.to_owned() });
        })
        .await
    }

    /// Gives the lock back; what went wrong before is what is reported.
    pub(crate) async fn unlock<T>(&self, lock: RunnerLock, done: Result<T, EngineError>) -> Result<T, EngineError> {
        let released = lock.release(&self.db, Purpose::Schema, &self.project.bookkeeping_table()).await;
        let value = done?;
        released?;
        Ok(value)
    }
}

/// [`Capability::detect`] in one round trip.
async fn ask(db: &DatabaseConnection) -> Result<Capability, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Capability::detect(db).await;
    }
    Capability::from_answer(catalog::rows_of_text(db, Capability::QUESTION).await?.first())
}
