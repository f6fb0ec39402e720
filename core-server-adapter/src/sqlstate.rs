//! What kind of database error a [`DbErr`] is: by code, never by message. Messages change with language and version, and
//! TimescaleDB names the keys of its chunks by itself (`<n>_<m>_alarms_pkey`).

pub(crate) use database_target::driver_error::{code, cut_off, sqlx_error};
use sea_orm::{
    DbErr,
    sqlx::{
        self,
        error::{DatabaseError, ErrorKind},
        mysql::MySqlDatabaseError,
        postgres::{PgDatabaseError, PgSeverity},
        sqlite::SqliteError,
    },
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
    /// The user may not do it.
    MissingRight,
    /// Lock, deadlock, serialization failure, time limit, no free session: which of these.
    Busy(&'static str),
    /// The session ended: why, where it is known.
    Ended(&'static str),
    /// An earlier error ended the transaction.
    Over,
    /// Anything else.
    Other,
}

/// PostgreSQL's code for what it cannot do.
pub(crate) const NOT_SUPPORTED: &str = "0A000";

const IN_THE_WAY: &str = "another transaction was in the way";
const LOCKED: &str = "another transaction kept a lock for too long";
const TIME_LIMIT: &str = "the statement was cancelled, or took longer than it may";
const NO_SESSION: &str = "no session was free in time, or the server cannot be reached (max_connections \
     here limits how many sessions there are, and so do the limits of the server, the database and the user)";

/// What was in the way, or why the session ended.
pub(crate) fn reason(error: &DbErr) -> &'static str {
    match kind(error) {
        Kind::Busy(reason) | Kind::Ended(reason) => reason,
        _ => IN_THE_WAY,
    }
}

/// Whether the server ended the transaction for another one.
pub(crate) fn is_in_the_way(error: &DbErr) -> bool {
    matches!(kind(error), Kind::Busy(IN_THE_WAY))
}

/// Whether the session ended before the statement did.
pub(crate) fn is_ended(error: &DbErr) -> bool {
    matches!(kind(error), Kind::Ended(_))
}

/// Whether no session was to be had: the server is away, or has none left.
pub(crate) fn is_unreachable(error: &DbErr) -> bool {
    matches!(kind(error), Kind::Busy(NO_SESSION)) || matches!(sqlx_error(error), Some(sqlx::Error::Io(_)))
}

/// What to do where nothing can be written.
pub(crate) fn writable(error: &DbErr) -> &'static str {
    match sqlx_error(error) {
        Some(sqlx::Error::Database(database)) if database.try_downcast_ref::<SqliteError>().is_some() => {
            "make the file and its folder writable, and open it without mode=ro"
        }
        _ => "connect to the primary, or switch read-only off for the server, the database and this user",
    }
}

pub(crate) fn kind(error: &DbErr) -> Kind {
    if matches!(error, DbErr::ConnectionAcquire(_)) || matches!(sqlx_error(error), Some(sqlx::Error::PoolTimedOut)) {
        return Kind::Busy(NO_SESSION);
    }
    if let Some(reason) = cut_off(error) {
        return Kind::Ended(reason);
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
            1205 => Kind::Busy(LOCKED),
            1213 => Kind::Busy(IN_THE_WAY),
            1969 | 3024 => Kind::Busy(TIME_LIMIT), // MariaDB, MySQL
            1040 | 1203 | 1226 => Kind::Busy(NO_SESSION),
            1053 | 1927 | 4031 => Kind::Ended("the server ended it"), // shutdown, killed, idle
            1290 | 1792 | 1836 => Kind::ReadOnly,
            1044 | 1142 | 1143 | 1227 | 1370 => Kind::MissingRight,
            1264 | 1265 | 1366 | 1406 => refused("type, range or length"),
            _ => Kind::Other,
        };
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // The low byte is the result code, the rest its extension.
        return match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(5 | 6) => Kind::Busy(LOCKED),
            Ok(8) => Kind::ReadOnly,
            Ok(19 | 20) => refused("a constraint"),
            _ => Kind::Other,
        };
    }
    // What poolers say, in words of their own, when they close a session or have none of the server.
    let is_fatal =
        error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| error.severity() == PgSeverity::Fatal);
    if is_fatal && code.starts_with("08") {
        return Kind::Ended("the pooler or the server closed it");
    }
    match &*code {
        "40001" | "40P01" => Kind::Busy(IN_THE_WAY), // serialization, deadlock
        "55P03" => Kind::Busy(LOCKED),
        "57014" => Kind::Busy(TIME_LIMIT),
        "53300" => Kind::Busy(NO_SESSION),
        "25P03" | "57P05" => Kind::Ended("it was idle for longer than the server allows"),
        "25P04" => Kind::Ended("its transaction took longer than the server allows"),
        "57P01" | "57P02" | "57P03" => Kind::Ended("the server ended it"),
        "25006" => Kind::ReadOnly,
        "25P02" => Kind::Over,
        "42501" => Kind::MissingRight,
        "22P02" | "22001" | "22003" | "22007" | "22008" | "22P05" | "22021" => refused("type, range or length"),
        _ => Kind::Other,
    }
}
