//! Transactions that will write.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_stream::try_stream;
use futures_util::{
    StreamExt,
    lock::{Mutex, OwnedMutexGuard},
};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel, QueryResult,
    SqliteTransactionMode, Statement, StreamTrait, TransactionError, TransactionOptions, TransactionSession,
    TransactionTrait,
};

use migration_timescale::Dialect;

use crate::{
    AdapterError,
    detached::{to_its_end, to_the_next_item},
    error::{Place, over},
    sqlstate,
    statement::{Answer, Rows, Work},
};

/// What errors about no table of an area speak of.
pub(crate) const PLACE: Place = Place { area: "areas", table: "transaction" };

/// Begins a transaction that will write. On SQLite it waits here until it may: one that has only read so far would be
/// refused at once where another writes.
pub(crate) async fn begin<C: TransactionTrait>(db: &C) -> Result<C::Transaction, DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    db.begin_with_options(options).await
}

/// A transaction. Dropped before its [`commit`](Self::commit), it is rolled back; so is what was begun within it.
///
/// On PostgreSQL a call that the database refuses ends the transaction, and on MySQL a deadlock does: what follows, and
/// [`commit`](Self::commit), fail with [`AdapterError::TransactionOver`], and nothing is kept. A value that is not allowed,
/// which the database is not asked for, and a call that writes many rows leave it as it was on PostgreSQL too. After any
/// other failure it goes on without what failed.
///
/// A future of it that is dropped half way, by a time limit for example, leaves a statement that is done or not, and the
/// transaction as usable as before. (One of SeaORM, from [`connection`](crate::Database::connection), may then be given to
/// the next one who asks.)
pub struct Transaction {
    inner: Arc<Inner>,
    /// Whose turn it is in the session: also of what goes on although nobody waits for it.
    turn: Arc<Mutex<()>>,
    /// Whether MySQL has ended it, together with those it is within: it would do what follows outside of any.
    over: Arc<AtomicBool>,
    place: Place,
}

/// A transaction, and the one that it is within, which ends after it.
struct Inner {
    transaction: DatabaseTransaction,
    /// Whether a statement failed, or may have.
    failed: AtomicBool,
    _around: Option<Arc<Self>>,
}

impl Inner {
    fn new(transaction: DatabaseTransaction, around: Option<Arc<Self>>) -> Self {
        Self { transaction, failed: AtomicBool::new(false), _around: around }
    }

    fn is_on_mysql(&self) -> bool {
        ConnectionTrait::get_database_backend(&self.transaction) == DbBackend::MySql
    }
}

/// An error where the server has ended the transaction: COMMIT would not say so.
async fn ensure_going(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let backend = ConnectionTrait::get_database_backend(transaction);
    match Dialect::of(backend) {
        // It answers COMMIT with ROLLBACK, and any other statement with an error.
        Dialect::Postgres => transaction.execute_unprepared("SELECT 1").await.map(drop),
        // Only MariaDB tells; of MySQL a deadlock is known to end it.
        Dialect::MySql => {
            let is_over = is_going(transaction, format!("SELECT {IS_GOING}")).await? == Some(false);
            if is_over { Err(over()) } else { Ok(()) }
        }
        // It says so itself.
        Dialect::Sqlite => Ok(()),
    }
}

/// Asks MariaDB whether there is a transaction. By itself the variable is an unsigned number, which is no `i64` to the driver.
pub(crate) const IS_GOING: &str = "CAST(@@in_transaction AS SIGNED) AS is_going";

/// What the answer to [`IS_GOING`] is; none of MySQL, which does not know the variable.
pub(crate) async fn is_going<C: ConnectionTrait>(db: &C, question: String) -> Result<Option<bool>, DbErr> {
    match db.query_one_raw(Statement::from_string(DbBackend::MySql, question)).await {
        Ok(row) => row.map(|row| Ok(row.try_get::<i64>("", "is_going")? != 0)).transpose(),
        Err(_) => Ok(None),
    }
}

/// The session, as long as it is somebody's turn. The transaction goes first: should it be the last to have it, its end is in
/// the session before another's statement.
struct Turn {
    inner: Arc<Inner>,
    _turn: OwnedMutexGuard<()>,
}

impl Transaction {
    pub(crate) fn new(transaction: DatabaseTransaction) -> Self {
        Self {
            inner: Arc::new(Inner::new(transaction, None)),
            turn: Arc::default(),
            over: Arc::default(),
            place: PLACE,
        }
    }

    /// The same, of an area.
    pub(crate) fn of(self, place: Place) -> Self {
        Self { place, ..self }
    }

    /// Makes all of it last.
    ///
    /// # Errors
    ///
    /// [`AdapterError::TransactionOver`] where an earlier failure has ended it, and nothing was kept; failures of the
    /// database; after [`may_have_written`](AdapterError::may_have_written) only a look tells whether it does.
    pub async fn commit(self) -> Result<(), AdapterError> {
        let place = self.place;
        TransactionSession::commit(self).await.map_err(place.while_doing("committing a transaction"))
    }

