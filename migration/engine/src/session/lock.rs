//! One runner at a time.
//!
//! The lock is polled and never waited for inside the database: a session that waits for an advisory lock holds a
//! snapshot, and `CREATE INDEX CONCURRENTLY` of the runner that has the lock would wait for it, for ever.
//! When the holder dies, its session or file handle goes, and the lock with it.

use migration_timescale::Dialect;
use std::{
    fs::{File, TryLockError},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::{EngineError, Target, session::interrupt};

const POLL: Duration = Duration::from_millis(100);

/// The right to change the schema; released by [`RunnerLock::release`], or with the connection.
#[derive(Debug)]
pub enum RunnerLock {
    /// An advisory lock of the session, PostgreSQL and MySQL.
    Session,
    /// A lock on a file beside the SQLite database.
    File(LockedFile),
    /// A database in memory: nobody else can see it.
    Private,
}

/// A file with a lock on it, which goes with this value.
///
/// Closing the file would not be enough: a program that this process starts has it open, too, until it is that program.
#[derive(Debug)]
pub struct LockedFile(File);

impl Drop for LockedFile {
    fn drop(&mut self) {
        // The lock of a file that cannot be unlocked goes with its last handle.
        let _ = self.0.unlock();
    }
}

/// What a lock is for. The two do not exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Changing the schema.
    Schema,
    /// [`maintain`](crate::operate::maintain), from beginning to end; it takes the other one too, for a moment at a time.
    Maintenance,
}

impl Purpose {
    /// What the lock is named after: the bookkeeping table, for the schema as it always was.
    fn subject(self, table: &str) -> String {
        match self {
            Self::Schema => table.to_owned(),
            Self::Maintenance => format!("{table}:maintenance"),
        }
    }

    fn file_suffix(self) -> &'static str {
        match self {
            Self::Schema => "-migrate.lock",
            Self::Maintenance => "-maintain.lock",
        }
    }
}

/// Takes the lock, polling for at most `wait`. `on_wait` is called once, with the holder, when it is not free at once.
pub async fn acquire(
    db: &DatabaseConnection,
    target: &Target,
    purpose: Purpose,
    table: &str,
    wait: Duration,
    on_wait: impl FnOnce(&str),
) -> Result<RunnerLock, EngineError> {
    let table = &purpose.subject(table);
    let started = Instant::now();
    let mut on_wait = Some(on_wait);
    loop {
        if let Some(lock) = attempt(db, target, purpose, table).await? {
            return Ok(lock);
        }
        let holder = holder(db, table).await;
        if let Some(tell) = on_wait.take() {
            tell(&holder);
        }
        if started.elapsed() >= wait {
            return Err(EngineError::RunnerBusy { waited_s: wait.as_secs(), holder });
        }
        interrupt::check()?;
        tokio::time::sleep(POLL).await;
    }
}

async fn attempt(
    db: &DatabaseConnection,
    target: &Target,
    purpose: Purpose,
    table: &str,
) -> Result<Option<RunnerLock>, EngineError> {
    let sql = match Dialect::of(target.backend()) {
        Dialect::Postgres => format!("SELECT pg_try_advisory_lock({}) AS locked", postgres_key(table)),
        Dialect::MySql => format!("SELECT GET_LOCK({}, 0) = 1 AS locked", mysql_name(table)),
        Dialect::Sqlite => return lock_file(target, purpose),
    };
    let row = db
        .query_one_raw(Statement::from_string(target.backend(), sql))
        .await
        .map_err(EngineError::while_doing("asking for the runner's lock"))?;
    let locked = match row {
        Some(row) => {
            row.try_get::<bool>("", "locked").map_err(EngineError::while_doing("reading the runner's lock"))?
        }
        None => false,
    };
    Ok(locked.then_some(RunnerLock::Session))
}

/// A file of its own: closing a second handle on the database file would drop SQLite's own POSIX locks.
fn lock_file(target: &Target, purpose: Purpose) -> Result<Option<RunnerLock>, EngineError> {
    let Some(database) = target.sqlite_file() else {
        return Ok(Some(RunnerLock::Private));
    };
    let mut path = database.into_os_string();
    path.push(purpose.file_suffix());
    let failed = |action, source| EngineError::File { action, path: path.to_string_lossy().into_owned(), source };
    let file = File::create(&path).map_err(|source| failed("cannot create", source))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(RunnerLock::File(LockedFile(file)))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(failed("cannot lock", source)),
    }
}

/// The key depends on database, schema and bookkeeping table: migrators that share none of it do not wait for each other.
fn postgres_key(table: &str) -> String {
    let table = migration_timescale::literal(table);
    format!(
        "hashtextextended('migration-engine:' || current_database() || ':' || current_schema() || ':' || {table}, 0)"
    )
}

fn mysql_name(table: &str) -> String {
    let table = table.replace(['\'', '\\'], "");
    format!("LEFT(CONCAT('migration:', SHA1(CONCAT(DATABASE(), ':{table}'))), 64)")
}

/// Who holds the lock, for the message; an answer that cannot be had is not an error.
async fn holder(db: &DatabaseConnection, table: &str) -> String {
    let unknown = "another process".to_owned();
    if db.get_database_backend() != DbBackend::Postgres {
        return unknown;
    }
    let key = postgres_key(table);
    let sql = format!(
        "SELECT format('pid %s, %s, connected %s', a.pid, nullif(a.application_name, ''), \
         to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')) AS holder \
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
         AND l.classid = (({key} >> 32) & 4294967295)::bigint::oid AND l.objid = ({key} & 4294967295)::bigint::oid"
    );
    match db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await {
        Ok(Some(row)) => row.try_get("", "holder").unwrap_or(unknown),
        _ => unknown,
    }
}

impl RunnerLock {
    /// Gives the lock back. That it was still there is what the answer says.
    pub async fn release(self, db: &DatabaseConnection, purpose: Purpose, table: &str) -> Result<(), EngineError> {
        let table = &purpose.subject(table);
        let sql = match (&self, Dialect::of(db.get_database_backend())) {
            (Self::Session, Dialect::Postgres) => {
                format!("SELECT pg_catalog.pg_advisory_unlock({}) AS held", postgres_key(table))
            }
            (Self::Session, Dialect::MySql) => format!("SELECT RELEASE_LOCK({}) <=> 1 AS held", mysql_name(table)),
            (Self::Session, Dialect::Sqlite) | (Self::File(_) | Self::Private, _) => return Ok(()),
        };
        let failed = || EngineError::while_doing("giving back the runner's lock");
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.map_err(failed())?;
        match row.map(|row| row.try_get::<bool>("", "held")).transpose().map_err(failed())? {
            Some(true) => Ok(()),
            _ => Err(EngineError::LockLost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that this process starts has such a copy of the handle for a moment.
    #[test]
    fn a_copy_of_the_handle_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("alarms.db").display());
        let target = Target::parse(&url, "a test").unwrap();
        let taken = |purpose| lock_file(&target, purpose).unwrap();
        let Some(RunnerLock::File(first)) = taken(Purpose::Maintenance) else { panic!("the lock is free") };
        let _copy = first.0.try_clone().unwrap();
        assert!(taken(Purpose::Maintenance).is_none(), "it is held");
        drop(first);
        assert!(taken(Purpose::Maintenance).is_some(), "it was given back");
    }
}
