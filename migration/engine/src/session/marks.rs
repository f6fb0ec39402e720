//! The transaction around a revision, and whether it is still the same at the end: a revision is foreign code, and may end
//! it.

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use crate::sql::sqlstate;

/// Asked for by [`CHECK`], and never set.
const ENDED: &str = "migration_engine.transaction_was_ended";
/// A setting of the transaction goes with it, and leaves what `SET TRANSACTION` may do alone, which a savepoint would not.
const MARK: &str = "SET LOCAL migration_engine.transaction = 'open'";
/// A block of PL/pgSQL could say more, and would take three times as long.
const CHECK: &str = "SELECT CASE WHEN pg_catalog.current_setting('migration_engine.transaction', true) = 'open' THEN '' \
     ELSE pg_catalog.current_setting('migration_engine.transaction_was_ended') END";

/// Statements that mark a transaction that was just begun, and that fail in another one or in none. None on MySQL, where
/// every change of a table ends the transaction.
pub(crate) struct Marks {
    pub mark: &'static str,
    pub check: &'static str,
}

pub(crate) const SQLITE: Marks =
    Marks { mark: "SAVEPOINT migration_engine", check: "RELEASE migration_engine; SAVEPOINT migration_engine" };

/// MySQL: begins a transaction that can tell whether a statement ended it.
pub(crate) const MYSQL_BEGIN: &str = "BEGIN; SAVEPOINT migration_engine";

pub(crate) fn marks(backend: DbBackend) -> Option<Marks> {
    match Dialect::of(backend) {
        Dialect::Postgres => Some(Marks { mark: MARK, check: CHECK }),
        Dialect::MySql => None,
        Dialect::Sqlite => Some(SQLITE),
    }
}

/// Marks a transaction that was just begun.
pub(crate) async fn mark<C: ConnectionTrait>(transaction: &C) -> Result<(), DbErr> {
    match marks(transaction.get_database_backend()) {
        Some(marks) => transaction.execute_unprepared(marks.mark).await.map(drop),
        None => Ok(()),
    }
}

/// An error when the transaction is not the one that was marked.
pub(crate) async fn check<C: ConnectionTrait>(transaction: &C) -> Result<(), DbErr> {
    match marks(transaction.get_database_backend()) {
        Some(marks) => transaction.execute_unprepared(marks.check).await.map(drop),
        None => Ok(()),
    }
}

/// MySQL: rolls the transaction back to its beginning. False when a statement had ended it, as every change of an object
/// does.
pub(crate) async fn rolls_back_as_a_whole<C: ConnectionTrait>(transaction: &C) -> bool {
    transaction.execute_unprepared("ROLLBACK TO migration_engine").await.is_ok()
}

/// Whether it is this that failed: [`check`] on PostgreSQL.
fn says_ended(error: &DbErr) -> bool {
    sqlstate::code(error).as_deref() == Some("42704") && error.to_string().contains(ENDED)
}

/// What it is that failed, for people.
pub(crate) fn in_words(error: DbErr) -> DbErr {
    if says_ended(&error) {
        return DbErr::Migration("the transaction is not the one that was begun for the revision".to_owned());
    }
    error
}

/// Whether it is [`check`] that failed, at the head of statements that end the transaction. The failure of a commit may end
/// it too, so on SQLite the code has to be that of a savepoint that is not there.
pub(crate) async fn was_over<C: ConnectionTrait>(transaction: &C, error: &DbErr) -> bool {
    says_ended(error)
        || transaction.get_database_backend() == DbBackend::Sqlite
            && sqlstate::code(error).as_deref() == Some("1")
            && is_over(transaction, error).await
}

/// Whether the transaction in which this error came up is not the one that was marked. PostgreSQL says something else where
/// a statement failed in it and it can only be rolled back.
pub(crate) async fn is_over<C: ConnectionTrait>(transaction: &C, error: &DbErr) -> bool {
    says_ended(error)
        || match (Dialect::of(transaction.get_database_backend()), check(transaction).await) {
            (Dialect::Postgres, Err(error)) => says_ended(&error),
            (Dialect::Postgres | Dialect::MySql | Dialect::Sqlite, checked) => {
                checked.is_err_and(|error| sqlstate::is_from_server(&error))
            }
        }
}
