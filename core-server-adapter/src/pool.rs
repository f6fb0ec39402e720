//! The pool as the repositories use it: a read whose session ended in the middle is done again on another session.

use std::pin::Pin;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel,
    QueryResult, Statement, StreamTrait, TransactionError, TransactionOptions, TransactionTrait,
};

use crate::sqlstate;

/// The pool of a handle, as its repositories use it.
///
/// When a server restarts, or somebody ends its sessions, the pool learns of each one by a statement that fails. A read that
/// fails so is done again, as often as there are sessions; what may write is not. A session that was idle for longer than a
/// moment is asked before it is used.
#[derive(Clone, Debug)]
pub struct Pool {
    connection: DatabaseConnection,
    sessions: u32,
}

impl Pool {
    /// At most so many sessions.
    pub(crate) fn new(connection: DatabaseConnection, sessions: u32) -> Self {
        Self { connection, sessions }
    }

    /// SeaORM's pool, for transactions and queries of one's own.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Runs a statement of the adapter's own, and again if it reads and the session ended.
    async fn again<T, F>(&self, statement: Statement, run: impl Fn(Statement) -> F) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        // Only statements of this crate come here. SeaORM writes its reads so, an INSERT that returns its row begins otherwise,
        // and no function that a SELECT of this crate calls writes.
        if !statement.sql.starts_with("SELECT ") {
            return run(statement).await;
        }
        for _ in 0..self.sessions {
            match run(statement.clone()).await {
                Err(error) if sqlstate::is_ended(&error) => tracing::debug!(%error, "a session ended, reading again"),
                done => return done,
            }
        }
        run(statement).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.connection.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.connection.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.again(statement, |statement| self.connection.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.again(statement, |statement| self.connection.query_all_raw(statement)).await
    }

    fn support_returning(&self) -> bool {
        self.connection.support_returning()
    }
}

impl StreamTrait for Pool {
    type Stream<'a> = <DatabaseConnection as StreamTrait>::Stream<'a>;

    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        self.connection.stream_raw(statement)
    }
}

#[async_trait::async_trait]
impl TransactionTrait for Pool {
    type Transaction = DatabaseTransaction;

    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.begin_with_options(TransactionOptions::default()).await
    }

    async fn begin_with_config(
        &self,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<DatabaseTransaction, DbErr> {
        self.begin_with_options(TransactionOptions { isolation_level, access_mode, ..Default::default() }).await
    }

    /// Nothing is written before BEGIN is answered: it is repeated like a read.
    async fn begin_with_options(&self, options: TransactionOptions) -> Result<DatabaseTransaction, DbErr> {
        for _ in 0..self.sessions {
            match self.connection.begin_with_options(options).await {
                Err(error) if sqlstate::is_ended(&error) => tracing::debug!(%error, "a session ended, beginning again"),
                begun => return begun,
            }
        }
        self.connection.begin_with_options(options).await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c DatabaseTransaction) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        self.connection.transaction(callback).await
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        isolation_level: Option<IsolationLevel>,
        access_mode: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'c> FnOnce(&'c DatabaseTransaction) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'c>> + Send,
        T: Send,
        E: std::fmt::Display + std::fmt::Debug + Send,
    {
        self.connection.transaction_with_config(callback, isolation_level, access_mode).await
    }
}
