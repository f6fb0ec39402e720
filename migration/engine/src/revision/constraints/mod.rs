//! Checks and NOT NULL on columns that hold values already, of tables of every kind.
//!
//! What is right for a table of PostgreSQL and for a hypertable is refused by one with a columnstore, and the other way
//! round. These ask which kind it is, on the database and in scripts: `lint` has nothing to say about them there. To be
//! called outside of a transaction (`use_transaction() -> Some(false)`); a run that was killed goes on where it ended.
//!
//! - PostgreSQL, without a columnstore: the constraint is added as `NOT VALID` and validated in a statement of its own, which
//!   reads the table while others read and write it.
//! - With a columnstore it is added at once: its rows are read quickly, under the lock.
//! - MySQL checks a new check by copying the table, and `lint` says so. SQLite gets another text of the table, after a look
//!   at its rows; none is written.
//! - NOT NULL of a column takes its whole definition on MySQL and SQLite, which [`columns::change`](super::columns::change)
//!   is given; it is right on PostgreSQL as well.
//!
//! For a check on columns that the same revision adds there is [`ChecksOnNewColumns`](migration_timescale::ChecksOnNewColumns),
//! which reads no row at all.
//!
//! ```no_run
//! # use migration_engine::{revision::constraints, sea_orm_migration::{prelude::*, SchemaManager}};
//! # async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
//! constraints::set_not_null(manager, "alarms", "value").await?;
//! constraints::add_check(manager, "alarms", "alarms_value_check", "value > -1000").await
//! # }
//! # async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
//! constraints::drop_check(manager, "alarms", "alarms_value_check", "value > -1000").await?;
//! constraints::drop_not_null(manager, "alarms", "value").await
//! # }
//! ```

mod check;
mod not_null;

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

pub use check::{add_check, drop_check};
pub use not_null::{drop_not_null, set_not_null};

/// Why a constraint is not added or dropped, found out before the server is asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Rows do not meet the check.
    #[error("rows of {table} do not meet {condition}; correct them first")]
    Unmet {
        /// The table.
        table: String,
        /// The condition.
        condition: String,
    },
    /// The server takes NOT NULL with the rest of the column alone.
    #[error(
        "{server} changes NOT NULL of {table}.{column} only with the whole column: in its place call \
         `revision::columns::change(manager, {table:?}, from, to)` with the column as it is and as it is to be, on every \
         backend: `ColumnDef::new({column:?}).string_len(50).take()` and `ColumnDef::new({column:?}).string_len(50).not_null().take()` \
         for example"
    )]
    WholeColumn {
        /// SQLite or MySQL.
        server: &'static str,
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}

impl From<Refused> for DbErr {
    fn from(refused: Refused) -> Self {
        Self::Migration(refused.to_string())
    }
}

/// Whether a constraint of PostgreSQL is valid; `None` where there is none.
const CONSTRAINT: &str = "SELECT k.convalidated FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
     WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = $1 AND k.conname = $2";

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
