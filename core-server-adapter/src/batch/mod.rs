//! Many rows written as few statements, all or none.
//!
//! # How to add a table
//!
//! Implement [`Bulk`] for its new rows, and call [`write`].

pub(crate) mod arrays;
mod copy;
mod tuples;

use std::{any::Any, collections::HashSet, hash::Hash};

use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, Insert, QueryTrait, Statement,
    TransactionSession, TransactionTrait, prelude::Json, sea_query::OnConflict,
};
use serde::{Deserialize, Serialize};

use migration_timescale::Dialect;

use crate::{AdapterError, error::Place, pool::Pool, transaction};

pub(crate) use copy::Copied;

/// What became of rows that may have been there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Rows that were added.
    pub new: u64,
    /// Rows whose key already existed; they were left as they are.
    pub already_there: u64,
}

/// What to do with a row whose key is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum OnExisting {
    Fail,
    Skip,
}

/// New rows of a table.
pub(crate) trait Bulk: Sized + Send + 'static {
    /// As SeaORM writes it.
    type Row: ActiveModelTrait;
    /// What a row is known by; `()` where that is a number which the database counts up, and no row can be there before.
    type Key: Eq + Hash + Send + Sync;

    /// For errors.
    const PLACE: Place;
    /// What is being done, for errors.
    const DOING: &'static str;
    /// The columns of the key.
    const KEY: &'static [<<Self::Row as ActiveModelTrait>::Entity as EntityTrait>::Column] = &[];

    /// For many rows that cannot be there. Not where row security keeps tenants apart: there COPY is refused.
    const COPIED: Option<&'static Copied<Self>> = None;

    /// Its key.
    fn key(&self) -> Self::Key;

    /// Bytes it takes in a statement, about.
    fn size(&self) -> usize;

    /// As SeaORM writes it: MySQL's and SQLite's way.
    fn row(self) -> Self::Row;

    /// All in one statement with an array for each column: PostgreSQL's way.
    fn arrays(batch: Vec<Self>, existing: OnExisting) -> Statement;

    /// Which of the keys are there, and maybe others.
    fn found<C: ConnectionTrait>(
        _db: &C,
        _keys: &HashSet<Self::Key>,
    ) -> impl Future<Output = Result<Vec<Self::Key>, DbErr>> + Send {
        async { Ok(Vec::new()) }
    }

    /// Rows that PostgreSQL can look for together at little cost.
    fn groups(rows: Vec<Self>) -> Vec<Vec<Self>> {
        vec![rows]
    }
}

/// Writes all of the rows or none; gives the number that was added.
pub(crate) async fn write<T: Bulk, C: ConnectionTrait + TransactionTrait + 'static>(
    db: &C,
    mut rows: Vec<T>,
    existing: OnExisting,
) -> Result<u64, AdapterError> {
    let failed = || T::PLACE.while_doing(T::DOING);
    if rows.is_empty() {
        return Ok(0);
    }
    let backend = db.get_database_backend();
    if existing == OnExisting::Skip {
        keep_first_of_each(&mut rows);
    }
    if let (OnExisting::Fail, Some(copied), true) = (existing, T::COPIED, rows.len() >= copy::FROM_ROWS)
        // COPY needs a session of its own: within a transaction of the caller's SeaORM lets nobody at the driver.
        && let Some(pool) = (db as &dyn Any).downcast_ref::<Pool>()
        && let Some(driver) = pool.for_copy().await.map_err(failed())?
    {
        match copy::write(pool, driver, copied, rows).await.map_err(failed())? {
            copy::Outcome::Written(count) => return Ok(count),
            copy::Outcome::NotByCopy(all) => rows = all,
        }
    }
    let in_groups = Dialect::of(backend) == Dialect::Postgres && existing == OnExisting::Skip;
    let groups = if in_groups { T::groups(rows) } else { vec![rows] };
    // Also for one statement: when it fails within a transaction of the caller's, PostgreSQL would let nothing follow it.
    let transaction = transaction::begin(db).await.map_err(failed())?;
    let mut new = 0;
    for batch in groups.into_iter().flat_map(|rows| batches(rows, backend, T::size)) {
        // Dropping the transaction on an error rolls it back.
        new += insert(&transaction, batch, existing).await.map_err(failed())?;
    }
    transaction.commit().await.map_err(failed())?;
    Ok(new)
}

/// Each row as it will be stored; the error of one tells which, counted from 0.
pub(crate) fn checked_rows<T>(
    rows: &[T],
    check: impl Fn(&T) -> Result<T, AdapterError>,
) -> Result<Vec<T>, AdapterError> {
    rows.iter().enumerate().map(|(row, one)| check(one).map_err(|error| error.in_row(row))).collect()
}

