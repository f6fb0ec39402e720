//! Reads events, one and in pages.

use entity::vision::{
    Event,
    event::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{EventFilter, EventRepository, PLACE};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> EventRepository<'_, C> {
    /// The event of this id, also when it is deleted.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: i64) -> Result<Event, AdapterError> {
        let found = Entity::find().filter(Column::Id.eq(id)).one(self.db).await;
        found.map_err(PLACE.while_reading("looking an event up"))?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// A page of the events that match, those that began last first.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`];
    /// - [`AdapterError::InvalidValue`] for a filter with a NUL;
    /// - failures of the database.
    pub async fn list(
        &self,
        filter: &EventFilter,
        request: &PageRequest<i64>,
    ) -> Result<Page<Event, i64>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition(self.db.get_database_backend()));
        let (columns, failed) = ((Column::StartedAt, Column::Id), PLACE.while_reading("listing events"));
        request.read(self.db, query, columns, failed, |event| (event.started_at.to_utc(), event.id)).await
    }
}
