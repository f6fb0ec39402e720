//! The one error type. `Display` says what is wrong and what to do next; the cause, where there is one, is the source.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::sqlstate::{self, Kind};

/// Anything that keeps the adapter from doing what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdapterError {
    /// The database URL cannot be used.
    #[error(transparent)]
    InvalidUrl(#[from] database_target::InvalidUrl),
    /// A setting cannot be used as it is.
    #[error("{setting} {reason}")]
    InvalidConfig {
        /// Which one.
        setting: Cow<'static, str>,
        /// What is wrong with it, without its secrets, and what to do.
        reason: String,
    },
    /// No connection: unreachable, refused, missing database, wrong password.
    #[error("cannot connect to {target}: {reason}; {remedy}")]
    Connect {
        /// The URL without its password.
        target: String,
        /// What the server or the network said.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// The schema is older than this program, or not there at all.
    #[error(
        "the schema of area {area} is older than this program: revision {revision} is not applied ({found}); \
         run `{command}` on this database"
    )]
    SchemaOutdated {
        /// The area.
        area: &'static str,
        /// The revision the adapter was built for.
        revision: &'static str,
        /// What is there instead.
        found: String,
        /// The command that corrects it.
        command: &'static str,
    },
    /// A tenant was asked for, and this table would show the rows of all.
    #[error("{table} {reason}")]
    NotSeparated {
        /// The table; the database where there is none.
        table: String,
        /// Why it would, and what to do.
        reason: &'static str,
    },
    /// A value that the schema does not allow; the database was not asked.
    #[error("{area}: {table}.{column} {reason}{}", .row.map(|row| format!(" (row {row})")).unwrap_or_default())]
    InvalidValue {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Position in the list that was to be written, from 0; none for a single one.
        row: Option<usize>,
        /// What is wrong with the value and what is allowed.
        reason: String,
    },
    /// A page, period or band that cannot be asked for.
    #[error("{parameter} {reason}")]
    InvalidPage {
        /// `cursor`, `limit`, `period` or what else was asked for.
        parameter: &'static str,
        /// What is wrong with it and what is allowed.
        reason: String,
    },
    /// No row of that id.
    #[error("{area}: no row of {table} has the id {id}; look for it with `list`, or use `find` if it may be absent")]
    NotFound {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// The id.
        id: String,
    },
    /// A resolved alarm was to be acknowledged.
    #[error(
        "{area}: {table} {id} was resolved at {resolved_at} and can no longer be acknowledged; raise a new one if it is back"
    )]
    AlreadyResolved {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// The id.
        id: String,
        /// When it was resolved, RFC 3339; `an unknown time` when the row does not say.
        resolved_at: String,
    },
    /// A change that a row in this state does not allow; nothing was changed.
    #[error("{area}: {table} {id} is {status} and {reason}")]
    NotAllowed {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// The id.
        id: String,
        /// The state it is in.
        status: String,
        /// The state it cannot get, and from which states one can.
        reason: String,
    },
    /// Somebody else changed the row since the caller read it; nothing was changed.
    #[error(
        "{area}: {table} {id} was changed since it was read: its version is {found}, not {expected}; read it again and decide anew"
    )]
    ChangedMeanwhile {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// The id.
        id: String,
        /// The version that the caller had read.
        expected: i32,
        /// The version it has now.
        found: i32,
    },
    /// The row refers to one that does not exist, such as a sensor or a plugin that is not registered.
    #[error("{area}: {table} refers to a row that does not exist ({rule}); add that one first")]
    Unregistered {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// Name of the foreign key, as far as it is known.
        rule: String,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// A refresh would remove what nothing is left to make from; this summary and those made of it were not changed.
    #[error(
        "{area}: readings of that time are gone, and refreshing {summary} would lose what it holds of them: its {bucket}; refresh a time \
         without that bucket"
    )]
    SummaryWouldShrink {
        /// The area.
        area: &'static str,
        /// The summary.
        summary: &'static str,
        /// The first bucket that would get smaller: its begin, its sensor, what it counts and what is left.
        bucket: String,
    },
    /// Other bytes were written while these were read.
    #[error("{area}: {table} {id} was written anew while it was read; read it again")]
    Replaced {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// The id.
        id: String,
    },
    /// What was to be written could not be read from where it came.
    #[error(
        "what was to be written could not be read to its end, and nothing was changed; see to its file or connection and try again"
    )]
    Input(#[source] std::io::Error),
    /// What was read could not be written to where it was to go.
    #[error("the export could not be written; see to its file or connection and go on from the last position")]
    Output(#[source] std::io::Error),
    /// A row of that key exists.
    #[error(
        "{area}: {table} has a row of this key already{}; leave its id out, or write only what is new",
        .row.map(|row| format!(" (row {row})")).unwrap_or_default()
    )]
    AlreadyExists {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// Position in the list that was to be written, from 0; none for a single one, and where it is not known.
        row: Option<usize>,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// The database refused a value that the adapter let through: its rules are stricter than the adapter knows.
    #[error("{area}: a rule of {table} refused the row ({rule}); update the adapter if the schema is newer")]
    Refused {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// Name of the constraint, or the kind of rule.
        rule: String,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// The database, its file or the transaction may only be read.
    #[error("{area}: {table} cannot be written, the database is read-only; {}", sqlstate::writable(.source))]
    ReadOnly {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// The user of the database may not do that: one of the read-only role wanted to write, for example.
    #[error(
        "{area}: this user of the database has no right to {table}, needed while {doing}; connect as a member of the area's \
         read-write role (`migration roles`), one of the read-only role only reads"
    )]
    MissingRight {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// Others were in the way (lock, deadlock, serialization, time limit, no free session); nothing was changed.
    #[error("{area}: {}, while {doing} in {table}; nothing was changed, try again", sqlstate::reason(.source))]
    Busy {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// The session ended in the middle. A write is done or not: only a look at the table tells.
    #[error(
        "{area}: the session ended while {doing} in {table}: {}; {}",
        sqlstate::reason(.source),
        if *.may_have_written { "look whether it was done before it is tried again" } else { "nothing was changed, try again" }
    )]
    SessionEnded {
        /// Whether it was in the middle of a write.
        may_have_written: bool,
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// What was being done.
        doing: &'static str,
        /// What the database or the driver said.
        #[source]
        source: DbErr,
    },
    /// An earlier failure in the same transaction ended it: any on PostgreSQL, a deadlock on MySQL. Nothing of it is kept.
    /// (MariaDB also tells it of a change of the schema that failed, before which the server had committed.)
    #[error(
        "{area}: an earlier error ended this transaction, so nothing more is done in it ({doing} in {table}); roll it back and \
         begin another"
    )]
    TransactionOver {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
    /// A handle for reading from the replica was to write; nothing was changed.
    #[error(
        "{area}: this handle reads from the replica and does not write ({doing} in {table}); use the handle that it was made of"
    )]
    OnReplica {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// What was being done.
        doing: &'static str,
    },
    /// Areas that were to be in one transaction have no place in it.
    #[error("area {area} cannot be part of this transaction: {reason}")]
    NotTogether {
        /// The area.
        area: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// Any other failure of the database.
    #[error("{area}: the database failed while {doing} in {table}; see its log")]
    Database {
        /// The area.
        area: &'static str,
        /// The table.
        table: &'static str,
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: DbErr,
    },
}

