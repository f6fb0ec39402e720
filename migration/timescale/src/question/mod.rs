//! Questions to a live database, each with its answer where there is none.
//!
//! Revisions are also run where only a schema is known and nothing can be asked: for their SQL, for their checksum, for
//! lint. So a question is a value that holds both, the SQL and what is said in place of it. One without the second cannot
//! be made.
//!
//! ```
//! use migration_timescale::Question;
//! use sea_orm::Database;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sea_orm::DbErr> {
//! let db = Database::connect("sqlite::memory:").await?;
//! let question = Question::new("SELECT count(*) > 0 FROM sqlite_master WHERE name = ?", ["readings"], |known| {
//!     known.schema().has_table("readings")
//! });
//! let there: bool = question.ask(&db).await?;
//! assert!(!there);
//! # Ok(())
//! # }
//! ```

mod detect;
mod known;
mod policy_kind;

use std::{borrow::Cow, sync::PoisonError};

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, TryGetable, Value};

pub use known::{Known, KnownSchema, answered_by, is_answered};
pub use policy_kind::PolicyKind;

type Read<Answer> = fn(Option<&QueryResult>) -> Result<Answer, DbErr>;
type InPlace<'a, Answer> = Box<dyn FnOnce(&mut dyn Known) -> Answer + Send + 'a>;

/// A question to a live database, with its answer where there is none.
#[must_use = "a question does nothing until it is asked"]
pub struct Question<'a, Answer> {
    sql: Cow<'a, str>,
    names: Vec<Value>,
    read: Read<Answer>,
    known: InPlace<'a, Answer>,
}

impl<'a, Answer> Question<'a, Answer> {
    /// A question that is answered by the first column of the first row, and where there is no row by what `Answer` is by
    /// default: `false`, or `None`. The names that it asks about are bound. `known` answers where there is no database.
    pub fn new(
        sql: impl Into<Cow<'a, str>>,
        names: impl IntoIterator<Item = &'a str>,
        known: impl FnOnce(&mut dyn Known) -> Answer + Send + 'a,
    ) -> Self
    where
        Answer: TryGetable + Default,
    {
        let first =
            |row: Option<&QueryResult>| row.map_or_else(|| Ok(Answer::default()), |row| row.try_get_by_index(0));
        Self::reading(sql, names, first, known)
    }

    /// Like [`new`](Self::new), of an answer that is read from the first row in another way.
    pub fn reading(
        sql: impl Into<Cow<'a, str>>,
        names: impl IntoIterator<Item = &'a str>,
        read: Read<Answer>,
        known: impl FnOnce(&mut dyn Known) -> Answer + Send + 'a,
    ) -> Self {
        let names = names.into_iter().map(Value::from).collect();
        Self { sql: sql.into(), names, read, known: Box::new(known) }
    }

    /// Asks the database behind `db`, or what [stands in for it](answered_by).
    pub async fn ask<C: ConnectionTrait>(self, db: &C) -> Result<Answer, DbErr> {
        let Self { sql, names, read, known } = self;
        if let Some(place) = known::current() {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            place.asked();
            place.refuse()?;
            return Ok(known(&mut *place));
        }
        let asked = Statement::from_sql_and_values(db.get_database_backend(), sql, names);
        read(db.query_one_raw(asked).await?.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use sea_orm::{DatabaseConnection, DbErr};

    use super::{Known, KnownSchema, Question, answered_by, is_answered};
    use crate::Capability;

    /// PostgreSQL, of which the server alone is known.
    struct Place {
        failed: bool,
    }

    impl Known for Place {
        fn server(&self) -> Capability {
            Capability::postgres()
        }

        fn may_hold_rows(&self) -> bool {
            true
        }

        fn schema(&mut self) -> &dyn KnownSchema {
            unreachable!("no question of these tests is about the schema")
        }

        fn asked(&mut self) {}

        fn refuse(&self) -> Result<(), DbErr> {
            if self.failed { Err(DbErr::Custom("aborted".to_owned())) } else { Ok(()) }
        }
    }

    async fn ask(failed: bool) -> Result<bool, DbErr> {
        let question = Question::new("not asked", ["a"], |known| known.server() == Capability::postgres());
        let ask = async {
            assert!(is_answered());
            // A connection that goes nowhere.
            question.ask(&DatabaseConnection::default()).await
        };
        answered_by(Arc::new(Mutex::new(Place { failed })), ask).await
    }

    #[tokio::test]
    async fn what_stands_in_for_the_database_answers() {
        assert!(!is_answered());
        assert!(ask(false).await.unwrap());
        assert_eq!(ask(true).await, Err(DbErr::Custom("aborted".to_owned())));
    }
}
