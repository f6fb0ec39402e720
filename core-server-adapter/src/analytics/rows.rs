//! Many new rows, all or none.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, TransactionSession, TransactionTrait, prelude::Json};

use crate::{
    AdapterError,
    batch::{batches, json_size},
    error::Place,
    transaction,
};

/// Rows in one statement at most: each of their values is bound, of which PostgreSQL takes 65,535.
const ROWS: usize = 1_000;

/// Inserts all of the rows or none: in a transaction of its own, or a savepoint of the caller's. Each comes with its bytes,
/// about.
pub(super) async fn insert_all<A, C>(
    db: &C,
    rows: Vec<(usize, A)>,
    place: Place,
    doing: &'static str,
) -> Result<(), AdapterError>
where
    A: ActiveModelTrait,
    C: ConnectionTrait + TransactionTrait,
{
    let failed = || place.while_doing(doing);
    let transaction = transaction::begin(db).await.map_err(failed())?;
    for mut batch in batches(rows, db.get_database_backend(), |(size, _)| *size) {
        while !batch.is_empty() {
            let rest = batch.split_off(batch.len().min(ROWS));
            let insert = A::Entity::insert_many(batch.into_iter().map(|(_, row)| row));
            insert.exec_without_returning(&transaction).await.map_err(failed())?;
            batch = rest;
        }
    }
    transaction.commit().await.map_err(failed())
}

/// Bytes of several JSON values.
pub(super) fn size_of(parts: &[&Option<Json>]) -> usize {
    parts.iter().map(|part| json_size(part.as_ref())).sum()
}

/// JSON that is something.
pub(super) fn given(json: impl Into<Json>) -> Option<Json> {
    Some(json.into()).filter(|json| !json.is_null())
}
