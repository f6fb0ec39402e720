//! Readings as CSV, however many: incremental, and in the memory of a few rows.
//!
//! An export goes by time and sensor, and says where it ended; the next one goes on from there. Readings that are written
//! later for a time before that place are not in it: leave a margin by ending the period before now, or begin the next
//! export earlier and let the reader drop what it has.

use std::io;

use chrono::SecondsFormat;
use csv::WriterBuilder;
use entity::telemetry::SensorReading;
use futures_util::{Stream, StreamExt, TryStreamExt};
use sea_orm::{ConnectionTrait, StreamTrait};

use super::{ReadingCursor, ReadingFilter, ReadingRepository};
use crate::AdapterError;

/// The first line of a CSV file of readings, with its line end. Times are RFC 3339 in UTC with microseconds, numbers the
/// shortest that give the same double, what is not there an empty field, JSON compact; quotes are doubled.
pub const CSV_HEADER: &str = "timestamp,sensor_id,sensor_type,value,unit,quality,sensor_metadata\n";

/// Rows that are given together.
const CHUNK: usize = 1_000;

/// Some lines of CSV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvChunk {
    /// Whole lines, without the header.
    pub bytes: Vec<u8>,
    /// How many.
    pub rows: u64,
    /// Where to go on after them.
    pub position: ReadingCursor,
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Readings.
    pub rows: u64,
    /// Where to go on next time: behind the last reading, or where this export began when there was none.
    pub position: Option<ReadingCursor>,
}

impl<'db, C: ConnectionTrait + StreamTrait> ReadingRepository<'db, C> {
    /// The readings that match as CSV, oldest first, beyond a place if one is given: some lines at a time, and with them the
    /// place to go on from. The stream holds one session until it ends or is dropped.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub async fn stream_csv(
        &self,
        filter: &ReadingFilter,
        beyond: Option<&ReadingCursor>,
    ) -> Result<impl Stream<Item = Result<CsvChunk, AdapterError>> + Send + use<'db, C>, AdapterError> {
        let rows = self.stream(filter, beyond).await?;
        Ok(rows.try_chunks(CHUNK).map_err(|interrupted| interrupted.1).and_then(async |rows| chunk(&rows)))
    }

    /// Writes the readings that match as CSV, oldest first, beyond a place if one is given, without [`CSV_HEADER`].
    ///
    /// Writing blocks the calling task: right for a file, not for a slow peer, for which there is
    /// [`stream_csv`](Self::stream_csv).
    ///
    /// # Errors
    ///
    /// [`AdapterError::Output`] when `out` fails; otherwise as [`stream`](Self::stream). What was written until then is
    /// whole lines, if `out` took them whole.
    pub async fn write_csv<W: io::Write>(
        &self,
        filter: &ReadingFilter,
        beyond: Option<&ReadingCursor>,
        out: &mut W,
    ) -> Result<Exported, AdapterError> {
        let mut chunks = self.stream_csv(filter, beyond).await?.boxed();
        let mut exported = Exported { rows: 0, position: beyond.cloned() };
        while let Some(chunk) = chunks.try_next().await? {
            out.write_all(&chunk.bytes).map_err(AdapterError::Output)?;
            exported = Exported { rows: exported.rows + chunk.rows, position: Some(chunk.position) };
        }
        out.flush().map_err(AdapterError::Output)?;
        Ok(exported)
    }
}

fn chunk(rows: &[SensorReading]) -> Result<CsvChunk, AdapterError> {
    let mut writer = WriterBuilder::new().has_headers(false).from_writer(Vec::with_capacity(rows.len() * 80));
    for row in rows {
        write(&mut writer, row).map_err(|error| AdapterError::Output(error.into()))?;
    }
    let bytes = writer.into_inner().map_err(|error| AdapterError::Output(error.into_error()))?;
    // `try_chunks` gives no empty ones.
    let position = rows.last().map(ReadingCursor::after_reading).ok_or_else(|| {
        AdapterError::Output(io::Error::new(io::ErrorKind::UnexpectedEof, "a chunk of an export without rows"))
    })?;
    Ok(CsvChunk { bytes, rows: rows.len() as u64, position })
}

fn write(writer: &mut csv::Writer<Vec<u8>>, row: &SensorReading) -> csv::Result<()> {
    let at = row.timestamp.to_utc().to_rfc3339_opts(SecondsFormat::Micros, true);
    writer.serialize((
        at,
        &row.sensor_id,
        row.sensor_type.as_deref(),
        row.value,
        row.unit.as_deref(),
        row.quality,
        row.sensor_metadata.as_ref().map(ToString::to_string),
    ))
}
