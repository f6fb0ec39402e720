//! Registers and changes plugins.

use entity::plugins::{
    Plugin,
    plugin::{Column, Entity},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryTrait,
    sea_query::{Expr, OnConflict},
};

use super::{NewPlugin, PLACE, PluginRepository};
use crate::{AdapterError, rows::committed, value::now};

/// What an update changes.
const UPDATED: [Column; 6] =
    [Column::Name, Column::Version, Column::Description, Column::Category, Column::Config, Column::UpdatedAt];

impl<C: ConnectionTrait> PluginRepository<'_, C> {
    /// Registers a plugin, unless one of its `plugin_id` is there; gives the one that is registered now.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidValue`] for a value the schema does not allow; failures of the database.
    pub async fn register(&self, new: &NewPlugin) -> Result<Plugin, AdapterError> {
        let skip = OnConflict::column(Column::PluginId).do_nothing_on([Column::PluginId]).to_owned();
        self.write(new, skip, "registering a plugin").await
    }

    /// Registers a plugin, or brings the one of its `plugin_id` up to date: name, version, description, category and
    /// configuration, as when a new version is installed. Whether it runs stays as it is. Gives it as it is now.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub async fn update(&self, new: &NewPlugin) -> Result<Plugin, AdapterError> {
        let update = OnConflict::column(Column::PluginId).update_columns(UPDATED).to_owned();
        self.write(new, update, "updating a plugin").await
    }

    /// Lets a plugin run, or not; gives it as it is now.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is no such plugin; failures of the database.
    pub async fn set_enabled(&self, plugin_id: &str, enabled: bool) -> Result<Plugin, AdapterError> {
        Entity::update_many()
            .col_expr(Column::Enabled, Expr::val(enabled))
            .col_expr(Column::UpdatedAt, Expr::val(now()))
            .filter(Column::PluginId.eq(plugin_id))
            .exec(self.db)
            .await
            .map_err(PLACE.while_doing("changing a plugin"))?;
        self.get(plugin_id).await
    }

    async fn write(&self, new: &NewPlugin, existing: OnConflict, doing: &'static str) -> Result<Plugin, AdapterError> {
        new.validate()?;
        let backend = self.db.get_database_backend();
        let insert = Entity::insert(new.clone().into_row().into_active_model()).on_conflict(existing);
        self.db.execute_raw(insert.build(backend)).await.map_err(PLACE.while_doing(doing))?;
        // Another program may have registered it since the transaction began.
        let stored = committed(Entity::find().filter(Column::PluginId.eq(new.plugin_id())), backend);
        let stored = stored.one(self.db).await.map_err(PLACE.while_doing(doing))?;
        stored.ok_or_else(|| PLACE.not_found(&new.plugin_id()))
    }
}
