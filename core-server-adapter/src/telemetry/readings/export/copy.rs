//! Rows by PostgreSQL's COPY: without what a query costs around each of them, in the server, the driver and SeaORM.
//!
//! In the binary format, because numbers, times and JSON as PostgreSQL spells them are not what other backends give: `-0`,
//! `1e+300`, other digits where two are equally short (it has `9.999999999999999e+22` for what is `1e23` elsewhere), and
//! blanks in JSON. It is also what costs the server least.

use std::sync::Arc;

use async_stream::try_stream;
use futures_util::{Stream, TryStreamExt};
use sea_orm::{
    ConnAcquireErr, DbBackend, DbErr, QueryTrait, RuntimeErr,
    sea_query::{PostgresQueryBuilder, Value},
    sqlx::{self, Executor, PgPool, Postgres, pool::PoolConnection},
};

use super::{CsvChunk, Lines, PLACE, ReadingCursor, ReadingFilter, query, tuples::lines_in};
use crate::AdapterError;

/// The command; none where a value of the filter cannot be written into it: COPY takes no parameters.
pub(super) fn sql(filter: &ReadingFilter, beyond: Option<&ReadingCursor>) -> Result<Option<String>, AdapterError> {
    let query = query(filter, beyond, DbBackend::Postgres)?;
    // As a parameter PostgreSQL refuses a NUL; in a literal a digit after it would make another character of it.
    let exact = |value: &Value| !matches!(value, Value::String(Some(text)) if text.contains('\0'));
    if !query.build(DbBackend::Postgres).values.iter().flat_map(|values| &values.0).all(exact) {
        return Ok(None);
    }
    let query = query.into_query().to_string(PostgresQueryBuilder);
    Ok(Some(format!("COPY ({query}) TO STDOUT WITH (FORMAT binary)")))
}

/// The lines that a command gives.
///
/// `address` is what a transaction begins with, where a session does not keep what it was set to.
pub(super) fn chunks(
    pool: PgPool,
    address: Option<Arc<str>>,
    sql: String,
) -> impl Stream<Item = Result<CsvChunk, AdapterError>> + Send + 'static {
    try_stream! {
        let mut session = Session::of(&pool).await.map_err(failed)?;
        if let Some(address) = &address {
            session.run(format!("BEGIN; {address}")).await.map_err(failed)?;
        }
        let mut lines = Lines::new();
        let mut messages = session.connection.copy_out_raw(&sql).await.map_err(failed)?;
        while let Some(message) = messages.try_next().await.map_err(failed)? {
            for line in lines_in(&message) {
                lines.push(&line?)?;
            }
            if let Some(chunk) = lines.cut_if_full()? {
                yield chunk;
            }
        }
        drop(messages);
        if address.is_some() {
            session.run("COMMIT".to_owned()).await.map_err(failed)?;
        }
        session.is_usable = true;
        drop(session);
        if let Some(chunk) = lines.cut()? {
            yield chunk;
        }
    }
}

fn failed(error: sqlx::Error) -> AdapterError {
    let error = match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Query(RuntimeErr::SqlxError(error.into())),
    };
    PLACE.while_reading("exporting readings")(error)
}

/// A session of the pool that is given back when all that was copied has been read, and else closed.
///
/// The next user of a session would first have to read what is left, however much; and after a command that was refused,
/// sqlx leaves the end of the answer unread, which would count as the answer to the next command.
struct Session {
    connection: PoolConnection<Postgres>,
    is_usable: bool,
}

impl Session {
    async fn of(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self { connection: pool.acquire().await?, is_usable: false })
    }

    async fn run(&mut self, sql: String) -> Result<(), sqlx::Error> {
        self.connection.execute(sqlx::AssertSqlSafe(sql)).await.map(drop)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_usable {
            self.connection.close_on_drop();
        }
    }
}
