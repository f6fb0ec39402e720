//! Many rows by binary COPY, PostgreSQL's fastest way in: it parses no text, and the next rows are encoded while it writes.

use std::{sync::Arc, time::Instant, vec};

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, PgConnection, PgPool, error::BoxDynError},
};

use super::{Bulk, arrays::Column, tuples::Tuples};
use crate::{
    detached::to_its_end,
    pool::Pool,
    sqlstate::{self, code},
};

/// From so many rows on; COPY is prepared anew each time, an array's INSERT once a session.
pub(super) const FROM_ROWS: usize = 1_000;

/// Rows of one COPY: each is a statement, which a time limit is for.
const ROWS_AT_ONCE: usize = 50_000;

/// Bytes that are encoded while the server takes those before.
const BYTES_AT_ONCE: usize = 128 << 10;

/// What COPY needs to know of a table. Its columns have the very types that the driver encodes.
pub(crate) struct Copied<T: 'static> {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [Column<T>],
}

/// What became of the rows.
pub(super) enum Outcome<T> {
    Written(u64),
    /// COPY cannot write this table, as where row security narrows what this user may do; nothing was written.
    NotByCopy(Vec<T>),
}

/// Writes all of the rows or none, in a transaction of its own. When nobody waits for it any more, it writes none.
pub(super) async fn write<T: Bulk>(
    pool: &Pool,
    driver: &PgPool,
    copied: &'static Copied<T>,
    rows: Vec<T>,
) -> Result<Outcome<T>, DbErr> {
    let numbers = Arc::clone(pool.numbers());
    let mut transaction = pool.begin_in_driver(driver).await?;
    let somebody_waits = Arc::new(());
    let waiting = Arc::downgrade(&somebody_waits);
    let done = to_its_end(async move {
        let sql = statement(copied);
        let all = rows.len();
        let mut rows = rows.into_iter();
        let mut written = 0;
        while rows.len() > 0 {
            let began = Instant::now();
            let is_wanted = || waiting.strong_count() > 0;
            let done = copy(&mut transaction, &sql, copied.columns, &mut rows, is_wanted).await;
            numbers.statement(began.elapsed(), done.is_err());
            match done {
                Ok(count) => written += count,
                Err(error) if code(&error).as_deref() == Some(sqlstate::NOT_SUPPORTED) && rows.len() == all => {
                    return Ok(Outcome::NotByCopy(rows.collect()));
                }
                Err(error) => return Err(error),
            }
        }
        transaction.commit().await.map_err(failed)?;
        Ok(Outcome::Written(written))
    })
    .await;
    drop(somebody_waits);
    done
}

/// One COPY. It takes no row before PostgreSQL is ready for it.
async fn copy<T>(
    session: &mut PgConnection,
    sql: &str,
    columns: &[Column<T>],
    rows: &mut vec::IntoIter<T>,
    is_wanted: impl Fn() -> bool,
) -> Result<u64, DbErr> {
    let mut copy = session.copy_in_raw(sql).await.map_err(failed)?;
    let mut tuples = Tuples::new();
    let mut encoded = Ok(());
    for row in rows.take(ROWS_AT_ONCE) {
        encoded = encode(row, columns, &mut tuples);
        if encoded.is_err() || !is_wanted() {
            break;
        }
        if tuples.len() >= BYTES_AT_ONCE {
            copy.send(&tuples.take()[..]).await.map_err(failed)?;
        }
    }
    if encoded.is_err() || !is_wanted() {
        copy.abort("the rows are not wanted any more").await.map_err(failed)?;
        encoded.map_err(|error| failed(sqlx::Error::Encode(error)))?;
        return Err(DbErr::Custom("nobody waits for these rows any more".to_owned()));
    }
    tuples.end();
    copy.send(&tuples.take()[..]).await.map_err(failed)?;
    copy.finish().await.map_err(failed)
}

fn encode<T>(mut row: T, columns: &[Column<T>], tuples: &mut Tuples) -> Result<(), BoxDynError> {
    tuples.row(columns.len())?;
    columns.iter().try_for_each(|column| (column.field)(&mut row, tuples))
}

fn statement<T>(Copied { table, columns }: &Copied<T>) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    format!("COPY {table} ({}) FROM STDIN (FORMAT binary)", names.join(", "))
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}
