//! Reads metrics in pages.

use entity::plugins::{
    PluginMetric,
    plugin_metric::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{MetricFilter, MetricRepository, PLACE};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> MetricRepository<'_, C> {
    /// A page of what a plugin measured, newest first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        plugin_id: &str,
        filter: &MetricFilter,
        request: &PageRequest<String>,
    ) -> Result<Page<PluginMetric, String>, AdapterError> {
        let query = Entity::find()
            .filter(Column::PluginId.eq(plugin_id))
            .filter(filter.checked(PLACE)?.condition(self.db.get_database_backend()));
        let columns = (Column::Time, Column::MetricName);
        let failed = PLACE.while_reading("listing metrics");
        request.read(self.db, query, columns, failed, |metric| (metric.time.to_utc(), metric.metric_name.clone())).await
    }
}
