//! Reads the status of plugins, one and in pages.

use entity::plugins::{
    PluginStatus,
    plugin_status::{Column, Entity},
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};

use super::{PLACE, StatusFilter, StatusRepository};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> StatusRepository<'_, C> {
    /// The status of a plugin.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when it never ran; failures of the database.
    pub async fn get(&self, plugin_id: &str) -> Result<PluginStatus, AdapterError> {
        self.find(plugin_id).await?.ok_or_else(|| PLACE.not_found(&plugin_id))
    }

    /// The status of a plugin, if it ever ran.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, plugin_id: &str) -> Result<Option<PluginStatus>, AdapterError> {
        Entity::find_by_id(plugin_id).one(self.db).await.map_err(PLACE.while_reading("looking a status up"))
    }

    /// A page of the plugins that match, those that reported last first. What needs attention:
    /// `StatusFilter::new().failing()`.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(
        &self,
        filter: &StatusFilter,
        request: &PageRequest<String>,
    ) -> Result<Page<PluginStatus, String>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let columns = (Column::UpdatedAt, Column::PluginId);
        let failed = PLACE.while_reading("listing status");
        request.read(self.db, query, columns, failed, |one| (one.updated_at.to_utc(), one.plugin_id.clone())).await
    }
}
