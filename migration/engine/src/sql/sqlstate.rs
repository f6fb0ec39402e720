//! What kind of database error a [`DbErr`] is, by code and never by message.

pub use database_target::driver_error::code;
pub(crate) use database_target::driver_error::sqlx_error;
use sea_orm::{DbErr, sqlx};

/// A lock was not free within the time limit (PostgreSQL 55P03, MySQL 1205).
pub fn is_lock_timeout(error: &DbErr) -> bool {
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else { return false };
    match database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        Some(mysql) => mysql.number() == 1205,
        None => database.code().as_deref() == Some("55P03"),
    }
}

/// Two transactions were in each other's way, and this one was chosen to give up (PostgreSQL and MySQL 40001, 40P01).
pub fn is_deadlock(error: &DbErr) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01"))
}

/// What is to be made is there already, or what is to be dropped is gone: the answer to a statement that was given before.
pub fn is_done_already(error: &DbErr) -> bool {
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else { return false };
    match database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        Some(mysql) => matches!(
            mysql.number(),
            1007 | 1008 | 1050 | 1051 | 1054 | 1060 | 1061 | 1091 | 1146 | 1304 | 1305 | 1359 | 1360 | 1826
        ),
        None => matches!(
            database.code().as_deref(),
            Some("42P01" | "42P06" | "42P07" | "42701" | "42703" | "42704" | "42710" | "42723" | "42883")
        ),
    }
}

/// It cannot run inside a transaction (PostgreSQL 25001, of procedures 2D000, of TimescaleDB 0A000 as well).
pub fn wants_no_transaction(error: &DbErr) -> bool {
    matches!(code(error).as_deref(), Some("25001" | "2D000" | "0A000"))
}

/// The user has no right to do that (PostgreSQL 42501, MySQL 1044, 1142, 1143, 1227 and 1370).
pub fn is_missing_right(error: &DbErr) -> bool {
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else { return false };
    match database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        Some(mysql) => matches!(mysql.number(), 1044 | 1142 | 1143 | 1227 | 1370),
        None => database.code().as_deref() == Some("42501"),
    }
}

/// The database said it, as opposed to the network or the driver.
pub fn is_from_server(error: &DbErr) -> bool {
    matches!(sqlx_error(error), Some(sqlx::Error::Database(_)))
}

/// The statement was cancelled, by a signal or a time limit (PostgreSQL 57014).
pub fn is_canceled(error: &DbErr) -> bool {
    code(error).as_deref() == Some("57014")
}

/// The connection can still be used after that error: the database said it, or the revision itself.
pub fn still_answers(error: &DbErr) -> bool {
    match sqlx_error(error) {
        Some(sqlx::Error::Database(_)) => true,
        Some(_) => false,
        None => !matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)),
    }
}

/// The database or its file may only be read (PostgreSQL 25006, SQLite result code 8 and its extended forms, MySQL 1290,
/// 1792 and 1836).
pub fn is_read_only(error: &DbErr) -> bool {
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else { return false };
    if let Some(mysql) = database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        return matches!(mysql.number(), 1290 | 1792 | 1836);
    }
    let code = database.code().unwrap_or_default();
    match database.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
        Some(_) => code.parse::<u32>().is_ok_and(|number| number & 0xff == 8),
        None => code == "25006",
    }
}

/// What the database said, without the layers it came through; with detail and hint where PostgreSQL gives them.
pub fn message(error: &DbErr) -> String {
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else {
        if let Some(cut_off) = database_target::driver_error::cut_off(error) {
            return cut_off.to_owned();
        }
        return match error {
            DbErr::Migration(text) | DbErr::Custom(text) => text.clone(),
            other => other.to_string(),
        };
    };
    let postgres = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
    let more = postgres.into_iter().flat_map(|error| [error.detail(), error.hint()]).flatten();
    let right = is_missing_right(error).then_some("docs/operations.md lists the rights that each command needs");
    let unpacked = code(error).as_deref() == Some("53400") && database.message().contains("decompression limit");
    let unpacked = unpacked.then_some("change many rows of a columnstore with `revision::batch::BatchedUpdate`");
    // A detail that lists objects has a line for each.
    std::iter::once(database.message())
        .chain(more)
        .chain(right)
        .chain(unpacked)
        .collect::<Vec<_>>()
        .join("; ")
        .replace('\n', "; ")
}
