//! Readings as CSV, however many: incremental, and in the memory of a few rows.
//!
//! An export goes by time and sensor, and says where it ended; the next one goes on from there. Readings that are written
//! later for a time before that place are not in it: leave a margin by ending the period before now, or begin the next
//! export earlier and let the reader drop what it has.
//!
//! The bytes are the same on every backend, because the lines are made here ([`lines`]). What differs is how rows arrive:
//!
//! - [`copy`]: a pool of PostgreSQL or TimescaleDB sends them by COPY, at the speed of psql's `\copy`;
//! - within a transaction, whose session SeaORM keeps to itself, and on the other backends they are rows of a query.

mod copy;
mod lines;
mod tuples;

use std::{any::Any, io};

use entity::telemetry::sensor_reading::{self, Column};
use futures_util::{Stream, StreamExt, TryStreamExt};
use migration_timescale::Dialect;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, QuerySelect, QueryTrait, Select, StreamTrait, sea_query::ExprTrait,
};
use serde::Serialize;

use self::lines::{Lines, Row};
use super::{PLACE, ReadingCursor, ReadingFilter, ReadingRepository};
use crate::{AdapterError, Pool, condition::column, pool::driver, readable, telemetry::readings::list::oldest_first};

/// The first line of a CSV file of readings, with its line end. Times are RFC 3339 in UTC with microseconds; numbers the
/// shortest that give the same double, with a decimal point (`1.0`) or an exponent (`1e300`, `1e-7`), zero without a sign;
/// what is not there an empty field; JSON compact. Fields with a comma, a quote or a line break are quoted, and quotes in
/// them doubled.
pub const CSV_HEADER: &str = "timestamp,sensor_id,sensor_type,value,unit,quality,sensor_metadata\n";

/// Rows that are given together.
const CHUNK: usize = 1_000;

/// Some lines of CSV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvChunk {
    /// Whole lines, without the header.
    pub bytes: Vec<u8>,
    /// How many readings: one with a line break in it takes several lines.
    pub rows: u64,
    /// Where to go on after them.
    pub position: ReadingCursor,
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Readings.
    pub rows: u64,
    /// Where to go on next time: behind the last reading, or where this export began when there was none.
    pub position: Option<ReadingCursor>,
}

impl<'db, C: ConnectionTrait + StreamTrait + 'static> ReadingRepository<'db, C> {
    /// The readings that match as CSV, oldest first, beyond a place if one is given: some lines at a time, and with them the
    /// place to go on from. The stream holds one session until it ends or is dropped; PostgreSQL's session is closed when it
    /// is dropped before its end, and the pool opens another.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream).
    pub async fn stream_csv(
        &self,
        filter: &ReadingFilter,
        beyond: Option<&ReadingCursor>,
    ) -> Result<impl Stream<Item = Result<CsvChunk, AdapterError>> + Send + use<'db, C>, AdapterError> {
        let failed = |error| PLACE.while_reading("exporting readings")(error);
        let db: &dyn Any = self.db;
        let (connection, address) = match db.downcast_ref::<Pool>() {
            Some(pool) => {
                let (connection, address) = pool.source().await.map_err(failed)?;
                (Some(connection), address)
            }
            None => (db.downcast_ref::<DatabaseConnection>().cloned(), None),
        };
        if let Some(driver) = connection.as_ref().and_then(driver)
            && let Some(sql) = copy::sql(filter, beyond)?
        {
            return Ok(copy::chunks(driver.clone(), address, sql).left_stream());
        }
        let backend = ConnectionTrait::get_database_backend(self.db);
        let statement = query(filter, beyond, backend)?.build(backend);
        let rows = self.db.stream_raw(statement).await.map_err(failed)?;
        let rows = readable::stream(rows, PLACE, readable::by_name::<Row>).map_err(failed);
        let chunks = rows.try_chunks(CHUNK).map_err(|interrupted| interrupted.1).and_then(async |rows| {
            let mut lines = Lines::new();
            for row in &rows {
                lines.push(&row.into())?;
            }
            lines.cut()
        });
        // `try_chunks` gives no empty ones.
        Ok(chunks.try_filter_map(async |chunk| Ok(chunk)).right_stream())
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

/// What lines are made of: the columns of the header, JSON as the database writes it.
fn query(
    filter: &ReadingFilter,
    beyond: Option<&ReadingCursor>,
    backend: DbBackend,
) -> Result<Select<sensor_reading::Entity>, AdapterError> {
    let text = match Dialect::of(backend) {
        Dialect::Postgres | Dialect::Sqlite => "text",
        Dialect::MySql => "char",
    };
    let query = oldest_first(filter, beyond)?.select_only().columns([
        Column::Timestamp,
        Column::SensorId,
        Column::SensorType,
        Column::Value,
        Column::Unit,
        Column::Quality,
    ]);
    Ok(query.expr_as(column(Column::SensorMetadata).cast_as(text), Column::SensorMetadata))
}
