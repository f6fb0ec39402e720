//! Reports how a run of a plugin ended.

use chrono::{DateTime, Utc};
use entity::plugins::{
    PluginHealth, PluginStatus,
    plugin_status::{ActiveModel, Column, Entity},
};
use migration_timescale::Dialect;
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryTrait,
    sea_query::{CaseStatement, Expr, OnConflict},
};

use super::{PLACE, StatusRepository};
use crate::{
    AdapterError,
    condition::label,
    plugins::ID_CHARACTERS,
    rows::committed,
    value::{long_text, moment, name, now},
};

/// How often in a row a plugin has to fail to be unhealthy.
pub const UNHEALTHY_AFTER: i32 = 3;

impl<C: ConnectionTrait> StatusRepository<'_, C> {
    /// A run that ended at this moment succeeded; gives the status as it is now: healthy. What its last failure said stays.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::Unregistered`] when the plugin is not registered;
    /// - failures of the database.
    pub async fn succeeded(&self, plugin_id: &str, at: impl Into<DateTime<Utc>>) -> Result<PluginStatus, AdapterError> {
        let at = moment(PLACE, "last_run", at.into())?.fixed_offset();
        let row = ActiveModel {
            last_run: Set(Some(at)),
            last_success: Set(Some(at)),
            health_status: Set(PluginHealth::Healthy),
            ..Default::default()
        };
        let changed = [Column::LastRun, Column::LastSuccess, Column::HealthStatus, Column::UpdatedAt];
        let update =
            OnConflict::column(Column::PluginId).update_columns(changed).value(Column::ConsecutiveErrors, 0).to_owned();
        self.report(plugin_id, row, update).await
    }

    /// A run that ended at this moment failed, with what it said, up to 65,535 bytes; gives the status as it is now:
    /// degraded, or unhealthy from [`UNHEALTHY_AFTER`] times in a row on. Of failures that are reported at once, none is lost.
    ///
    /// # Errors
    ///
    /// As [`succeeded`](Self::succeeded).
    pub async fn failed(
        &self,
        plugin_id: &str,
        at: impl Into<DateTime<Utc>>,
        error: &str,
    ) -> Result<PluginStatus, AdapterError> {
        let at = moment(PLACE, "last_run", at.into())?.fixed_offset();
        long_text(PLACE, "last_error", Some(error))?;
        let row = ActiveModel {
            last_run: Set(Some(at)),
            last_error: Set(Some(error.to_owned())),
            error_count: Set(1),
            consecutive_errors: Set(1),
            health_status: Set(health(1)),
            ..Default::default()
        };
        let backend = self.db.get_database_backend();
        let one_more = |of| column_of_row(of).add(1);
        // MySQL sets one after the other, and what it has set counts from then on: health before what it goes by.
        let update = OnConflict::column(Column::PluginId)
            .value(Column::HealthStatus, health_with_one_more(backend))
            .value(Column::ErrorCount, one_more(Column::ErrorCount))
            .value(Column::ConsecutiveErrors, one_more(Column::ConsecutiveErrors))
            .update_columns([Column::LastRun, Column::LastError, Column::UpdatedAt])
            .to_owned();
        self.report(plugin_id, row, update).await
    }

    /// One statement: of two at once, both count.
    async fn report(
        &self,
        plugin_id: &str,
        row: ActiveModel,
        update: OnConflict,
    ) -> Result<PluginStatus, AdapterError> {
        name(PLACE, "plugin_id", plugin_id, ID_CHARACTERS)?;
        let failed = || PLACE.while_doing("reporting a run");
        let backend = self.db.get_database_backend();
        let row = ActiveModel { plugin_id: Set(plugin_id.to_owned()), updated_at: Set(now()), ..row };
        self.db.execute_raw(Entity::insert(row).on_conflict(update).build(backend)).await.map_err(failed())?;
        let stored = committed(Entity::find_by_id(plugin_id), backend);
        stored.one(self.db).await.map_err(failed())?.ok_or_else(|| PLACE.not_found(&plugin_id))
    }
}

/// After so many failures in a row.
fn health(failures: i32) -> PluginHealth {
    if failures >= UNHEALTHY_AFTER { PluginHealth::Unhealthy } else { PluginHealth::Degraded }
}

/// [`health`] after one failure more than the row has, in SQL.
fn health_with_one_more(backend: DbBackend) -> Expr {
    let so_many = column_of_row(Column::ConsecutiveErrors).gte(UNHEALTHY_AFTER - 1);
    let health =
        CaseStatement::new().case(so_many, label(&PluginHealth::Unhealthy)).finally(label(&PluginHealth::Degraded));
    match Dialect::of(backend) {
        // A CASE is a text there, and a text no enum.
        Dialect::Postgres => Expr::expr(health).cast_as("plugin_health"),
        Dialect::MySql | Dialect::Sqlite => health.into(),
    }
}

/// A column of the row that is there, not of the one that was to be inserted.
fn column_of_row(of: Column) -> Expr {
    Expr::col((Entity, of))
}
