//! Reads plugins, one and in pages.

use entity::plugins::{
    Plugin,
    plugin::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{PLACE, PluginFilter, PluginRepository};
use crate::{AdapterError, Page, PageRequest};

impl<C: ConnectionTrait> PluginRepository<'_, C> {
    /// The plugin of this business key.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, plugin_id: &str) -> Result<Plugin, AdapterError> {
        self.find(plugin_id).await?.ok_or_else(|| PLACE.not_found(&plugin_id))
    }

    /// The plugin of this business key, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, plugin_id: &str) -> Result<Option<Plugin>, AdapterError> {
        Entity::find()
            .filter(Column::PluginId.eq(plugin_id))
            .one(self.db)
            .await
            .map_err(PLACE.while_reading("looking a plugin up"))
    }

    /// A page of the plugins that match, those registered last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(&self, filter: &PluginFilter, request: &PageRequest) -> Result<Page<Plugin>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let columns = (Column::CreatedAt, Column::Id);
        let failed = PLACE.while_reading("listing plugins");
        request.read(self.db, query, columns, failed, |plugin| (plugin.created_at.to_utc(), plugin.id)).await
    }
}
