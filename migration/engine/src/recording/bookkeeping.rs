//! How a script writes down that a revision is applied, or no longer.
//!
//! # How to add a table
//!
//! Implement [`Bookkeeping`] for a type that holds a [`SeaOrmTable`], and add statements to what it gives.

use migration_timescale::Dialect;
use sea_orm::{
    DbBackend, Schema,
    sea_query::{Alias, Expr, ExprTrait, IntoIden, MysqlQueryBuilder, PostgresQueryBuilder, Query, SqliteQueryBuilder},
};
use sea_orm_migration::seaql_migrations::{self, Column};

use super::Recorded;
use crate::Direction;

/// Statements about the applied revisions.
pub trait Bookkeeping: Sync {
    /// Makes the tables where they are not there.
    fn install(&self, backend: DbBackend) -> Vec<String>;
    /// Notes that the revision was applied or reverted; in its transaction where it has one.
    fn note(&self, backend: DbBackend, revision: &Recorded, direction: Direction) -> Vec<String>;
}

/// SeaORM's own table.
#[derive(Clone, Debug)]
pub struct SeaOrmTable {
    name: String,
}

impl SeaOrmTable {
    /// The table by its name, `seaql_migrations` as a rule.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned() }
    }
}

macro_rules! written_for {
    ($backend:expr, $statement:expr) => {
        match Dialect::of($backend) {
            Dialect::MySql => $statement.to_string(MysqlQueryBuilder),
            Dialect::Sqlite => $statement.to_string(SqliteQueryBuilder),
            Dialect::Postgres => $statement.to_string(PostgresQueryBuilder),
        }
    };
}

impl Bookkeeping for SeaOrmTable {
    fn install(&self, backend: DbBackend) -> Vec<String> {
        let mut table = Schema::new(backend).create_table_from_entity(seaql_migrations::Entity);
        table.table(Alias::new(&self.name)).if_not_exists();
        vec![written_for!(backend, table)]
    }

    fn note(&self, backend: DbBackend, revision: &Recorded, direction: Direction) -> Vec<String> {
        let table = Alias::new(&self.name).into_iden();
        let name = revision.up.revision.as_str();
        vec![match direction {
            Direction::Up => {
                let mut insert = Query::insert();
                insert
                    .into_table(table)
                    .columns([Column::Version, Column::AppliedAt])
                    .values_panic([name.into(), Expr::cust(seconds_since_1970(backend))]);
                written_for!(backend, insert)
            }
            Direction::Down => {
                let mut delete = Query::delete();
                delete.from_table(table).and_where(Expr::col(Column::Version).eq(name));
                written_for!(backend, delete)
            }
        }]
    }
}

/// The database's clock.
pub fn seconds_since_1970(backend: DbBackend) -> &'static str {
    match Dialect::of(backend) {
        Dialect::MySql => "UNIX_TIMESTAMP()",
        Dialect::Sqlite => "CAST(strftime('%s', 'now') AS INTEGER)",
        Dialect::Postgres => "floor(extract(epoch FROM clock_timestamp()))::bigint",
    }
}
