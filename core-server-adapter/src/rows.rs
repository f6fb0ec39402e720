//! Writing and changing single rows.

use migration_timescale::Dialect;
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait,
    IntoActiveModel, Iterable, QueryFilter, QueryTrait, Select,
    sea_query::{Enum, Expr, InsertStatement, LockType, Query, Value},
};

use crate::{
    AdapterError,
    condition::{column, label},
    error::Place,
    value::now,
};

/// The rows as one statement: expressions in the order of the columns.
///
/// Written out and not left to SeaORM, which would ask lists of texts for a value without telling them the backend.
pub(crate) fn insert<E: EntityTrait>(
    entity: E,
    columns: impl IntoIterator<Item = E::Column>,
    rows: impl IntoIterator<Item = Vec<Expr>>,
) -> Result<InsertStatement, DbErr> {
    let mut insert = Query::insert();
    insert.into_table(entity).columns(columns);
    for row in rows {
        insert.values(row).map_err(|error| DbErr::Custom(error.to_string()))?;
    }
    Ok(insert)
}

/// Inserts a row whose number the database counts up; gives it as it is stored.
pub(crate) async fn insert_numbered<A, C>(
    db: &C,
    row: A,
    number: <A::Entity as EntityTrait>::Column,
) -> Result<<A::Entity as EntityTrait>::Model, DbErr>
where
    A: ActiveModelTrait,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    C: ConnectionTrait,
{
    let insert = A::Entity::insert(row);
    let backend = db.get_database_backend();
    match Dialect::of(backend) {
        Dialect::Postgres | Dialect::Sqlite => insert.exec_with_returning(db).await,
        // It returns no rows. SeaORM would make the whole key of the number.
        Dialect::MySql => {
            let written = db.execute_raw(insert.build(backend)).await?.last_insert_id();
            let row = A::Entity::find().filter(number.eq(written)).one(db).await?;
            row.ok_or_else(|| DbErr::RecordNotFound(format!("the row {written} that was written")))
        }
    }
}

/// The row as it is committed, not as it was when the transaction began: MySQL's transactions read from their first snapshot
/// for ever, but for a locking read.
pub(crate) fn committed<E: EntityTrait>(mut query: Select<E>, backend: DbBackend) -> Select<E> {
    if backend == DbBackend::MySql {
        QueryTrait::query(&mut query).lock(LockType::Share);
    }
    query
}

/// A table whose rows have a status that changes by rules.
pub(crate) struct Lifecycle<E: EntityTrait, S> {
    pub(crate) place: Place,
    pub(crate) id: E::Column,
    pub(crate) status: E::Column,
    /// Where the table has one.
    pub(crate) updated_at: Option<E::Column>,
    pub(crate) status_of: fn(&E::Model) -> S,
}

/// A change of status.
pub(crate) struct Transition<'a, E: EntityTrait, S> {
    /// From which states.
    pub(crate) from: &'a [S],
    pub(crate) to: S,
    /// What is set besides the status.
    pub(crate) values: Vec<(E::Column, Expr)>,
    pub(crate) doing: &'static str,
}

/// What a change found.
pub(crate) enum Changed<M> {
    /// It was made; the row as it is now.
    Now(M),
    /// The row had this status before.
    Before(M),
}

impl<M> Changed<M> {
    pub(crate) fn row(self) -> M {
        let (Self::Now(row) | Self::Before(row)) = self;
        row
    }
}

impl<E, S> Lifecycle<E, S>
where
    E: EntityTrait,
    S: ActiveEnum<Value = Enum> + Iterable + PartialEq,
{
    /// One UPDATE that only matches the states it may start from: of two callers at once one wins and the other sees it.
    pub(crate) async fn change<C: ConnectionTrait>(
        &self,
        db: &C,
        id: impl Into<Value> + ToString + Clone,
        transition: Transition<'_, E, S>,
    ) -> Result<Changed<E::Model>, AdapterError> {
        let Transition { from, to, values, doing } = transition;
        let failed = || self.place.while_doing(doing);
        let mut update = E::update_many()
            .col_expr(self.status, label(&to))
            .filter(self.id.eq(id.clone()))
            .filter(column(self.status).is_in(from.iter().map(label)));
        let updated = self.updated_at.map(|column| (column, Expr::val(now())));
        for (column, value) in values.into_iter().chain(updated) {
            update = update.col_expr(column, value);
        }
        let changed = update.exec(db).await.map_err(failed())?.rows_affected > 0;
        let query = E::find().filter(self.id.eq(id.clone()));
        let query = if changed { query } else { committed(query, db.get_database_backend()) };
        let row = query.one(db).await.map_err(failed())?.ok_or_else(|| self.place.not_found(&id))?;
        if changed {
            return Ok(Changed::Now(row));
        }
        let status = (self.status_of)(&row);
        if status == to { Ok(Changed::Before(row)) } else { Err(self.not_allowed(&id, &status, from, &to)) }
    }

    /// The error of a change that a status does not allow.
    pub(crate) fn not_allowed(&self, id: &impl ToString, status: &S, from: &[S], wanted: &S) -> AdapterError {
        self.refused(id, status, from, &format!("become {}", text(wanted)))
    }

    /// The same of any change: `be assigned`.
    pub(crate) fn refused(&self, id: &impl ToString, status: &S, from: &[S], change: &str) -> AdapterError {
        let from: Vec<String> = from.iter().map(text).collect();
        AdapterError::NotAllowed {
            area: self.place.area,
            table: self.place.table,
            id: id.to_string(),
            status: text(status),
            reason: format!("cannot {change}; only what is {} can", from.join(" or ")),
        }
    }
}

fn text<S: ActiveEnum<Value = Enum>>(status: &S) -> String {
    status.to_value().value.into_owned()
}