impl AdapterError {
    /// Whether the same call may succeed a moment later: others were in the way, or the session or the server is gone.
    ///
    /// Repeat a call at once only if nothing was written, [`may_have_written`](Self::may_have_written); a write that can be
    /// repeated in any case is one with an id of the caller's, such as
    /// [`raise_missing`](crate::alarms::AlarmRepository::raise_missing).
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::SessionEnded { .. } | Self::Connect { .. })
    }

    /// Whether it is not known if the call wrote: the session ended in the middle of a write. After every other error
    /// nothing was changed.
    pub fn may_have_written(&self) -> bool {
        matches!(self, Self::SessionEnded { may_have_written: true, .. })
    }

    /// Whose matter the error is, as HTTP has it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidValue { .. } | Self::InvalidPage { .. } | Self::Refused { .. } | Self::Unregistered { .. } => {
                ErrorKind::Invalid
            }
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::AlreadyResolved { .. }
            | Self::NotAllowed { .. }
            | Self::AlreadyExists { .. }
            | Self::Replaced { .. }
            | Self::ChangedMeanwhile { .. }
            | Self::SummaryWouldShrink { .. } => ErrorKind::Conflict,
            Self::Busy { .. } | Self::SessionEnded { .. } | Self::Connect { .. } => ErrorKind::Unavailable,
            Self::InvalidUrl(_)
            | Self::InvalidConfig { .. }
            | Self::SchemaOutdated { .. }
            | Self::NotSeparated { .. }
            | Self::Input(_)
            | Self::Output(_)
            | Self::ReadOnly { .. }
            | Self::MissingRight { .. }
            | Self::TransactionOver { .. }
            | Self::OnReplica { .. }
            | Self::NotTogether { .. }
            | Self::Database { .. } => ErrorKind::Internal,
        }
    }

    /// What a client may be told. It names values that the client sent, fields and ids, and nothing of the server, its users
    /// or its SQL; [`on_one_line`](Self::on_one_line) is for the log.
    pub fn for_clients(&self) -> String {
        match self.kind() {
            ErrorKind::Unavailable if self.may_have_written() => {
                "the database went away; look whether it was done before you try again".to_owned()
            }
            ErrorKind::Unavailable => "the database is busy or away; try again".to_owned(),
            ErrorKind::Internal => "an error of the server; its log has the reason".to_owned(),
            ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::Conflict => match self {
                // What else it says is for whoever writes the program.
                Self::NotFound { area, table, id } => format!("{area}: no row of {table} has the id {id}"),
                error => error.to_string(),
            },
        }
    }

    /// The same error about one row of many, counted from 0: for rows that are checked one by one, as by
    /// [`NewAlarm::try_from`](crate::alarms::NewAlarm).
    #[must_use]
    pub fn in_row(mut self, position: usize) -> Self {
        if let Self::InvalidValue { row, .. } | Self::AlreadyExists { row, .. } = &mut self {
            *row = Some(position);
        }
        self
    }

    /// The error and its causes on one line, each said once.
    pub fn on_one_line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            // What the driver says of that is how many bytes it wanted.
            if error.downcast_ref().and_then(sqlstate::cut_off).is_some() {
                break;
            }
            let text = error.to_string();
            if !line.contains(&text) {
                line = format!("{line}: {text}");
            }
            cause = error.source();
        }
        line.replace('\n', " ")
    }
}

