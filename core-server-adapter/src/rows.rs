//! Writing and changing rows of the area's small tables.

use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, Iterable, QueryFilter,
    QueryTrait,
    sea_query::{Enum, Expr, InsertStatement, LockType, Query},
};
use uuid::Uuid;

use super::value::now;
use crate::{
    AdapterError,
    condition::{column, label},
    error::Place,
};

/// The rows as one statement: expressions in the order of the columns.
///
/// Written out and not left to SeaORM, which would ask lists of texts for a value without telling them the backend.
pub(super) fn insert<E: EntityTrait>(
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

/// A table whose rows have a status that changes by rules.
pub(super) struct Lifecycle<E: EntityTrait, S> {
    pub(super) place: Place,
    pub(super) id: E::Column,
    pub(super) status: E::Column,
    pub(super) updated_at: E::Column,
    pub(super) status_of: fn(&E::Model) -> S,
}

/// A change of status.
pub(super) struct Transition<'a, E: EntityTrait, S> {
    /// From which states.
    pub(super) from: &'a [S],
    pub(super) to: S,
    /// What is set besides the status.
    pub(super) values: Vec<(E::Column, Expr)>,
    pub(super) doing: &'static str,
}

/// What a change found.
pub(super) enum Changed<M> {
    /// It was made; the row as it is now.
    Now(M),
    /// The row had this status before.
    Before(M),
}

impl<M> Changed<M> {
    pub(super) fn row(self) -> M {
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
    pub(super) async fn change<C: ConnectionTrait>(
        &self,
        db: &C,
        id: Uuid,
        transition: Transition<'_, E, S>,
    ) -> Result<Changed<E::Model>, AdapterError> {
        let Transition { from, to, values, doing } = transition;
        let failed = || self.place.while_doing(doing);
        let mut update = E::update_many()
            .col_expr(self.status, label(&to))
            .col_expr(self.updated_at, Expr::val(now()))
            .filter(self.id.eq(id))
            .filter(column(self.status).is_in(from.iter().map(label)));
        for (column, value) in values {
            update = update.col_expr(column, value);
        }
        let changed = update.exec(db).await.map_err(failed())?.rows_affected > 0;
        let mut query = E::find().filter(self.id.eq(id));
        if !changed && db.get_database_backend() == DbBackend::MySql {
            // MySQL's transactions read from their first snapshot for ever; a locking read sees what is committed.
            QueryTrait::query(&mut query).lock(LockType::Share);
        }
        let row = query.one(db).await.map_err(failed())?.ok_or_else(|| self.place.not_found(&id))?;
        if changed {
            return Ok(Changed::Now(row));
        }
        let status = (self.status_of)(&row);
        if status == to { Ok(Changed::Before(row)) } else { Err(self.not_allowed(id, &status, from, &to)) }
    }

    /// The error of a change that a status does not allow.
    pub(super) fn not_allowed(&self, id: Uuid, status: &S, from: &[S], wanted: &S) -> AdapterError {
        let text = |status: &S| status.to_value().value.into_owned();
        let from: Vec<String> = from.iter().map(text).collect();
        AdapterError::NotAllowed {
            area: self.place.area,
            table: self.place.table,
            id: id.to_string(),
            status: text(status),
            reason: format!("cannot become {}; only what is {} can", text(wanted), from.join(" or ")),
        }
    }
}
