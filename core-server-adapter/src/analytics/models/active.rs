//! Which model of a type of machine works: one at most.
//!
//! ```text
//! INACTIVE ◀──────▶ ACTIVE ──archive──▶ ARCHIVED
//!     └─────────────archive────────────────▲
//! ```

use entity::analytics::{
    MlModelStatus::{self, Active, Archived, Inactive},
    ml_model::{Column, Entity},
};
use migration_timescale::Dialect;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    TransactionSession, TransactionTrait,
    sea_query::{Expr, LockType},
};

use super::{
    ModelRepository, PLACE,
    repository::{Model, models},
};
use crate::{
    AdapterError,
    condition::{column, label},
    transaction,
    value::now,
};

impl<C: ConnectionTrait> ModelRepository<'_, C> {
    /// The active model of a type of machine, if there is one.
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn active(&self, machine_type: &str) -> Result<Option<Model>, AdapterError> {
        // Another program may have made several active: the one of them that was changed last.
        let query = models()
            .filter(Column::MachineType.eq(machine_type))
            .filter(column(Column::Status).eq(label(&Active)))
            .order_by_desc(Column::UpdatedAt)
            .order_by_desc(Column::Id)
            .limit(1);
        query.into_model().one(self.db).await.map_err(PLACE.while_reading("looking for the active model"))
    }
}

impl<C: ConnectionTrait + TransactionTrait> ModelRepository<'_, C> {
    /// Makes a model the active one of its type of machine, and every other inactive that was active: in a transaction of
    /// its own, or a savepoint of the caller's. Of two callers at once the later one wins. Gives the model as it is now.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::NotFound`] when there is no such model;
    /// - [`AdapterError::NotAllowed`] when it is archived;
    /// - failures of the database.
    pub async fn activate(&self, model_id: &str) -> Result<Model, AdapterError> {
        self.change(model_id, Active, "activating a model").await
    }

    /// Makes a model inactive: its type of machine may be left without one. Otherwise as [`activate`](Self::activate).
    ///
    /// # Errors
    ///
    /// As [`activate`](Self::activate).
    pub async fn deactivate(&self, model_id: &str) -> Result<Model, AdapterError> {
        self.change(model_id, Inactive, "deactivating a model").await
    }

    /// Puts a model away for good; its bytes stay. One that is archived already stays as it is.
    ///
    /// # Errors
    ///
    /// [`AdapterError::NotFound`] when there is no such model; failures of the database.
    pub async fn archive(&self, model_id: &str) -> Result<Model, AdapterError> {
        self.change(model_id, Archived, "archiving a model").await
    }

    async fn change(&self, model_id: &str, to: MlModelStatus, doing: &'static str) -> Result<Model, AdapterError> {
        let failed = || PLACE.while_doing(doing);
        let transaction = transaction::begin(self.db).await.map_err(failed())?;
        let repository = ModelRepository::new(&transaction);
        let machine_type = repository.get(model_id).await?.machine_type;
        let before = repository.locked(&machine_type).await.map_err(failed())?;
        let status = before.iter().find(|(id, _)| id == model_id).map(|(_, status)| *status);
        match status.ok_or_else(|| PLACE.not_found(&model_id))? {
            status if status == to => {}
            Archived => {
                return Err(AdapterError::NotAllowed {
                    area: PLACE.area,
                    table: PLACE.table,
                    id: model_id.to_owned(),
                    status: Archived.to_string(),
                    reason: format!("cannot become {to}; register it again under another id"),
                });
            }
            Active | Inactive => repository.set(to, Column::ModelId.eq(model_id)).await.map_err(failed())?,
        }
        if to == Active {
            let others = Column::MachineType.eq(machine_type).and(Column::ModelId.ne(model_id));
            let others = others.and(column(Column::Status).eq(label(&Active)));
            repository.set(Inactive, others).await.map_err(failed())?;
        }
        let model = repository.get(model_id).await?;
        transaction.commit().await.map_err(failed())?;
        Ok(model)
    }
}

impl<C: ConnectionTrait> ModelRepository<'_, C> {
    /// The models of a type of machine with their status, which nobody else changes until the transaction ends.
    async fn locked(&self, machine_type: &str) -> Result<Vec<(String, MlModelStatus)>, sea_orm::DbErr> {
        let mut query = Entity::find()
            .select_only()
            .columns([Column::ModelId, Column::Status])
            .filter(Column::MachineType.eq(machine_type))
            // In one order, so that two callers do not wait for each other.
            .order_by_asc(Column::Id);
        match Dialect::of(self.db.get_database_backend()) {
            Dialect::Postgres | Dialect::MySql => {
                QueryTrait::query(&mut query).lock(LockType::Update);
            }
            // A transaction that writes is alone there.
            Dialect::Sqlite => {}
        }
        query.into_tuple().all(self.db).await
    }

    async fn set(&self, to: MlModelStatus, which: Expr) -> Result<(), sea_orm::DbErr> {
        let update = Entity::update_many()
            .col_expr(Column::Status, label(&to))
            .col_expr(Column::UpdatedAt, Expr::val(now()))
            .filter(which);
        update.exec(self.db).await.map(drop)
    }
}
