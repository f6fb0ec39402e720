//! Applies and takes back revisions.
//!
//! Everything runs on one connection, under the [runner's lock](crate::lock), one transaction per revision where SeaORM
//! would use one. Each statement waits at most [`Patience::lock_timeout`] for a table lock; then the revision is rolled
//! back, as far as the backend can, and tried again after a pause, so that readers and writers are never queued behind it.

use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use migration_timescale::Capability;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Schema, StatementBuilder, TransactionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use sea_orm_migration::{MigrationTrait, SchemaManager, seaql_migrations};

use crate::{
    EngineError, Project, Target,
    catalog::{self, Catalog, Kind},
    connect, destroy, guard,
    lock::{self, RunnerLock},
    scratch, sqlstate,
};

/// How long a run waits, for locks and for other runners.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Longest wait of one statement for a table lock. Whole seconds on MySQL; SQLite has no such lock.
    pub lock_timeout: Duration,
    /// How often a revision is tried again after a lock timeout.
    pub lock_retries: u32,
    /// Longest wait for another runner to finish.
    pub wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { lock_timeout: Duration::from_millis(500), lock_retries: 20, wait: Duration::from_mins(10) }
    }
}

/// What happens during a run, for showing it.
#[derive(Clone, Debug)]
pub enum Event {
    /// Another runner has the lock; this one waits.
    Waiting {
        /// Who has it.
        holder: String,
    },
    /// A revision begins.
    Started {
        /// Its name.
        revision: String,
        /// `up` or `down`.
        direction: &'static str,
    },
    /// A table lock was not free; the revision was rolled back and starts again after a pause.
    LockedOut {
        /// The revision.
        revision: String,
        /// Attempt that failed, from 1.
        attempt: u32,
        /// Pause before the next.
        pause: Duration,
    },
    /// A revision is done.
    Finished {
        /// Its name.
        revision: String,
        /// `up` or `down`.
        direction: &'static str,
        /// How long it took, retries included.
        took: Duration,
    },
}

/// A revision and whether it is applied.
#[derive(Clone, Debug)]
pub struct RevisionStatus {
    /// Its name.
    pub name: String,
    /// When it was applied; `None` while it is pending.
    pub applied_at: Option<DateTime<Utc>>,
}

/// A project connected to a database.
pub struct Runner {
    project: Project,
    target: Target,
    db: DatabaseConnection,
    server: Capability,
    patience: Patience,
    listener: Box<dyn Fn(Event) + Send + Sync>,
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Up,
    Down,
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl Runner {
    /// Connects to `target`. Nothing is written before a command is given.
    pub async fn connect(
        project: Project,
        target: Target,
        settings: &connect::Settings,
        patience: Patience,
    ) -> Result<Self, EngineError> {
        project.check_names()?;
        let db = connect::open(&target, settings).await?;
        let server =
            Capability::detect(&db).await.map_err(EngineError::while_doing("asking what the server can do"))?;
        Ok(Self { project, target, db, server, patience, listener: Box::new(|_| {}) })
    }

    /// Has every [`Event`] sent to `listener`.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.listener = Box::new(listener);
        self
    }

    /// What the server can do.
    pub fn server(&self) -> Capability {
        self.server
    }

    /// The connection. It is the only one: a transaction left open on it blocks the runner.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.db
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The database.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Closes the connection.
    pub async fn close(self) {
        // Nothing is pending on it; an error on the way out has nobody to act on it.
        let _ = self.db.close().await;
    }

    /// Every revision, oldest first. Only reads: without the bookkeeping table everything is pending.
    pub async fn status(&self) -> Result<Vec<RevisionStatus>, EngineError> {
        let applied = self.applied().await?;
        let missing: Vec<String> = applied
            .iter()
            .map(|(name, _)| name.clone())
            .filter(|name| !self.project.revisions.iter().any(|revision| revision.name() == name))
            .collect();
        if !missing.is_empty() {
            return Err(EngineError::MissingRevisions { revisions: missing });
        }
        let at = |name: &str| applied.iter().find(|(applied, _)| applied == name).map(|(_, at)| *at);
        Ok(self
            .project
            .revisions
            .iter()
            .map(|revision| RevisionStatus {
                name: revision.name().to_owned(),
                applied_at: at(revision.name()).and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            })
            .collect())
    }

