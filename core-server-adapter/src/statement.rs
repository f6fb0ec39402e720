//! A statement, and how it is run in a session that has to be told where.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, ExecResult, QueryResult, Statement, TransactionTrait};

/// A statement.
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
    pub(crate) async fn on<C: ConnectionTrait>(&self, db: &C) -> Result<Answer, DbErr> {
        match self {
            Self::Change(statement) => db.execute_raw(statement.clone()).await.map(Answer::Changed),
            Self::Script(sql) => db.execute_unprepared(sql).await.map(Answer::Changed),
            Self::Read(statement) => db.query_all_raw(statement.clone()).await.map(Answer::Rows),
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
        matches!(self, Self::Read(statement) if statement.sql.starts_with("SELECT "))
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
pub(crate) async fn in_place(db: &DatabaseConnection, address: Option<&str>, work: &Work) -> Result<Answer, DbErr> {
    let Some(address) = address else { return work.on(db).await };
    let transaction = db.begin().await?;
    transaction.execute_unprepared(address).await?;
    let answer = work.on(&transaction).await?;
    transaction.commit().await?;
    Ok(answer)
}
