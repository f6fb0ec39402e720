//! Readings in pages and as streams.

use chrono::{DateTime, Utc};
use entity::telemetry::{
    SensorReading,
    sensor_reading::{self, Column},
};
use futures_util::{Stream, TryStreamExt};
use sea_orm::{ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QueryTrait, Select, StreamTrait};

use super::{PLACE, ReadingFilter, ReadingRepository, decode};
use crate::{
    AdapterError, Page, PageRequest,
    page::{Cursor, Direction},
    readable,
};

/// A place among readings: a time and a sensor. As text it can be kept, to go on from there.
pub type ReadingCursor = Cursor<String>;

impl Cursor<String> {
    /// What is newer than this reading: the next page up, or where a stream or an export goes on.
    pub fn after_reading(reading: &SensorReading) -> Self {
        Self { direction: Direction::Newer, at: reading.timestamp.to_utc(), id: reading.sensor_id.clone() }
    }

    /// What is older than this reading.
    pub fn before_reading(reading: &SensorReading) -> Self {
        Self { direction: Direction::Older, ..Self::after_reading(reading) }
    }
}

impl<C: ConnectionTrait> ReadingRepository<'_, C> {
    /// A page of the readings that match, newest first. Those outside a band, for example:
    ///
    /// ```no_run
    /// # async fn example(telemetry: core_server_adapter::telemetry::Telemetry) -> Result<(), Box<dyn std::error::Error>> {
    /// use core_server_adapter::{
    ///     PageRequest,
    ///     telemetry::{Band, ReadingFilter},
    /// };
    ///
    /// let outliers = ReadingFilter::new().sensor("bearing-7").band(Band::Outside { low: 10.0, high: 90.0 });
    /// let page = telemetry.readings().list(&outliers, &PageRequest::first(100)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Following [`Page::next`] visits every reading that matched at the start exactly once, while others are written.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`] or a band that is none; failures of
    /// the database.
    pub async fn list(
        &self,
        filter: &ReadingFilter,
        request: &PageRequest<String>,
    ) -> Result<Page<SensorReading, String>, AdapterError> {
        request.check()?;
        let query = sensor_reading::Entity::find().filter(filter.checked(PLACE)?.condition()?);
        let order = (Column::Timestamp, Column::SensorId);
        let key = |reading: &SensorReading| (DateTime::<Utc>::from(reading.timestamp), reading.sensor_id.clone());
        request.read_by(self.db, query, order, PLACE.while_reading("listing readings"), key, decode).await
    }
}

impl<'db, C: ConnectionTrait + StreamTrait> ReadingRepository<'db, C> {
    /// The readings that match, oldest first, beyond a place if one is given.
    ///
    /// Rows come from the database as they are used: any number takes the same memory. The stream holds one session, of a
    /// pool or the transaction's, until it ends or is dropped. A reading that cannot be read, as only another program can
    /// have written it, is left out, and the log tells which column it was.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a band that is none; failures of the database, here or in the stream.
    pub async fn stream(
        &self,
        filter: &ReadingFilter,
        beyond: Option<&ReadingCursor>,
    ) -> Result<impl Stream<Item = Result<SensorReading, AdapterError>> + Send + use<'db, C>, AdapterError> {
        let statement = oldest_first(filter, beyond)?.build(ConnectionTrait::get_database_backend(self.db));
        let rows = self.db.stream_raw(statement).await.map_err(PLACE.while_reading("reading readings"))?;
        Ok(readable::stream(rows, PLACE, decode).map_err(|error| PLACE.while_reading("reading readings")(error)))
    }
}

/// The readings that match, oldest first, beyond a place if one is given.
pub(super) fn oldest_first(
    filter: &ReadingFilter,
    beyond: Option<&ReadingCursor>,
) -> Result<Select<sensor_reading::Entity>, AdapterError> {
    let mut query = sensor_reading::Entity::find().filter(filter.checked(PLACE)?.condition()?);
    if let Some(cursor) = beyond {
        query = query.filter(cursor.beyond(Column::Timestamp, Column::SensorId));
    }
    Ok(query.order_by(Column::Timestamp, Order::Asc).order_by(Column::SensorId, Order::Asc))
}