    /// Applies pending revisions, oldest first: all, or the first `steps`. Gives the names.
    pub async fn up(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        let lock = self.lock().await?;
        let done = self.up_locked(steps).await;
        self.unlock(lock, done).await
    }

    /// Takes back applied revisions, newest first: the last `steps`, or all. Gives the names.
    ///
    /// A revision that would delete rows refuses unless this runs inside [`guard::with_consent`].
    pub async fn down(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        let lock = self.lock().await?;
        let done = self.down_locked(steps).await;
        self.unlock(lock, done).await
    }

    /// Takes back everything and applies it again. Deletes all rows; see [`Runner::tables_with_rows`].
    pub async fn refresh(&self) -> Result<(), EngineError> {
        let lock = self.lock().await?;
        let done = guard::with_consent(true, async {
            self.drop_foreign_views().await?;
            self.down_locked(None).await?;
            self.up_locked(None).await.map(drop)
        })
        .await;
        self.unlock(lock, done).await
    }

    /// Takes back everything and drops the bookkeeping table. Deletes all rows.
    pub async fn reset(&self) -> Result<(), EngineError> {
        let lock = self.lock().await?;
        let done = guard::with_consent(true, async {
            self.drop_foreign_views().await?;
            self.down_locked(None).await?;
            destroy::drop_kept_tables(&self.db)
                .await
                .map_err(EngineError::while_doing("dropping what was kept of deleted rows"))?;
            let table = catalog::quote(self.target.backend(), &self.project.bookkeeping_table());
            self.db
                .execute_unprepared(&format!("DROP TABLE IF EXISTS {table}"))
                .await
                .map(drop)
                .map_err(EngineError::while_doing("dropping the bookkeeping table"))
        })
        .await;
        self.unlock(lock, done).await
    }

    /// Drops everything in the schema, whoever made it, and applies all revisions. Deletes all rows.
    pub async fn fresh(&self) -> Result<(), EngineError> {
        let lock = self.lock().await?;
        let done = async {
            destroy::drop_everything(&self.db, self.server)
                .await
                .map_err(EngineError::while_doing("dropping everything in the schema"))?;
            self.up_locked(None).await.map(drop)
        }
        .await;
        self.unlock(lock, done).await
    }

