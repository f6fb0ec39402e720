//! Raises alerts, one or many, and reads one.

use std::mem::take;

use entity::vision::{
    Alert,
    alert::{ActiveModel, Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement, TransactionTrait};

use super::{AlertRepository, NewAlert, PLACE};
use crate::{
    AdapterError,
    batch::{self, Bulk, OnExisting, arrays, json_size},
    error::Place,
    rows::insert_numbered,
};

impl<C: ConnectionTrait> AlertRepository<'_, C> {
    /// Raises one alert, pending; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::Unregistered`] when there is no such event or rule;
    /// - failures of the database.
    pub async fn raise(&self, alert: &NewAlert) -> Result<Alert, AdapterError> {
        let row = row(alert.checked()?);
        insert_numbered(self.db, row, Column::Id).await.map_err(PLACE.while_doing("raising an alert"))
    }

    /// The alert of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: i64) -> Result<Alert, AdapterError> {
        let found = Entity::find().filter(Column::Id.eq(id)).one(self.db).await;
        found.map_err(PLACE.while_reading("looking an alert up"))?.ok_or_else(|| PLACE.not_found(&id))
    }
}

impl<C: ConnectionTrait + TransactionTrait + 'static> AlertRepository<'_, C> {
    /// Raises all of the alerts or none: in a transaction of its own, or a savepoint of the caller's. Gives their number.
    ///
    /// # Errors
    ///
    /// As [`raise`](Self::raise); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn raise_many(&self, alerts: &[NewAlert]) -> Result<u64, AdapterError> {
        batch::write_all(self.db, alerts, NewAlert::checked).await
    }
}

impl Bulk for NewAlert {
    type Row = ActiveModel;
    type Key = ();

    const PLACE: Place = PLACE;
    const DOING: &'static str = "raising alerts";

    fn key(&self) {}

    fn size(&self) -> usize {
        200 + json_size(self.channels.as_ref()) + json_size(self.details.as_ref())
    }

    fn row(self) -> ActiveModel {
        row(self)
    }

    fn arrays(mut batch: Vec<Self>, _existing: OnExisting) -> Statement {
        let (sql, values) = arrays::insert("alerts", COLUMNS, &mut batch);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

// Its number, that it is pending and its version are the database's.
arrays::columns!(NewAlert => ActiveModel, one {
    event_id: whole = one.event_id;
    rule_id: optional_whole = one.rule_id;
    severity: label "alert_severity" = one.severity;
    channels: optional_json = one.channels.take();
    details: optional_json = one.details.take();
    dedup_key: optional_text = take(&mut one.dedup_key);
    created_at: moment = one.created_at;
    updated_at: moment = one.created_at;
});
