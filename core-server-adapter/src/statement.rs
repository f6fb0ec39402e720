//! A statement, and how it is run in a session that has to be told where.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, ExecResult, QueryResult, Statement, TransactionTrait};

use crate::detached::to_its_end;

/// The rows of a query, as they come.
pub(crate) type Rows<'a> = Pin<Box<dyn Stream<Item = Result<QueryResult, DbErr>> + Send + 'a>>;

/// A statement.
#[derive(Clone)]
pub(crate) enum Work {
    Change(Statement),
    Script(String),
    Read(Statement),
}

/// What it gave.
pub(crate) enum Answer {
    Changed(ExecResult),
    Rows(Vec<QueryResult>),
}

impl Work {
    pub(crate) async fn on<C: ConnectionTrait>(self, db: &C) -> Result<Answer, DbErr> {
        match self {
            Self::Change(statement) => db.execute_raw(statement).await.map(Answer::Changed),
            Self::Script(sql) => db.execute_unprepared(&sql).await.map(Answer::Changed),
            Self::Read(statement) => db.query_all_raw(statement).await.map(Answer::Rows),
        }
    }

    pub(crate) fn sql(&self) -> &str {
        match self {
            Self::Change(statement) | Self::Read(statement) => &statement.sql,
            Self::Script(sql) => sql,
        }
    }

    /// Only statements of this crate come here. SeaORM writes its reads so, an INSERT that returns its row begins otherwise,
    /// and no function that a SELECT of this crate calls writes.
    pub(crate) fn reads(&self) -> bool {
        let Self::Read(statement) = self else { return false };
        statement.sql.strip_prefix("SELECT").is_some_and(|rest| rest.starts_with(char::is_whitespace))
    }

    /// Whether it can be in no transaction: the call of a procedure that has transactions of its own. It names all that it
    /// means in full.
    fn has_transactions(&self) -> bool {
        matches!(self, Self::Script(sql) if sql.starts_with("CALL "))
    }
}

impl Answer {
    pub(crate) fn changed(self) -> Result<ExecResult, DbErr> {
        match self {
            Self::Changed(result) => Ok(result),
            Self::Rows(_) => Err(DbErr::Custom("a change gave rows".to_owned())),
        }
    }

    pub(crate) fn rows(self) -> Vec<QueryResult> {
        match self {
            Self::Rows(rows) => rows,
            Self::Changed(_) => Vec::new(),
        }
    }

    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Changed(result) => result.rows_affected(),
            Self::Rows(rows) => rows.len() as u64,
        }
    }
}

/// Runs a statement; in a transaction of its own where the session has to be told what it is to work in.
pub(crate) async fn in_place(db: &DatabaseConnection, address: Option<&Arc<str>>, work: Work) -> Result<Answer, DbErr> {
    let db = db.clone();
    let address = address.filter(|_| !work.has_transactions()).cloned();
    to_its_end(async move {
        let Some(address) = address else { return work.on(&db).await };
        let transaction = db.begin().await?;
        transaction.execute_unprepared(&address).await?;
        let answer = work.on(&transaction).await?;
        transaction.commit().await?;
        Ok(answer)
    })
    .await
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::*;

    #[test]
    fn what_reads_is_known_by_its_first_word() {
        let reads = |sql: &str| Work::Read(Statement::from_string(DbBackend::Postgres, sql)).reads();
        // Those of files have a line to themselves.
        assert!(reads("SELECT 1") && reads("SELECT\n    1"));
        assert!(!reads("SELECTED") && !reads("INSERT INTO a VALUES (1) RETURNING id") && !reads("SELECT"));
    }
}
