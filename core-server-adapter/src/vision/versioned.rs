//! Rows that are changed only by those who have read them as they are: optimistic locking.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, Value},
};

use crate::{
    AdapterError,
    condition::column,
    error::Place,
    rows::{Changed, committed},
};

/// A table whose rows have a version, which every change counts up.
pub(super) struct Versioned<E: EntityTrait> {
    pub(super) place: Place,
    pub(super) id: E::Column,
    pub(super) version: E::Column,
    pub(super) version_of: fn(&E::Model) -> i32,
}

impl<E: EntityTrait> Versioned<E> {
    /// One UPDATE that only matches the row as it was read, and only `where_` it may be changed: of two callers at once one
    /// wins and the other sees it. [`Changed::Before`] where the version was right and the rest did not match.
    pub(super) async fn change<C: ConnectionTrait>(
        &self,
        db: &C,
        (id, expected): (i64, i32),
        values: Vec<(E::Column, Expr)>,
        where_: Condition,
        doing: &'static str,
    ) -> Result<Changed<E::Model>, AdapterError> {
        let failed = || self.place.while_doing(doing);
        let mut update = E::update_many()
            .col_expr(self.version, column(self.version).add(Expr::val(Value::from(1))))
            .filter(self.id.eq(id))
            .filter(self.version.eq(expected))
            .filter(where_);
        for (column, value) in values {
            update = update.col_expr(column, value);
        }
        let changed = update.exec(db).await.map_err(failed())?.rows_affected > 0;
        let query = E::find().filter(self.id.eq(id));
        let query = if changed { query } else { committed(query, db.get_database_backend()) };
        let row = query.one(db).await.map_err(failed())?.ok_or_else(|| self.place.not_found(&id))?;
        let found = (self.version_of)(&row);
        match changed {
            true => Ok(Changed::Now(row)),
            false if found == expected => Ok(Changed::Before(row)),
            false => {
                let Place { area, table } = self.place;
                Err(AdapterError::ChangedMeanwhile { area, table, id: id.to_string(), expected, found })
            }
        }
    }
}
