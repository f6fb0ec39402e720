//! Rows one by one: one that cannot be read, as only another program can have written it, hides none of the others.

use futures_util::{Stream, TryStreamExt};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, RuntimeErr, Statement, sqlx};

use crate::error::Place;

/// How most rows are read.
pub(crate) fn by_name<M: FromQueryResult>(row: &QueryResult) -> Result<M, DbErr> {
    M::from_query_result(row, "")
}

/// The rows of a query that can be read, each by `decode`.
pub(crate) async fn all<M, C: ConnectionTrait>(
    db: &C,
    statement: Statement,
    place: Place,
    decode: impl Fn(&QueryResult) -> Result<M, DbErr>,
) -> Result<Vec<M>, DbErr> {
    let rows = db.query_all_raw(statement).await?;
    rows.iter().filter_map(|row| readable(decode(row), place).transpose()).collect()
}

/// The same as they come.
pub(crate) fn stream<'a, M: Send + 'a>(
    rows: impl Stream<Item = Result<QueryResult, DbErr>> + Send + 'a,
    place: Place,
    decode: impl Fn(&QueryResult) -> Result<M, DbErr> + Send + 'a,
) -> impl Stream<Item = Result<M, DbErr>> + Send + 'a {
    rows.try_filter_map(move |row| std::future::ready(readable(decode(&row), place)))
}

/// The row; none when it is the row's fault that it cannot be read, which the log tells.
fn readable<M>(read: Result<M, DbErr>, place: Place) -> Result<Option<M>, DbErr> {
    match read {
        Err(error) if is_about_a_value(&error) => {
            let Place { area, table } = place;
            tracing::warn!(area, table, %error, "a row cannot be read and is left out");
            Ok(None)
        }
        read => read.map(Some),
    }
}

/// Whether a value is at fault, such as JSON nested deeper than can be read, and not a column that is missing.
pub(crate) fn is_about_a_value(error: &DbErr) -> bool {
    match error {
        DbErr::Type(_) | DbErr::Json(_) => true,
        DbErr::Query(RuntimeErr::SqlxError(error)) => matches!(**error, sqlx::Error::ColumnDecode { .. }),
        _ => false,
    }
}
