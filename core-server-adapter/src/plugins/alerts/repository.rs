//! Defines, changes and reads alerts.

use entity::plugins::{
    Alert,
    alert::{ActiveModel, Column, Entity},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use super::{AlertFilter, AlertRepository, NewAlert, PLACE};
use crate::{AdapterError, Page, PageRequest, value::now};

impl<C: ConnectionTrait> AlertRepository<'_, C> {
    /// Defines an alert; gives it as it is stored.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidValue`] for a value the schema does not allow;
    /// - [`AdapterError::Unregistered`] when the plugin is not registered;
    /// - failures of the database.
    pub async fn define(&self, alert: &NewAlert) -> Result<Alert, AdapterError> {
        alert.validate()?;
        let row: ActiveModel = alert.clone().into_row().into_active_model();
        row.insert(self.db).await.map_err(PLACE.while_doing("defining an alert"))
    }

    /// Has an alert looked at, or not; gives it as it is now.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is no such alert; failures of the database.
    pub async fn set_enabled(&self, id: Uuid, enabled: bool) -> Result<Alert, AdapterError> {
        Entity::update_many()
            .col_expr(Column::Enabled, Expr::val(enabled))
            .col_expr(Column::UpdatedAt, Expr::val(now()))
            .filter(Column::Id.eq(id))
            .exec(self.db)
            .await
            .map_err(PLACE.while_doing("changing an alert"))?;
        self.get(id).await
    }

    /// The alert of this id.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is none; failures of the database.
    pub async fn get(&self, id: Uuid) -> Result<Alert, AdapterError> {
        self.find(id).await?.ok_or_else(|| PLACE.not_found(&id))
    }

    /// The alert of this id, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn find(&self, id: Uuid) -> Result<Option<Alert>, AdapterError> {
        Entity::find_by_id(id).one(self.db).await.map_err(PLACE.while_reading("looking an alert up"))
    }

    /// A page of the alerts that match, those defined last first.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidPage`] for a limit outside 1 to [`PageRequest::MAX_LIMIT`]; failures of the database.
    pub async fn list(&self, filter: &AlertFilter, request: &PageRequest) -> Result<Page<Alert>, AdapterError> {
        let query = Entity::find().filter(filter.checked(PLACE)?.condition());
        let columns = (Column::CreatedAt, Column::Id);
        let failed = PLACE.while_reading("listing alerts");
        request.read(self.db, query, columns, failed, |alert| (alert.created_at.to_utc(), alert.id)).await
    }
}
