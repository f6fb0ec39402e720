//! An answer, or why there is none.

use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, RuntimeErr, Statement};
use serde::Serialize;

use crate::{Capability, Unsupported, internals::NotKnown};

/// What a server said, or why it cannot say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer<T> {
    /// It said this.
    Given {
        /// What it said.
        found: T,
    },
    /// It has no such thing, or does not tell.
    Unavailable {
        /// Why, and what it takes.
        why: String,
    },
}

impl<T> Answer<T> {
    /// What was said, if anything.
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Given { found } => Some(found),
            Self::Unavailable { .. } => None,
        }
    }

    pub(super) fn given(found: T) -> Self {
        Self::Given { found }
    }

    pub(super) fn needs(feature: &'static str, needs: &'static str, server: Capability) -> Self {
        Unsupported { feature, needs, server }.into()
    }
}

impl<T> Default for Answer<T> {
    /// Nothing was asked.
    fn default() -> Self {
        Self::Unavailable { why: "it was not asked for".to_owned() }
    }
}

impl<T> From<Unsupported> for Answer<T> {
    fn from(unsupported: Unsupported) -> Self {
        Self::Unavailable { why: unsupported.to_string() }
    }
}

/// The answer, or why there is none when the server refuses the question and goes on answering others: the rest of a report
/// is shown then.
pub(super) async fn or_why<T, C: ConnectionTrait>(db: &C, asked: Result<Answer<T>, DbErr>) -> Result<Answer<T>, DbErr> {
    match asked {
        Err(error) if rows(db, "SELECT 1 AS answers").await.is_ok() => Ok(Answer::Unavailable { why: said(&error) }),
        asked => asked,
    }
}

/// What the server said, without the layers it came through.
fn said(error: &DbErr) -> String {
    match error {
        DbErr::Query(RuntimeErr::SqlxError(inner)) | DbErr::Exec(RuntimeErr::SqlxError(inner)) => {
            inner.as_database_error().map_or_else(|| error.to_string(), |said| said.message().to_owned())
        }
        _ => error.to_string(),
    }
}

impl<T> From<NotKnown> for Answer<T> {
    fn from(not_known: NotKnown) -> Self {
        Self::Unavailable { why: not_known.to_string() }
    }
}

/// Rows of a query.
pub(super) async fn rows<C: ConnectionTrait>(db: &C, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await
}

/// Rows of a query as values.
pub(super) async fn all<T: FromQueryResult, C: ConnectionTrait>(db: &C, sql: &str) -> Result<Vec<T>, DbErr> {
    rows(db, sql).await?.iter().map(|row| T::from_query_result(row, "")).collect()
}
