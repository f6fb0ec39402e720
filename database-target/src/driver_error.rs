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

/// What it means that the connection ended in the middle, where that is what happened: the driver only counts bytes.
pub fn cut_off(error: &DbErr) -> Option<&'static str> {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match sqlx_error(error)? {
        sqlx::Error::Io(io)
            if matches!(io.kind(), UnexpectedEof | BrokenPipe | ConnectionReset | ConnectionAborted) =>
        {
            Some(
                "the connection was closed from the other side: the server was restarted, the session ended by somebody, \
                 or a time limit of the server or of a pooler in between ran out",
            )
        }
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