    /// Records revisions as applied without running them. Gives those that were not recorded before.
    pub(crate) async fn record(&self, names: &[String]) -> Result<Vec<String>, EngineError> {
        let lock = self.lock().await?;
        let done = async {
            self.install().await?;
            let applied = self.applied().await?;
            let mut recorded = Vec::new();
            for name in names.iter().filter(|name| !applied.iter().any(|(applied, _)| applied == *name)) {
                insert_record(&self.db, &self.project, name)
                    .await
                    .map_err(EngineError::while_doing("recording a revision as applied"))?;
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
        let made = Box::pin(scratch::catalog_after(self, self.project.revisions.len())).await.map_err(failed())?;
        let ours = |name: &str| made.objects().iter().any(|object| object.kind == Kind::View && object.name == name);
        destroy::drop_views(&self.db, self.server, |name| !ours(name)).await.map_err(failed())
    }

    async fn lock(&self) -> Result<RunnerLock, EngineError> {
        let table = self.project.bookkeeping_table();
        let lock = lock::acquire(&self.db, &self.target, &table, self.patience.wait, |holder| {
            (self.listener)(Event::Waiting { holder: holder.to_owned() });
        })
        .await?;
        let timeout = self.patience.lock_timeout;
        let limit = match self.target.backend() {
            DbBackend::Postgres => format!("SET lock_timeout = {}", timeout.as_millis()),
            // Whole seconds, one at least.
            DbBackend::MySql => format!("SET SESSION lock_wait_timeout = {}", Ord::max(timeout.as_secs(), 1)),
            _ => return Ok(lock),
        };
        let limited = self.db.execute_unprepared(&limit).await;
        limited.map_err(EngineError::while_doing("setting the lock timeout"))?;
        Ok(lock)
    }

    /// Gives the lock back; what went wrong before is what is reported.
    async fn unlock<T>(&self, lock: RunnerLock, done: Result<T, EngineError>) -> Result<T, EngineError> {
        let released = lock.release(&self.db, &self.project.bookkeeping_table()).await;
        let value = done?;
        released?;
        Ok(value)
    }

    async fn up_locked(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        self.install().await?;
        // Read under the lock: whoever had it before may have applied everything.
        let status = self.status().await?;
        let pending = status.iter().zip(&self.project.revisions).filter(|(status, _)| status.applied_at.is_none());
        let mut done = Vec::new();
        for (_, revision) in pending.take(steps.map_or(usize::MAX, |steps| steps as usize)) {
            self.run(revision.as_ref(), Direction::Up).await?;
            done.push(revision.name().to_owned());
        }
        Ok(done)
    }

    async fn down_locked(&self, steps: Option<u32>) -> Result<Vec<String>, EngineError> {
        let status = self.status().await?;
        let applied = status.iter().zip(&self.project.revisions).filter(|(status, _)| status.applied_at.is_some());
        let mut done = Vec::new();
        for (_, revision) in applied.rev().take(steps.map_or(usize::MAX, |steps| steps as usize)) {
            self.run(revision.as_ref(), Direction::Down).await?;
            done.push(revision.name().to_owned());
        }
        Ok(done)
    }

    /// Runs one revision, again after a pause for as long as all that is wrong is a lock held by others.
    async fn run(&self, revision: &dyn MigrationTrait, direction: Direction) -> Result<(), EngineError> {
        let name = revision.name().to_owned();
        let started = Instant::now();
        (self.listener)(Event::Started { revision: name.clone(), direction: direction.word() });
        let mut attempt = 1;
        loop {
            let error = match self.attempt(revision, direction).await {
                Ok(()) => break,
                Err(error) => error,
            };
            if !sqlstate::is_lock_timeout(&error) {
                if sqlstate::is_read_only(&error) {
                    return Err(EngineError::ReadOnly { target: self.target.to_string() });
                }
                return Err(EngineError::Revision { revision: name, direction: direction.word(), source: error });
            }
            if attempt > self.patience.lock_retries {
                return Err(EngineError::LockedOut {
                    revision: name,
                    attempts: attempt,
                    timeout_ms: u64::try_from(self.patience.lock_timeout.as_millis()).unwrap_or(u64::MAX),
                    blockers: self.blockers().await,
                });
            }
            let pause = pause_after(attempt);
            (self.listener)(Event::LockedOut { revision: name.clone(), attempt, pause });
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
        (self.listener)(Event::Finished { revision: name, direction: direction.word(), took: started.elapsed() });
        Ok(())
    }

    async fn attempt(&self, revision: &dyn MigrationTrait, direction: Direction) -> Result<(), DbErr> {
        // SeaORM's convention: PostgreSQL wraps a revision unless it says no, the others do not unless it says yes.
        let in_transaction = revision.use_transaction().unwrap_or(self.target.backend() == DbBackend::Postgres);
        if in_transaction {
            let transaction = self.db.begin().await?;
            self.step(&transaction, &SchemaManager::new(&transaction), revision, direction).await?;
            transaction.commit().await
        } else {
            self.step(&self.db, &SchemaManager::new(&self.db), revision, direction).await
        }
    }

    async fn step<C: ConnectionTrait>(
        &self,
        db: &C,
        manager: &SchemaManager<'_>,
        revision: &dyn MigrationTrait,
        direction: Direction,
    ) -> Result<(), DbErr> {
        match direction {
            Direction::Up => {
                revision.up(manager).await?;
                insert_record(db, &self.project, revision.name()).await
            }
            Direction::Down => {
                revision.down(manager).await?;
                let mut delete = Query::delete();
                delete
                    .from_table(self.project.bookkeeping())
                    .and_where(Expr::col(seaql_migrations::Column::Version).eq(revision.name()));
                db.execute(&delete).await.map(drop)
            }
        }
    }

    /// SeaORM's own table, as SeaORM makes it.
    async fn install(&self) -> Result<(), EngineError> {
        let mut table = Schema::new(self.target.backend()).create_table_from_entity(seaql_migrations::Entity);
        table.table(self.project.bookkeeping()).if_not_exists();
        match execute(&self.db, &table).await {
            Ok(()) => Ok(()),
            Err(error) if sqlstate::is_read_only(&error) => {
                Err(EngineError::ReadOnly { target: self.target.to_string() })
            }
            Err(source) => Err(EngineError::Database { doing: "creating the bookkeeping table", source }),
        }
    }

    /// Name and time (seconds since 1970) of the applied revisions, by name.
    async fn applied(&self) -> Result<Vec<(String, i64)>, EngineError> {
        let failed = || EngineError::while_doing("reading the applied revisions");
        let table = self.project.bookkeeping_table();
        if !SchemaManager::new(&self.db).has_table(&table).await.map_err(failed())? {
            return Ok(Vec::new());
        }
        let mut select = Query::select();
        select
            .columns([seaql_migrations::Column::Version, seaql_migrations::Column::AppliedAt])
            .from(Alias::new(&table))
            .order_by(seaql_migrations::Column::Version, sea_orm::Order::Asc);
        let rows = self.db.query_all(&select).await.map_err(failed())?;
        rows.iter()
            .map(|row| Ok((row.try_get("", "version")?, row.try_get("", "applied_at")?)))
            .collect::<Result<_, DbErr>>()
            .map_err(failed())
    }

    /// Sessions that hold table locks in an open transaction, the oldest first.
    async fn blockers(&self) -> String {
        let sql = if self.target.backend() == DbBackend::MySql {
            "SELECT CONCAT('connection ', trx_mysql_thread_id, ', in a transaction for ', TIMESTAMPDIFF(SECOND, trx_started, NOW()), ' s') AS blocker \
             FROM information_schema.INNODB_TRX WHERE trx_mysql_thread_id <> CONNECTION_ID() ORDER BY trx_started LIMIT 3"
        } else {
            "SELECT format('pid %s (%s, %s for %s s): %s', a.pid, coalesce(nullif(a.application_name, ''), 'no application name'), a.state, \
             extract(epoch FROM now() - a.xact_start)::bigint, left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80)) AS blocker \
             FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL AND EXISTS \
             (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation' \
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) \
             ORDER BY a.xact_start LIMIT 3"
        };
        let rows = catalog::rows(&self.db, sql).await;
        let named: Vec<String> =
            rows.unwrap_or_default().iter().filter_map(|row| row.try_get("", "blocker").ok()).collect();
        if named.is_empty() { "a transaction that has ended since".to_owned() } else { named.join("; ") }
    }
}

async fn execute<C: ConnectionTrait, S: StatementBuilder>(db: &C, statement: &S) -> Result<(), DbErr> {
    db.execute(statement).await.map(drop)
}

async fn insert_record<C: ConnectionTrait>(db: &C, project: &Project, name: &str) -> Result<(), DbErr> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut insert = Query::insert();
    insert
        .into_table(project.bookkeeping())
        .columns([seaql_migrations::Column::Version, seaql_migrations::Column::AppliedAt])
        .values_panic([name.into(), i64::try_from(now).unwrap_or(i64::MAX).into()]);
    execute(db, &insert).await
}

/// 0.2 s, doubling to at most 5 s, and up to half of it again at random, so that two waiters do not stay in step.
fn pause_after(attempt: u32) -> Duration {
    let base = Duration::from_millis(200 << Ord::min(attempt.saturating_sub(1), 5)).min(Duration::from_secs(5));
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    base + base.mul_f64(f64::from(clock % 1000) / 2000.0)
}