/// Whose matter an error is.
///
/// | kind | HTTP | errors |
/// |-|-|-|
/// | `Invalid` | 422 | `InvalidValue`, `InvalidPage`, `Refused`, `Unregistered` |
/// | `NotFound` | 404 | `NotFound` |
/// | `Conflict` | 409 | `AlreadyResolved`, `NotAllowed`, `AlreadyExists`, `Replaced`, `ChangedMeanwhile`, `SummaryWouldShrink` |
/// | `Unavailable` | 503 | `Busy`, `SessionEnded`, `Connect` |
/// | `Internal` | 500 | every other |
///
/// ```
/// use core_server_adapter::{AdapterError, ErrorKind, alarms::AnomalyScore};
///
/// let error: AdapterError = AnomalyScore::new(1.5).unwrap_err();
/// assert_eq!((error.kind(), error.kind().http_status()), (ErrorKind::Invalid, 422));
/// assert!(error.for_clients().contains("anomaly_score is 1.5"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller gave a value or a page that is not allowed.
    Invalid,
    /// What the caller named does not exist.
    NotFound,
    /// The row is in a state that does not allow it, or exists already.
    Conflict,
    /// Not now: others are in the way, or the database is away.
    Unavailable,
    /// The program, its configuration or the database is not as it should be.
    Internal,
}

impl ErrorKind {
    /// The status code of HTTP.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Invalid => 422,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }
}

/// What a pool says in place of the driver: SeaORM's traits have no errors but the driver's.
#[derive(Debug, thiserror::Error)]
enum Instead {
    /// The first use found the database unfit.
    #[error(transparent)]
    NotReady(AdapterError),
    #[error("this handle reads from the replica and does not write")]
    OnReplica,
    #[error("the server has ended the transaction")]
    Over,
}

/// The error of a gate, for the statement that asked it first.
pub(crate) fn not_ready(error: AdapterError) -> DbErr {
    match error {
        AdapterError::MissingRight { source, .. }
        | AdapterError::Busy { source, .. }
        | AdapterError::SessionEnded { source, .. }
        | AdapterError::TransactionOver { source, .. }
        | AdapterError::Database { source, .. } => source,
        error => instead(Instead::NotReady(error)),
    }
}