/// Checks the rows and writes all of them or none. [`AdapterError::AlreadyExists`] names the row, if its key was the cause.
pub(crate) async fn write_all<T: Bulk, C: ConnectionTrait + TransactionTrait + 'static>(
    db: &C,
    rows: &[T],
    check: fn(&T) -> Result<T, AdapterError>,
) -> Result<u64, AdapterError> {
    let written = write(db, checked_rows(rows, check)?, OnExisting::Fail).await;
    naming_the_row(db, written, rows, check).await
}

/// The same result, but [`AdapterError::AlreadyExists`] names the row.
pub(crate) async fn naming_the_row<T: Bulk, C: ConnectionTrait, R>(
    db: &C,
    written: Result<R, AdapterError>,
    rows: &[T],
    check: fn(&T) -> Result<T, AdapterError>,
) -> Result<R, AdapterError> {
    match written {
        Err(error @ AdapterError::AlreadyExists { .. }) if !T::KEY.is_empty() => {
            Err(match row_that_is_there(db, rows, check).await {
                Some(row) => error.in_row(row),
                None => error,
            })
        }
        written => written,
    }
}

/// The first row whose key another one has, of the list or of the table.
async fn row_that_is_there<T: Bulk, C: ConnectionTrait>(
    db: &C,
    rows: &[T],
    check: fn(&T) -> Result<T, AdapterError>,
) -> Option<usize> {
    const AT_ONCE: usize = 1_000;
    let key_of = |row| check(row).map(|row| row.key()).ok();
    let mut seen = HashSet::with_capacity(rows.len());
    if let Some(twice) = rows.iter().filter_map(key_of).position(|key| !seen.insert(key)) {
        return Some(twice);
    }
    for (batch, rows) in rows.chunks(AT_ONCE).enumerate() {
        let found = T::found(db, &rows.iter().filter_map(key_of).collect()).await.ok()?;
        let found: HashSet<T::Key> = found.into_iter().collect();
        if let Some(row) = rows.iter().filter_map(key_of).position(|key| found.contains(&key)) {
            return Some(batch * AT_ONCE + row);
        }
    }
    None
}

fn keep_first_of_each<T: Bulk>(rows: &mut Vec<T>) {
    let mut seen = HashSet::with_capacity(rows.len());
    rows.retain(|row| seen.insert(row.key()));
}

/// The number of rows that were added.
async fn insert<T: Bulk, C: ConnectionTrait>(db: &C, mut batch: Vec<T>, existing: OnExisting) -> Result<u64, DbErr> {
    let backend = db.get_database_backend();
    if backend == DbBackend::Postgres {
        return Ok(db.execute_raw(T::arrays(batch, existing)).await?.rows_affected());
    }
    let mut missing = None;
    if existing == OnExisting::Skip && backend == DbBackend::MySql {
        // MySQL reports a row that was left alone as affected, and has counted a number up for it.
        let keys = batch.iter().map(T::key).collect();
        let found: HashSet<T::Key> = T::found(db, &keys).await?.into_iter().collect();
        batch.retain(|row| !found.contains(&row.key()));
        missing = Some(batch.len() as u64);
        if batch.is_empty() {
            return Ok(0);
        }
    }
    let mut insert = Insert::many(batch.into_iter().map(T::row));
    if existing == OnExisting::Skip {
        let key = || T::KEY.iter().copied();
        insert = insert.on_conflict(OnConflict::columns(key()).do_nothing_on(key()).to_owned());
    }
    let affected = db.execute_raw(insert.build(backend)).await?.rows_affected();
    Ok(missing.unwrap_or(affected))
}

/// Cuts rows into statements that every server takes.
///
/// PostgreSQL gets whole columns as arrays; the others bind each value of a row, of 32,766 (SQLite) or 65,535 (MySQL) at
/// most. Bytes count too: MariaDB refuses packets above 16 MiB when not told otherwise.
pub(crate) fn batches<T>(rows: Vec<T>, backend: DbBackend, size: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    const BYTES: usize = 4 << 20;
    let most = if backend == DbBackend::Postgres { 10_000 } else { 1_000 };
    let mut batches: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let size = size(&row);
        match batches.last_mut() {
            Some(batch) if batch.len() < most && bytes + size <= BYTES => {
                bytes += size;
                batch.push(row);
            }
            _ => {
                bytes = size;
                batches.push(vec![row]);
            }
        }
    }
    batches
}

/// Bytes of JSON as text.
pub(crate) fn json_size(json: Option<&Json>) -> usize {
    json.map_or(0, |json| json.to_string().len())
}
