//! Rows of COPY's binary format: <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format".

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::{
    PLACE,
    lines::{Line, compact},
};
use crate::AdapterError;

/// What the first message begins with.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Fields of a row.
const FIELDS: i16 = 7;
/// Start of the year 2000, which PostgreSQL counts from, in microseconds since 1970.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// The rows of a message. The server sends each in a message of its own, the header with the first and the trailer with the
/// last or alone; nothing here relies on more than that no row is cut in two.
pub(super) fn lines_in(message: &[u8]) -> impl Iterator<Item = Result<Line<'_>, AdapterError>> {
    let mut rest = Fields(message);
    if message.starts_with(SIGNATURE) {
        rest.skip_header();
    }
    std::iter::from_fn(move || rest.line().transpose().map(|line| line.map_err(unreadable)))
}

fn unreadable(what: String) -> AdapterError {
    PLACE.while_reading("exporting readings")(DbErr::Type(what))
}

/// What is left of a message.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The signature, flags, and an extension with its length before it.
    fn skip_header(&mut self) {
        let _ = self.take(SIGNATURE.len() + 4);
        let length = self.number(i32::from_be_bytes).ok().and_then(|length| usize::try_from(length).ok());
        let _ = self.take(length.unwrap_or_default());
    }

    /// The next row; none at the end of the message or of all.
    fn line(&mut self) -> Result<Option<Line<'a>>, String> {
        if self.0.is_empty() {
            return Ok(None);
        }
        match self.number(i16::from_be_bytes)? {
            -1 => return Ok(None),
            FIELDS => {}
            other => return Err(format!("a row has {other} fields instead of {FIELDS}")),
        }
        Ok(Some(Line {
            at: self.field()?.ok_or_else(|| missing("timestamp")).and_then(time)?,
            sensor_id: self.field()?.ok_or_else(|| missing("sensor_id")).and_then(text)?.into(),
            sensor_type: self.field()?.map(text).transpose()?.map(Into::into),
            value: self.field()?.ok_or_else(|| missing("value")).and_then(double)?,
            unit: self.field()?.map(text).transpose()?.map(Into::into),
            quality: self.field()?.map(double).transpose()?,
            metadata: self.field()?.map(text).transpose()?.map(compact),
        }))
    }

    /// The next field; none for NULL.
    fn field(&mut self) -> Result<Option<&'a [u8]>, String> {
        match self.number(i32::from_be_bytes)? {
            -1 => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| cut())?).map(Some),
        }
    }

    fn number<const BYTES: usize, N>(&mut self, read: fn([u8; BYTES]) -> N) -> Result<N, String> {
        self.take(BYTES).and_then(|bytes| bytes.try_into().map(read).map_err(|_| cut()))
    }

    fn take(&mut self, bytes: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or_else(cut)?;
        self.0 = rest;
        Ok(taken)
    }
}

fn cut() -> String {
    "a message of COPY ends within a row".to_owned()
}

fn missing(column: &str) -> String {
    format!("{column} is NULL")
}

fn time(bytes: &[u8]) -> Result<DateTime<Utc>, String> {
    let micros = bytes.try_into().map(i64::from_be_bytes).map_err(|_| cut())?;
    let at = micros.checked_add(EPOCH_MICROS).and_then(DateTime::from_timestamp_micros);
    at.ok_or_else(|| "a timestamp is infinite".to_owned())
}

fn double(bytes: &[u8]) -> Result<f64, String> {
    bytes.try_into().map(f64::from_be_bytes).map_err(|_| cut())
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    str::from_utf8(bytes).map_err(|error| error.to_string())
}
