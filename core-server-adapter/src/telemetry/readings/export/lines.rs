//! Readings as lines of CSV.

use std::{borrow::Cow, io};

use chrono::{DateTime, SecondsFormat, Utc};
use csv::{Writer, WriterBuilder};
use sea_orm::{FromQueryResult, prelude::Json};

use super::{CHUNK, CsvChunk};
use crate::{
    AdapterError,
    page::{Cursor, Direction},
};

/// Bytes of a line, about.
const LINE: usize = 80;

/// What a line is made of.
pub(super) struct Line<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) sensor_id: Cow<'a, str>,
    pub(super) sensor_type: Option<Cow<'a, str>>,
    pub(super) value: f64,
    pub(super) unit: Option<Cow<'a, str>>,
    pub(super) quality: Option<f64>,
    /// JSON, compact.
    pub(super) metadata: Option<String>,
}

/// A row of the query for a line.
#[derive(FromQueryResult)]
pub(super) struct Row {
    timestamp: DateTime<Utc>,
    sensor_id: String,
    sensor_type: Option<String>,
    value: f64,
    unit: Option<String>,
    quality: Option<f64>,
    sensor_metadata: Option<String>,
}

impl<'a> From<&'a Row> for Line<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            at: row.timestamp,
            sensor_id: row.sensor_id.as_str().into(),
            sensor_type: row.sensor_type.as_deref().map(Into::into),
            value: row.value,
            unit: row.unit.as_deref().map(Into::into),
            quality: row.quality,
            metadata: row.sensor_metadata.as_deref().map(compact),
        }
    }
}

/// JSON as every backend gives it: compact, and numbers as doubles where they are not integers. What is nested too deep to be
/// read, as only another program can have written it, stays as the database writes it.
pub(super) fn compact(json: &str) -> String {
    serde_json::from_str(json).map_or_else(|_| json.to_owned(), |json: Json| json.to_string())
}

/// Lines that wait to be given.
pub(super) struct Lines {
    writer: Writer<Vec<u8>>,
    rows: usize,
    /// Time and sensor of the last line.
    last: (DateTime<Utc>, String),
    /// That time as text: sensors are often read at the same moments.
    last_time: String,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { writer: writer(), rows: 0, last: (DateTime::UNIX_EPOCH, String::new()), last_time: String::new() }
    }

    pub(super) fn push(&mut self, line: &Line<'_>) -> Result<(), AdapterError> {
        if self.last.0 != line.at || self.last_time.is_empty() {
            self.last_time = line.at.to_rfc3339_opts(SecondsFormat::Micros, true);
            self.last.0 = line.at;
        }
        line.sensor_id.as_ref().clone_into(&mut self.last.1);
        self.rows += 1;
        let fields = (
            self.last_time.as_str(),
            line.sensor_id.as_ref(),
            line.sensor_type.as_deref(),
            unsigned_zero(line.value),
            line.unit.as_deref(),
            line.quality.map(unsigned_zero),
            line.metadata.as_deref(),
        );
        self.writer.serialize(fields).map_err(|error| AdapterError::Output(error.into()))
    }

    /// The lines so far, when they are enough to be given.
    pub(super) fn cut_if_full(&mut self) -> Result<Option<CsvChunk>, AdapterError> {
        if self.rows < CHUNK { Ok(None) } else { self.cut() }
    }

    /// The lines so far, if there are any.
    pub(super) fn cut(&mut self) -> Result<Option<CsvChunk>, AdapterError> {
        if self.rows == 0 {
            return Ok(None);
        }
        let full = std::mem::replace(&mut self.writer, writer());
        let bytes = full.into_inner().map_err(|error| AdapterError::Output(io::Error::from(error.error().kind())))?;
        let rows = std::mem::take(&mut self.rows) as u64;
        let (at, id) = self.last.clone();
        Ok(Some(CsvChunk { bytes, rows, position: Cursor { direction: Direction::Newer, at, id } }))
    }
}

/// Not every server keeps the sign of a zero (SQLite, MariaDB from 10.11.19 on): no export has it.
fn unsigned_zero(number: f64) -> f64 {
    // Minus zero plus zero is zero; every other number stays as it is.
    number + 0.0
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().has_headers(false).from_writer(Vec::with_capacity(CHUNK * LINE))
}
