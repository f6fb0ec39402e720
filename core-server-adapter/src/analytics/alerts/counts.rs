//! Counts alerts by severity and status.

use entity::analytics::{
    AlertSeverity, AlertStatus,
    alert::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};

use super::{AlertFilter, AlertRepository, PLACE};
use crate::AdapterError;

/// How many alerts have this severity and status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, FromQueryResult)]
pub struct AlertCount {
    /// The severity.
    pub severity: AlertSeverity,
    /// The status.
    pub status: AlertStatus,
    /// How many; never 0.
    pub count: i64,
}

impl<C: ConnectionTrait> AlertRepository<'_, C> {
    /// How many alerts match, by severity and status, in the order of both.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn counts(&self, filter: &AlertFilter) -> Result<Vec<AlertCount>, AdapterError> {
        let query = Entity::find()
            .select_only()
            .columns([Column::Severity, Column::Status])
            .column_as(Column::Id.count(), "count")
            .filter(filter.checked(PLACE)?.condition())
            .group_by(Column::Severity)
            .group_by(Column::Status);
        let mut counts: Vec<AlertCount> =
            query.into_model().all(self.db).await.map_err(PLACE.while_reading("counting alerts"))?;
        counts.sort_by_key(|one| (one.severity as u8, one.status as u8));
        Ok(counts)
    }
}
