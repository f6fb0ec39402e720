//! A project connected to a database: what everything that works on one takes.
//!
//! The connection is one of its own, and its session is set up; what the database remembers and what the revisions do is
//! read here. What is done to the database is in `run`, [`schema`](crate::schema) and
//! [`operate`](crate::operate).

mod known;
mod notes;
mod recordings;
mod renamed;
mod squashed;
mod status;

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
};

use migration_timescale::{Capability, Dialect};
use sea_orm::{DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::MigrationTrait;
use tokio::sync::Mutex;

use crate::{
    EngineError, Project, Target,
    graph::Graph,
    ledger::{Records, Tables},
    revision::{Event, progress::Listener},
    session::{
        Patience, Session, connect,
        lock::{self, Purpose, RunnerLock},
    },
    sql,
};
pub use known::Likeness;
pub(crate) use notes::begun;
use recordings::Recordings;
pub use status::RevisionStatus;

/// A project connected to a database.
pub struct Runner {
    pub(crate) project: Project,
    pub(crate) graph: Graph,
    pub(crate) tables: Tables,
    pub(crate) target: Target,
    pub(crate) db: DatabaseConnection,
    pub(crate) session: Session,
    made: Vec<String>,
    pub(crate) server: RwLock<Capability>,
    pub(crate) patience: Patience,
    pub(crate) accepted: BTreeSet<String>,
    pub(crate) listener: Listener,
    known: Mutex<Recordings>,
    recorded_again: Mutex<Recordings>,
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
        let mut known = Recordings::default();
        let record = |known: &mut Recordings, server| {
            if settings.records {
                known.begin(recordings::in_order(&project, &graph), server, recordings::furnish, || {});
            }
        };
        if let Some(server) = known_server(&target) {
            record(&mut known, server);
        }
        let (db, session, made) = connect::open(&target, settings, &patience).await?;
        let server = ask(&db).await.map_err(EngineError::while_doing("asking what the server can do"))?;
        record(&mut known, server);
        let tables = Tables::of(&project.bookkeeping(), session.place());
        Ok(Self {
            project,
            graph,
            tables,
            target,
            db,
            session,
            made,
            server: RwLock::new(server),
            patience,
            accepted: BTreeSet::new(),
            listener: Arc::new(|_| {}),
            known: Mutex::new(known),
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
    pub fn accept_changed(&mut self, revisions: impl IntoIterator<Item = String>) {
        self.accepted.extend(revisions);
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

    /// What was missing and was made when it connected: `schema telemetry`.
    pub(crate) fn made(&self) -> &[String] {
        &self.made
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
        let mut records = records.map_err(EngineError::while_doing("reading the applied revisions"))?;
        for description in self.project.descriptions.iter().filter(|one| !one.replaces().is_empty()) {
            records.replace(description.name(), description.replaces());
        }
        Ok(records)
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

    /// Has a revision behind the others, as if the code listed it.
    pub(crate) fn add(&mut self, revision: Box<dyn MigrationTrait>) -> Result<(), EngineError> {
        self.project.revisions.push(Arc::from(revision));
        self.graph = self.project.graph()?;
        (self.known, self.recorded_again) = (Mutex::default(), Mutex::default());
        Ok(())
    }

    /// Sends an event to the listener.
    pub(crate) fn tell(&self, event: Event) {
        (self.listener)(event);
    }

    /// Names of all revisions in the order in which they are applied.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.graph.order().iter().map(|position| self.graph.name(*position))
    }

    /// Takes the lock, and makes the session ready for revisions.
    pub(crate) async fn lock(&self) -> Result<RunnerLock, EngineError> {
        let table = self.project.bookkeeping_table();
        self.session.remember(&self.db).await?;
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

/// What the server can do, where its kind says that already.
fn known_server(target: &Target) -> Option<Capability> {
    match Dialect::of(target.backend()) {
        Dialect::Postgres => None,
        Dialect::MySql => Some(Capability::mysql()),
        Dialect::Sqlite => Some(Capability::sqlite()),
    }
}

/// [`Capability::detect`] in one round trip.
async fn ask(db: &DatabaseConnection) -> Result<Capability, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Capability::detect(db).await;
    }
    Capability::from_answer(sql::rows_of_text(db, Capability::QUESTION).await?.first())
}
