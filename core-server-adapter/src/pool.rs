//! The pool as the repositories use it: a read whose session ended in the middle is done again on another session, and every
//! statement finds its area, whoever else has the session.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use async_stream::try_stream;
use futures_util::{StreamExt, lock::Mutex};
use migration_timescale::Capability;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, ExecResult,
    IsolationLevel, QueryResult, RuntimeErr, Statement, StreamTrait, TransactionError, TransactionOptions,
    TransactionSession, TransactionTrait,
    sqlx::{self, PgPool, Postgres},
};
use tracing::{Instrument, field::Empty};

use crate::{
    AdapterError, Transaction,
    detached::{to_its_end, to_the_next_item},
    error::{not_ready, on_replica},
    gate::{self, Gate},
    metrics::Numbers,
    replica::Replica,
    sqlstate,
    statement::{Answer, Rows, Work, in_place},
    tenant, transaction,
};

/// The pool of a handle, as its repositories use it.
///
/// When a server restarts, or somebody ends its sessions, the pool learns of each one by a statement that fails. A read that
/// fails so is done again, as often as there are sessions; what may write is not. A session that was idle for
/// longer than a tenth of a second is asked before it is used.
///
/// Each statement is a span `statement` of `tracing`, at the level `DEBUG`, with the fields `statement` (SQL without its
/// values), `rows` and `duration_ms`.
#[derive(Clone, Debug)]
pub struct Pool {
    connection: DatabaseConnection,
    sessions: u32,
    /// What every transaction begins with, where a session does not keep what it was set to.
    address: Option<Arc<str>>,
    first_use: Option<Arc<FirstUse>>,
    replica: Option<Arc<Replica>>,
    numbers: Arc<Numbers>,
    in_web_assembly: Arc<OnceLock<bool>>,
}

/// What is asked before the first statement of a pool that was opened without a server.
#[derive(Debug)]
struct FirstUse {
    gate: Gate,
    /// The database that keeps a tenant apart.
    separated: Option<String>,
    passed: AtomicBool,
    asking: Mutex<()>,
}

impl Pool {
    /// At most so many sessions.
    pub(crate) fn new(mut connection: DatabaseConnection, sessions: u32, numbers: Arc<Numbers>) -> Self {
        let counted = Arc::clone(&numbers);
        connection.set_metric_callback(move |info| counted.statement(info.elapsed, info.failed));
        let in_web_assembly = Arc::default();
        Self { connection, sessions, address: None, first_use: None, replica: None, numbers, in_web_assembly }
    }

    /// The same, where every transaction has to begin with these statements.
    #[must_use]
    pub(crate) fn addressed(mut self, address: Option<String>) -> Self {
        self.address = address.map(Into::into);
        self
    }

    /// The same over other sessions, counted apart; to the primary, and unchecked.
    pub(crate) fn over_another(&self, connection: DatabaseConnection) -> Self {
        Self { connection, sessions: 1, first_use: None, replica: None, ..self.clone() }
    }

    /// The same, which asks for the schema, and whether it keeps a tenant apart, when it is first used.
    #[must_use]
    pub(crate) fn checked_at_first_use(mut self, gate: Gate, separated: Option<String>) -> Self {
        let first_use = FirstUse { gate, separated, passed: AtomicBool::new(false), asking: Mutex::new(()) };
        self.first_use = Some(Arc::new(first_use));
        self
    }

    /// The same, which reads from a replica and does not write.
    #[must_use]
    pub(crate) fn on_replica(mut self, replica: Arc<Replica>) -> Self {
        self.replica = Some(replica);
        self
    }

