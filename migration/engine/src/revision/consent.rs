//! Consent to delete rows.
//!
//! A `down()` that drops a table calls [`may_drop_rows`]. It refuses while the table holds rows, unless the person running
//! the command has agreed (`--yes`, or yes at the prompt of `fresh`, `refresh` and `reset`).

use std::future::Future;

use migration_timescale::{Question, question::is_answered};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, TransactionSession, TransactionTrait};
use sea_orm_migration::SchemaManager;

/// Statement of PostgreSQL, for a transaction: what reads, changes or deletes rows then fails where a policy of row-level
/// security hides some from this user. Without it they would be left out without a word.
pub const EVERY_ROW: &str = "SET LOCAL row_security = off";

tokio::task_local! {
    static CONSENT: ();
}

/// Runs `work` with the consent to delete rows.
pub async fn with_consent<F: Future>(consent: bool, work: F) -> F::Output {
    if consent { CONSENT.scope((), work).await } else { work.await }
}

/// Whether the person running the command agreed to delete rows.
pub(crate) fn is_agreed() -> bool {
    // Who is recorded has everyone's consent: what is asked for it counts as a question.
    let _ = is_answered();
    CONSENT.try_with(|()| ()).is_ok()
}

/// Refuses when `table` holds rows and nobody agreed to delete them.
pub async fn may_drop_rows(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    if is_agreed() || !holds_rows(manager.get_connection(), table).await? {
        return Ok(());
    }
    Err(DbErr::Migration(format!(
        "table {table} holds rows, and reverting the revision that created it would delete them; \
         save them first, then run the command with --yes"
    )))
}

/// Whether `table` has at least one row. An error where row-level security may hide rows from this user.
pub async fn holds_rows<C: ConnectionTrait + TransactionTrait>(db: &C, table: &str) -> Result<bool, DbErr> {
    let backend = db.get_database_backend();
    let quoted = crate::sql::quote(backend, table);
    let sql = format!("SELECT 1 FROM {quoted} LIMIT 1");
    let question = Question::reading(sql, [], |row| Ok(row.is_some()), |known| known.may_hold_rows());
    if backend != DbBackend::Postgres || is_answered() {
        return question.ask(db).await;
    }
    let look = db.begin().await?;
    look.execute_unprepared(EVERY_ROW).await?;
    let found = question.ask(&look).await?;
    look.commit().await?;
    Ok(found)
}
