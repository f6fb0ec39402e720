//! Raises and reads alerts.

use entity::analytics::{
    Alert,
    alert::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TransactionSession, TransactionTrait};

use super::{AlertFilter, AlertRepository, NewAlert, PLACE};
use crate::{AdapterError, Page, PageRequest, batch::batches, rows::insert_numbered, transaction};

impl<C: ConnectionTrait> AlertRepository<'_, C> {
    /// Raises one alert, new; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when there is an alert of its id;
    /// - failures of the database.
    pub async fn raise(&self, alert: &NewAlert) -> Result<Alert, AdapterError> {
        insert_numbered(self.db, alert.row()?, Column::Id).await.map_err(PLACE.while_doing("raising an alert"))
    }

    /// The alert of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, alert_id: &str) -> Result<Alert, AdapterError> {
        self.find(alert_id).await?.ok_or_else(|| PLACE.not_found(&alert_id))
    }

    /// The alert of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, alert_id: &str) -> Result<Option<Alert>, AdapterError> {
        let found = Entity::find().filter(Column::AlertId.eq(alert_id)).one(self.db).await;
        found.map_err(PLACE.while_reading("looking an alert up"))
    }

    /// A page of the alerts that match, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &AlertFilter,
        request: &PageRequest<i64>,
    ) -> Result<Page<Alert, i64>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let (columns, failed) = ((Column::Timestamp, Column::Id), PLACE.while_reading("listing alerts"));
        request.read(self.db, query, columns, failed, |alert| (alert.timestamp.to_utc(), alert.id)).await
    }
}

impl<C: ConnectionTrait + TransactionTrait> AlertRepository<'_, C> {
    /// Raises all of the alerts or none: in a transaction of its own, or a savepoint of the caller's. Gives their ids in the
    /// same order.
    ///
    /// # Errors
    ///
    /// As [`raise`](Self::raise); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn raise_many(&self, alerts: &[NewAlert]) -> Result<Vec<String>, AdapterError> {
        let failed = || PLACE.while_doing("raising alerts");
        let row = |(number, alert): (usize, &NewAlert)| {
            alert.row().map(|row| (alert.size(), row)).map_err(|error| error.in_row(number))
        };
        let rows: Vec<_> = alerts.iter().enumerate().map(row).collect::<Result<_, _>>()?;
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        for mut batch in batches(rows, self.db.get_database_backend(), |(size, _)| *size) {
            // Each value is bound, of which PostgreSQL takes 65,535.
            while !batch.is_empty() {
                let rest = batch.split_off(batch.len().min(1_000));
                let insert = Entity::insert_many(batch.into_iter().map(|(_, row)| row));
                insert.exec_without_returning(&transaction).await.map_err(failed())?;
                batch = rest;
            }
        }
        transaction.commit().await.map_err(failed())?;
        Ok(alerts.iter().map(|alert| alert.alert_id.clone()).collect())
    }
}