    /// Undoes all of it.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn rollback(self) -> Result<(), AdapterError> {
        let place = self.place;
        TransactionSession::rollback(self).await.map_err(place.while_reading("rolling a transaction back"))
    }

    async fn turn(&self) -> Result<Turn, DbErr> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        if self.over.load(Ordering::Relaxed) {
            return Err(over());
        }
        Ok(Turn { inner: Arc::clone(&self.inner), _turn: turn })
    }

    async fn run(&self, work: Work) -> Result<Answer, DbErr> {
        let (turn, over) = (self.turn().await?, Arc::clone(&self.over));
        to_its_end(async move {
            let done = work.on(&turn.inner.transaction).await;
            if let Err(error) = &done {
                turn.inner.failed.store(true, Ordering::Relaxed);
                let is_over = turn.inner.is_on_mysql()
                    && (sqlstate::is_in_the_way(error) || ensure_going(&turn.inner.transaction).await.is_err());
                over.fetch_or(is_over, Ordering::Relaxed);
            }
            done
        })
        .await
    }

    /// Ends it, when nothing goes on in it.
    async fn end<F>(self, how: impl FnOnce(DatabaseTransaction, bool) -> F + Send + 'static) -> Result<(), DbErr>
    where
        F: Future<Output = Result<(), DbErr>> + Send,
    {
        let Self { inner, turn, .. } = self;
        let turn = turn.lock_owned().await;
        to_its_end(async move {
            let Some(Inner { transaction, failed, _around }) = Arc::into_inner(inner) else {
                return Err(DbErr::Custom(
                    "a stream or a transaction within this one is open; end it first".to_owned(),
                ));
            };
            let ended = how(transaction, failed.into_inner()).await;
            drop(turn);
            ended
        })
        .await
    }
}

#[async_trait::async_trait]
impl TransactionSession for Transaction {
    async fn commit(self) -> Result<(), DbErr> {
        let is_over = Arc::clone(&self.over);
        self.end(async move |transaction: DatabaseTransaction, has_failed| {
            if is_over.load(Ordering::Relaxed) {
                // Nothing is left to be rolled back but what the driver remembers.
                let _ = transaction.rollback().await;
                return Err(over());
            }
            if has_failed {
                ensure_going(&transaction).await?;
            }
            transaction.commit().await
        })
        .await
    }

    async fn rollback(self) -> Result<(), DbErr> {
        self.end(|transaction, _| transaction.rollback()).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner.transaction)
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(Work::Change(statement)).await?.changed()
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(Work::Script(sql.to_owned())).await?.changed()
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        Ok(self.run(Work::Read(statement)).await?.rows())
    }

    fn support_returning(&self) -> bool {
        self.inner.transaction.support_returning()
    }
}

impl StreamTrait for Transaction {
    type Stream<'a> = Rows<'a>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.inner.transaction)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            let turn = self.turn().await?;
            let rows = try_stream! {
                // Until it is read to its end.
                let failed = &turn.inner.failed;
                let had_failed = failed.swap(true, Ordering::Relaxed);
                let mut rows = turn.inner.transaction.stream_raw(statement).await?;
                while let Some(row) = rows.next().await {
                    yield row?;
                }
                failed.store(had_failed, Ordering::Relaxed);
            };
            Ok(Box::pin(to_the_next_item(rows)) as Rows<'a>)
        })
    }
}

#[async_trait::async_trait]
impl TransactionTrait for Transaction {
    type Transaction = Self;

    async fn begin(&self) -> Result<Self, DbErr> {
        self.begin_with_options(TransactionOptions::default()).await
    }

    async fn begin_with_config(
        &self,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<Self, DbErr> {
        self.begin_with_options(TransactionOptions { isolation_level, access_mode, ..Default::default() }).await
    }

    /// A savepoint, in which it is its turn as well.
    async fn begin_with_options(&self, options: TransactionOptions) -> Result<Self, DbErr> {
        let turn = self.turn().await?;
        let begun = to_its_end(async move {
            let transaction = turn.inner.transaction.begin_with_options(options).await?;
            let inner = Inner::new(transaction, Some(Arc::clone(&turn.inner)));
            // Together: when nobody waits any more, it ends before the turn does.
            Ok::<_, DbErr>((Arc::new(inner), turn))
        });
        let (inner, _turn) = begun.await?;
        Ok(Self { inner, turn: Arc::clone(&self.turn), over: Arc::clone(&self.over), place: self.place })
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Self) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        within(TransactionTrait::begin(self).await, callback).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c Self) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        within(self.begin_with_config(isolation_level, access_mode).await, callback).await
    }
}

/// Runs the callback in a transaction that was begun, and ends it as the callback says.
pub(crate) async fn within<F, T, E>(begun: Result<Transaction, DbErr>, callback: F) -> Result<T, TransactionError<E>>
where
    F: for<'c> FnOnce(&'c Transaction) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>> + Send,
    T: Send,
    E: fmt::Display + fmt::Debug + Send,
{
    let transaction = begun.map_err(TransactionError::Connection)?;
    match callback(&transaction).await {
        Ok(done) => {
            TransactionSession::commit(transaction).await.map_err(TransactionError::Connection)?;
            Ok(done)
        }
        Err(error) => {
            TransactionSession::rollback(transaction).await.map_err(TransactionError::Connection)?;
            Err(TransactionError::Transaction(error))
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("place", &self.place).finish_non_exhaustive()
    }
}
