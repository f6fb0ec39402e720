//! Reviews and deletes events.

use entity::vision::{
    Event,
    event::{Column, Entity},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{EventRepository, PLACE};
use crate::{AdapterError, value::now};

impl<C: ConnectionTrait> EventRepository<'_, C> {
    /// Somebody has looked at an event, or it is to be looked at again; gives it as it is now.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is no such event; failures of the database.
    pub async fn set_reviewed(&self, id: i64, reviewed: bool) -> Result<Event, AdapterError> {
        let update = Entity::update_many().col_expr(Column::Reviewed, Expr::val(reviewed)).filter(Column::Id.eq(id));
        update.exec(self.db).await.map_err(PLACE.while_doing("reviewing an event"))?;
        self.get(id).await
    }

    /// Takes an event out of lists, searches and deliveries; its row stays. One that is deleted already keeps its moment.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is no such event; failures of the database.
    pub async fn delete(&self, id: i64) -> Result<Event, AdapterError> {
        let update = Entity::update_many()
            .col_expr(Column::DeletedAt, Expr::val(now()))
            .filter(Column::Id.eq(id))
            .filter(Column::DeletedAt.is_null());
        update.exec(self.db).await.map_err(PLACE.while_doing("deleting an event"))?;
        self.get(id).await
    }
}
