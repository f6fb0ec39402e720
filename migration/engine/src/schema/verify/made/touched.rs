//! Columns that the database changes by itself with every update of a row, by `ON UPDATE CURRENT_TIMESTAMP` or a trigger.
//!
//! They say nothing about a revision that updates rows, so they are not compared. Found by a trial: one row is updated, and
//! the update rolled back.

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManagerConnection;

use super::{
    statement,
    table::{Column, Table},
};
use crate::{
    schema::verify::rows::{Columns, Held, read_each},
    sql::sqlstate,
};

pub(super) async fn columns(db: &SchemaManagerConnection<'_>, table: &Table) -> Result<Columns, DbErr> {
    // One that has no other value cannot be changed for certain.
    for column in table.columns.iter().filter(|column| column.values.len() > 1) {
        for sql in statement::updates(db.get_database_backend(), table, column) {
            let attempt = db.begin().await?;
            let changed = match attempt.execute_unprepared(&sql).await {
                Ok(done) if done.rows_affected() > 0 => contents(&attempt, table).await.map(Some),
                ran => ran.map(|_| None),
            };
            attempt.rollback().await?;
            match changed {
                Ok(Some(mut changed)) => {
                    let before = contents(db, table).await?;
                    changed.retain(|name, rows| *name != column.name && before.get(name) != Some(rows));
                    return Ok(changed.into_keys().collect());
                }
                Ok(None) => {}
                Err(error) if sqlstate::still_answers(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Columns::new())
}

/// What each column holds.
async fn contents<C: ConnectionTrait>(db: &C, table: &Table) -> Result<Held, DbErr> {
    let one = |column: &Column| (table.name.as_str(), Columns::from([column.name.clone()]));
    let each = read_each(db, &table.columns.iter().map(one).collect::<Vec<_>>()).await?;
    Ok(table.columns.iter().map(|column| column.name.clone()).zip(each).collect())
}
