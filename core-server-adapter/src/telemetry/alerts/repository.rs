//! Raises and reads anomaly alerts.

use chrono::{DateTime, Utc};
use entity::telemetry::{
    AnomalyAlert,
    anomaly_alert::{self, Column},
};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter, TransactionSession, TransactionTrait};
use uuid::Uuid;

use super::{AnomalyAlertFilter, AnomalyAlertRepository, NewAnomalyAlert, PLACE};
use crate::{AdapterError, Page, PageRequest, batch::batches, rows::insert, transaction};

/// What is written, in this order.
pub(super) const COLUMNS: [Column; 11] = [
    Column::Id,
    Column::SensorId,
    Column::AnomalyType,
    Column::Severity,
    Column::Confidence,
    Column::Description,
    Column::Evidence,
    Column::RecommendedActions,
    Column::Status,
    Column::CreatedAt,
    Column::UpdatedAt,
];

impl<C: ConnectionTrait> AnomalyAlertRepository<'_, C> {
    /// Raises one alert, open; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::Unregistered`] when the sensor is not registered;
    /// - failures of the database.
    pub async fn raise(&self, alert: &NewAnomalyAlert) -> Result<AnomalyAlert, AdapterError> {
        alert.validate()?;
        let id = Uuid::now_v7();
        write(self.db, vec![(id, alert.clone())]).await?;
        self.get(id).await
    }

    /// The alert of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: Uuid) -> Result<AnomalyAlert, AdapterError> {
        self.find(id).await?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// The alert of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, id: Uuid) -> Result<Option<AnomalyAlert>, AdapterError> {
        anomaly_alert::Entity::find_by_id(id)
            .one(self.db)
            .await
            .map_err(PLACE.while_reading("looking an anomaly alert up"))
    }

    /// A page of the alerts that match, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &AnomalyAlertFilter,
        request: &PageRequest,
    ) -> Result<Page<AnomalyAlert>, AdapterError> {
        let query = anomaly_alert::Entity::find().filter(filter.checked(PLACE)?.condition());
        let order = (Column::CreatedAt, Column::Id);
        let key = |alert: &AnomalyAlert| (DateTime::<Utc>::from(alert.created_at), alert.id);
        request.read(self.db, query, order, PLACE.while_reading("listing anomaly alerts"), key).await
    }
}

impl<C: ConnectionTrait + TransactionTrait> AnomalyAlertRepository<'_, C> {
    /// Raises all of the alerts or none: in a transaction of its own, or a savepoint of the caller's. Gives their ids in the
    /// same order.
    ///
    /// # Errors
    ///
    /// As [`raise`](Self::raise); [`AdapterError::InvalidValue`] tells the row, counted from 0.
    pub async fn raise_many(&self, alerts: &[NewAnomalyAlert]) -> Result<Vec<Uuid>, AdapterError> {
        let failed = || PLACE.while_doing("raising anomaly alerts");
        for (row, alert) in alerts.iter().enumerate() {
            alert.validate().map_err(|error| error.in_row(row))?;
        }
        let with_id: Vec<_> = alerts.iter().map(|alert| (Uuid::now_v7(), alert.clone())).collect();
        let ids = with_id.iter().map(|(id, _)| *id).collect();
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        for mut batch in batches(with_id, self.db.get_database_backend(), |(_, alert)| alert.size()) {
            // Each value is bound, of which PostgreSQL takes 65,535.
            while !batch.is_empty() {
                let rest = batch.split_off(batch.len().min(1_000));
                write(&transaction, batch).await?;
                batch = rest;
            }
        }
        transaction.commit().await.map_err(failed())?;
        Ok(ids)
    }
}

async fn write<C: ConnectionTrait>(db: &C, alerts: Vec<(Uuid, NewAnomalyAlert)>) -> Result<(), AdapterError> {
    let failed = |error: DbErr| PLACE.while_doing("raising anomaly alerts")(error);
    let backend = db.get_database_backend();
    let rows: Vec<_> =
        alerts.into_iter().map(|(id, alert)| alert.into_values(id, backend)).collect::<Result<_, _>>()?;
    let statement = insert(anomaly_alert::Entity, COLUMNS, rows).map_err(failed)?;
    db.execute(&statement).await.map(drop).map_err(failed)
}