    /// SeaORM's pool, for transactions and queries of one's own.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    pub(crate) fn numbers(&self) -> &Arc<Numbers> {
        &self.numbers
    }

    /// A pool to copy many rows from, and what a transaction on it has to begin with.
    pub(crate) async fn source(&self) -> Result<(DatabaseConnection, Option<Arc<str>>), DbErr> {
        self.first_use().await?;
        match &self.replica {
            Some(replica) if replica.is_there().await => Ok(replica.source()),
            _ => Ok((self.connection.clone(), self.address.clone())),
        }
    }

    /// The gate, until it has been passed once.
    async fn first_use(&self) -> Result<(), DbErr> {
        let Some(first) = self.first_use.as_deref().filter(|first| !first.passed.load(Ordering::Acquire)) else {
            return Ok(());
        };
        let _one = first.asking.lock().await;
        if first.passed.load(Ordering::Acquire) {
            return Ok(());
        }
        let unchecked = Self { first_use: None, replica: None, ..self.clone() };
        // Boxed: the gate's own questions come here again.
        let asked = Box::pin(async {
            gate::ensure_schema(&unchecked, first.gate).await?;
            match &first.separated {
                Some(database) => tenant::ensure_separated(&unchecked, database).await,
                None => Ok(()),
            }
        });
        asked.await.map_err(|error: AdapterError| not_ready(error))?;
        first.passed.store(true, Ordering::Release);
        Ok(())
    }

    /// Runs a statement of the adapter's own.
    async fn run(&self, work: Work) -> Result<Answer, DbErr> {
        self.first_use().await?;
        let span = tracing::debug_span!("statement", statement = work.sql(), rows = Empty, duration_ms = Empty);
        let began = Instant::now();
        let done = self.attempt(work).instrument(span.clone()).await;
        span.record("duration_ms", began.elapsed().as_secs_f64() * 1_000.0);
        if let Ok(answer) = &done {
            span.record("rows", answer.count());
            self.numbers.rows(answer.count());
        }
        done
    }

    /// Again if it reads and the session ended.
    async fn attempt(&self, work: Work) -> Result<Answer, DbErr> {
        if !work.reads() {
            return if self.replica.is_some() { Err(on_replica()) } else { self.once(work).await };
        }
        if let Some(replica) = &self.replica {
            match replica.read(work.clone()).await {
                Some(answer) => {
                    self.numbers.replica_answered();
                    return Ok(answer);
                }
                None => self.numbers.primary_answered(),
            }
        }
        self.with_any_session(|| self.once(work.clone())).await
    }

    /// What writes nothing, again as often as there are sessions that may have ended.
    async fn with_any_session<T, F: Future<Output = Result<T, DbErr>> + Send>(
        &self,
        once: impl Fn() -> F + Send,
    ) -> Result<T, DbErr> {
        for _ in 0..self.sessions {
            match once().await {
                Err(error) if sqlstate::is_ended(&error) => {
                    tracing::debug!(%error, "a session ended, trying another");
                    self.numbers.again();
                }
                done => return done,
            }
        }
        once().await
    }

    /// The driver's pool, where rows can come in by COPY. PostgreSQL in WebAssembly, which is asked for once, has none from its
    /// clients.
    pub(crate) async fn for_copy(&self) -> Result<Option<&PgPool>, DbErr> {
        let Some(driver) = driver(&self.connection) else { return Ok(None) };
        let known = self.in_web_assembly.get().copied();
        let in_web_assembly = if let Some(known) = known { known } else { in_web_assembly(self).await? };
        let in_web_assembly = *self.in_web_assembly.get_or_init(|| in_web_assembly);
        Ok((!in_web_assembly).then_some(driver))
    }

    /// A transaction of PostgreSQL's driver, for what SeaORM has no words for. It is begun as any other.
    pub(crate) async fn begin_in_driver(&self, driver: &PgPool) -> Result<sqlx::Transaction<'static, Postgres>, DbErr> {
        if self.replica.is_some() {
            return Err(on_replica());
        }
        self.first_use().await?;
        let failed = |error: sqlx::Error| DbErr::Exec(RuntimeErr::SqlxError(error.into()));
        self.with_any_session(|| {
            let (driver, address) = (driver.clone(), self.address.clone());
            to_its_end(async move {
                let mut transaction = driver.begin().await.map_err(failed)?;
                if let Some(address) = address {
                    let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(&*address));
                    statements.execute(&mut *transaction).await.map_err(failed)?;
                }
                Ok(transaction)
            })
        })
        .await
    }

    async fn once(&self, work: Work) -> Result<Answer, DbErr> {
        in_place(&self.connection, self.address.as_ref(), work).await
    }
}

/// Whether the server is PostgreSQL in WebAssembly, which has one session.
pub(crate) async fn in_web_assembly<C: ConnectionTrait>(db: &C) -> Result<bool, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let question = format!("SELECT {} AS in_web_assembly", Capability::IN_WEB_ASSEMBLY);
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    Ok(row.map(|row| row.try_get("", "in_web_assembly")).transpose()?.unwrap_or_default())
}

/// The pool of PostgreSQL's driver; none of other backends.
pub(crate) fn driver(db: &DatabaseConnection) -> Option<&PgPool> {
    match &db.inner {
        DatabaseConnectionType::SqlxPostgresPoolConnection(_) => Some(db.get_postgres_connection_pool()),
        _ => None,
    }
}

/// A transaction of these sessions.
async fn begin_once(
    db: DatabaseConnection,
    address: Option<Arc<str>>,
    options: TransactionOptions,
) -> Result<Transaction, DbErr> {
    to_its_end(async move {
        let transaction = db.begin_with_options(options).await?;
        if let Some(address) = address {
            transaction.execute_unprepared(&address).await?;
        }
        Ok(Transaction::new(transaction))
    })
    .await
}

#[async_trait::async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(Work::Change(statement)).await?.changed()
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(Work::Script(sql.to_owned())).await?.changed()
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.run(Work::Read(statement)).await?.rows().into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        Ok(self.run(Work::Read(statement)).await?.rows())
    }

    fn support_returning(&self) -> bool {
        self.connection.support_returning()
    }
}

impl StreamTrait for Pool {
    type Stream<'a> = Rows<'a>;

    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            let (db, address) = self.source().await?;
            if address.is_some() {
                let transaction = begin_once(db, address, TransactionOptions::default()).await?;
                let rows = try_stream! {
                    let mut rows = transaction.stream_raw(statement).await?;
                    while let Some(row) = rows.next().await {
                        yield row?;
                    }
                    drop(rows);
                    TransactionSession::commit(transaction).await?;
                };
                return Ok(Box::pin(rows) as Rows<'a>);
            }
            let rows = try_stream! {
                let mut rows = db.stream_raw(statement).await?;
                while let Some(row) = rows.next().await {
                    yield row?;
                }
            };
            Ok(Box::pin(to_the_next_item(rows)) as Rows<'a>)
        })
    }
}

#[async_trait::async_trait]
impl TransactionTrait for Pool {
    type Transaction = Transaction;

    async fn begin(&self) -> Result<Transaction, DbErr> {
        self.begin_with_options(TransactionOptions::default()).await
    }

    async fn begin_with_config(
        &self,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<Transaction, DbErr> {
        self.begin_with_options(TransactionOptions { isolation_level, access_mode, ..Default::default() }).await
    }

    /// Nothing is written before BEGIN is answered: it is repeated like a read.
    async fn begin_with_options(&self, options: TransactionOptions) -> Result<Transaction, DbErr> {
        if self.replica.is_some() {
            return Err(on_replica());
        }
        self.first_use().await?;
        self.with_any_session(|| begin_once(self.connection.clone(), self.address.clone(), options)).await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        self.transaction_with_config(callback, None, None).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Transaction) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        transaction::within(self.begin_with_config(isolation_level, access_mode).await, callback).await
    }
}