/// A write by a handle for reading.
pub(crate) fn on_replica() -> DbErr {
    instead(Instead::OnReplica)
}

/// A statement in a transaction that the server has ended.
pub(crate) fn over() -> DbErr {
    instead(Instead::Over)
}

fn instead(error: Instead) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(sqlx::Error::Configuration(Box::new(error)).into()))
}

impl Instead {
    /// What it is about that table.
    fn about(error: &DbErr, place: Place, doing: &'static str) -> Option<AdapterError> {
        let Some(sqlx::Error::Configuration(inner)) = sqlstate::sqlx_error(error) else { return None };
        match inner.downcast_ref()? {
            Self::OnReplica => Some(AdapterError::OnReplica { area: place.area, table: place.table, doing }),
            Self::NotReady(AdapterError::SchemaOutdated { area, revision, found, command }) => {
                Some(AdapterError::SchemaOutdated { area, revision, found: found.clone(), command })
            }
            Self::NotReady(AdapterError::NotSeparated { table, reason }) => {
                Some(AdapterError::NotSeparated { table: table.clone(), reason })
            }
            Self::NotReady(_) | Self::Over => None,
        }
    }

    fn is_over(error: &DbErr) -> bool {
        let Some(sqlx::Error::Configuration(inner)) = sqlstate::sqlx_error(error) else { return false };
        matches!(inner.downcast_ref(), Some(Self::Over))
    }
}

/// A table of an area, for the errors about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) area: &'static str,
    pub(crate) table: &'static str,
}

impl Place {
    /// For `map_err`: a database error with what was being done, which may have written.
    pub(crate) fn while_doing(self, doing: &'static str) -> impl FnOnce(DbErr) -> AdapterError {
        self.failed(doing, true)
    }

    /// The same of what only reads.
    pub(crate) fn while_reading(self, doing: &'static str) -> impl FnOnce(DbErr) -> AdapterError {
        self.failed(doing, false)
    }

    fn failed(self, doing: &'static str, may_have_written: bool) -> impl FnOnce(DbErr) -> AdapterError {
        move |source| {
            let Self { area, table } = self;
            if let Some(error) = Instead::about(&source, self, doing) {
                return error;
            }
            match sqlstate::kind(&source) {
                _ if Instead::is_over(&source) => AdapterError::TransactionOver { area, table, doing, source },
                Kind::Duplicate => AdapterError::AlreadyExists { area, table, row: None, source },
                Kind::Refused(_) if !may_have_written => AdapterError::InvalidPage {
                    parameter: "what was asked for",
                    reason: format!("has a value that no row of {table} can have, a NUL for example ({doing})"),
                },
                Kind::Refused(rule) => AdapterError::Refused { area, table, rule, source },
                Kind::Unregistered(rule) => AdapterError::Unregistered { area, table, rule, source },
                Kind::ReadOnly => AdapterError::ReadOnly { area, table, source },
                Kind::MissingRight => AdapterError::MissingRight { area, table, doing, source },
                Kind::Busy(_) => AdapterError::Busy { area, table, doing, source },
                Kind::Ended(_) => AdapterError::SessionEnded { may_have_written, area, table, doing, source },
                Kind::Over => AdapterError::TransactionOver { area, table, doing, source },
                Kind::Other => AdapterError::Database { area, table, doing, source },
            }
        }
    }

    pub(crate) fn invalid(self, column: &'static str, reason: impl Into<String>) -> AdapterError {
        let Self { area, table } = self;
        AdapterError::InvalidValue { area, table, column, row: None, reason: reason.into() }
    }

    pub(crate) fn not_found(self, id: &impl ToString) -> AdapterError {
        AdapterError::NotFound { area: self.area, table: self.table, id: id.to_string() }
    }

    pub(crate) fn already_resolved(self, id: &impl ToString, at: Option<DateTime<Utc>>) -> AdapterError {
        AdapterError::AlreadyResolved {
            area: self.area,
            table: self.table,
            id: id.to_string(),
            resolved_at: at.map_or_else(|| "an unknown time".to_owned(), |at| at.to_rfc3339()),
        }
    }
}
