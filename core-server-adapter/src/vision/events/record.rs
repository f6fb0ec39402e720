//! Records events, one or many, and what they were made of.

use std::mem::take;

use entity::vision::{
    Event,
    event::{ActiveModel, Column},
    event_detection,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, Statement,
    TransactionSession, TransactionTrait,
};

use super::{EventRepository, NewEvent, PLACE};
use crate::{
    AdapterError,
    batch::{self, Bulk, OnExisting, arrays},
    error::Place,
    rows::insert_numbered,
    transaction,
};

/// For errors.
const LINKS: Place = Place { area: crate::vision::AREA, table: "event_detections" };
/// Detections in one statement.
const MOST_LINKS: usize = 5_000;

impl<C: ConnectionTrait> EventRepository<'_, C> {
    /// Records one event; gives it as it is stored: its times to the microsecond, in UTC. Nobody has looked at it yet.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::Unregistered`] when the camera is not registered;
    /// - failures of the database.
    pub async fn record(&self, event: &NewEvent) -> Result<Event, AdapterError> {
        let row = row(event.checked()?);
        insert_numbered(self.db, row, Column::Id).await.map_err(PLACE.while_doing("recording an event"))
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> EventRepository<'_, C> {
    /// Records all of the events or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`record`](Self::record); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn record_many(&self, events: &[NewEvent]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, events, NewEvent::checked).await
    }

    /// Says of which detections an event was made, behind those that it has; all of them or none. Where detections are cut
    /// by time, whether there are such is not asked.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::Unregistered`] when there is no such event;
    /// - [`AdapterError::AlreadyExists`] when it has one of them already;
    /// - failures of the database.
    pub async fn add_detections(&self, event: i64, detections: &[i64]) -> Result<(), AdapterError> {
        use event_detection::{ActiveModel, Column, Entity};

        let failed = || LINKS.while_doing("adding detections to an event");
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        let last = Entity::find()
            .select_only()
            .expr_as(Column::Place.max(), "place")
            .filter(Column::EventId.eq(event))
            .into_tuple::<Option<i32>>();
        let last = last.one(&transaction).await.map_err(failed())?.flatten();
        let places = last.map_or(0, |place| place + 1)..;
        let rows: Vec<ActiveModel> = places
            .zip(detections)
            .map(|(place, id)| ActiveModel { event_id: Set(event), detection_id: Set(*id), place: Set(place) })
            .collect();
        for rows in rows.chunks(MOST_LINKS) {
            let insert = Entity::insert_many(rows.iter().cloned());
            insert.exec_without_returning(&transaction).await.map_err(failed())?;
        }
        transaction.commit().await.map_err(failed())
    }
}

impl Bulk for NewEvent {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "recording events";

    fn key(&self) {}

    fn size(&self) -> usize {
        let texts = [&self.summary, &self.reasoning, &self.object_types, &self.llm_prompt];
        250 + texts.into_iter().flatten().map(String::len).sum::<usize>()
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("events", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

// Its number, and that nobody has looked at it, are the database's.
arrays::columns!(NewEvent => ActiveModel, one {
    camera_id: whole = one.camera_id;
    batch_id: text = take(&mut one.batch_id);
    started_at: moment = one.started_at;
    ended_at: optional_moment = one.ended_at;
    risk: optional_count = one.risk;
    summary: optional_text = one.summary.take();
    reasoning: optional_text = one.reasoning.take();
    object_types: optional_text = one.object_types.take();
    clip_path: optional_text = one.clip_path.take();
    llm_prompt: optional_text = one.llm_prompt.take();
});
