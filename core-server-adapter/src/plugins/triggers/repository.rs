//! Records and reads the history of alerts.

use entity::plugins::{
    AlertTrigger,
    alert_trigger::{Column, Entity},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{NewTrigger, PLACE, TriggerFilter, TriggerRepository};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> TriggerRepository<'_, C> {
    /// Records a look at an alert; gives it as it is stored: its time to the microsecond, in UTC. Whether there is such an
    /// alert is not asked.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::AlreadyExists`] when the alert has one of that moment;
    /// - failures of the database.
    pub async fn record(&self, trigger: &NewTrigger) -> Result<AlertTrigger, AdapterError> {
        let row = trigger.clone().into_row()?;
        row.insert(self.db).await.map_err(PLACE.while_doing("recording a trigger"))
    }

    /// A page of the history of an alert, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        alert: Uuid,
        filter: &TriggerFilter,
        request: &PageRequest,
    ) -> Result<Page<AlertTrigger>, AdapterError> {
        let query = Entity::find().filter(Column::AlertId.eq(alert)).filter(filter.checked(PLACE)?.condition());
        let columns = (Column::Time, Column::AlertId);
        let failed = PLACE.while_reading("listing the history of an alert");
        request.read(self.db, query, columns, failed, |trigger| (trigger.time.to_utc(), trigger.alert_id)).await
    }
}
