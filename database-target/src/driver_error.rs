//! What the driver said, inside what SeaORM says.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The driver's error, where there is one.
pub fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner.as_ref()),
        _ => None,
    }
}

/// The SQLSTATE (PostgreSQL, MySQL) or result code (SQLite), when the database sent one. Messages change with language and
/// version; codes do not.
pub fn code(error: &DbErr) -> Option<String> {
    match sqlx_error(error)? {
        sqlx::Error::Database(database) => database.code().map(std::borrow::Cow::into_owned),
        _ => None,
    }
}
