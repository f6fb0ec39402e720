//! Reads anomalies in pages.

use entity::twin::{
    Anomaly,
    anomaly::{self, Column},
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::{AnomalyFilter, AnomalyRepository, PLACE};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> AnomalyRepository<'_, C> {
    /// A page of the anomalies that match, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &AnomalyFilter,
        request: &PageRequest<i64>,
    ) -> Result<Page<Anomaly, i64>, AdapterError> {
        let query = anomaly::Entity::find().filter(filter.checked(PLACE)?.condition());
        let columns = (Column::Timestamp, Column::Id);
        let failed = PLACE.while_reading("listing anomalies");
        request.read(self.db, query, columns, failed, |anomaly| (anomaly.timestamp.to_utc(), anomaly.id)).await
    }
}
