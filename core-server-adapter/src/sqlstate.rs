//! What kind of database error a [`DbErr`] is: by code, never by message. Messages change with language and version, and
//! TimescaleDB names the keys of its chunks by itself (`<n>_<m>_alarms_pkey`).

pub(crate) use database_target::driver_error::{code, sqlx_error};
use sea_orm::{
    DbErr,
    sqlx::{self, error::DatabaseError, error::ErrorKind, mysql::MySqlDatabaseError, sqlite::SqliteError},
};

/// The kinds that callers treat differently.
pub(crate) enum Kind {
    /// Unique or primary key.
    Duplicate,
    /// Check, NOT NULL, enum label, length or range; with the constraint's name, as far as it is known.
    Refused(String),
    /// Foreign key; with its name, as far as it is known.
    Unregistered(String),
    /// The database, the file or the transaction may not write.
    ReadOnly,
    /// Lock, deadlock, serialization failure, time limit, no free session.
    Busy,
    /// Anything else.
    Other,
}

pub(crate) fn kind(error: &DbErr) -> Kind {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return Kind::Busy;
    }
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else { return Kind::Other };
    let name = |rule: &str| database.constraint().unwrap_or(rule).to_owned();
    match database.kind() {
        ErrorKind::UniqueViolation => Kind::Duplicate,
        ErrorKind::CheckViolation => Kind::Refused(name("a check")),
        ErrorKind::NotNullViolation => Kind::Refused(name("NOT NULL")),
        ErrorKind::ForeignKeyViolation => Kind::Unregistered(name("a foreign key")),
        _ => by_code(database.as_ref()),
    }
}

fn by_code(error: &dyn DatabaseError) -> Kind {
    let refused = |rule: &str| Kind::Refused(rule.to_owned());
    if let Some(mysql) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return match mysql.number() {
            1205 | 1213 | 1969 | 3024 => Kind::Busy, // lock wait, deadlock, statement time (MariaDB, MySQL)
            1290 | 1792 | 1836 => Kind::ReadOnly,
            1264 | 1265 | 1366 | 1406 => refused("type, range or length"),
            _ => Kind::Other,
        };
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // The low byte is the result code, the rest its extension.
        return match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(5 | 6) => Kind::Busy,
            Ok(8) => Kind::ReadOnly,
            Ok(19 | 20) => refused("a constraint"),
            _ => Kind::Other,
        };
    }
    match &*code {
        // serialization, deadlock, lock not available, time limit, too many connections
        "40001" | "40P01" | "55P03" | "57014" | "53300" => Kind::Busy,
        "25006" => Kind::ReadOnly,
        "22P02" | "22001" | "22003" | "22007" | "22008" | "22P05" | "22021" => refused("type, range or length"),
        _ => Kind::Other,
    }
}
