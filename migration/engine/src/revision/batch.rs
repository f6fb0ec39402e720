//! Changes of many rows in small steps.
//!
//! One `UPDATE` over a large table keeps its rows locked, and old versions of all of them alive, until it ends; killed, it
//! begins anew. [`BatchedUpdate`] changes some thousand rows at a time, each step in a transaction of its own. It is
//! convergent: what is changed no longer meets the condition, so a run that was killed goes on where it ended.
//!
//! Only outside a transaction (`use_transaction() -> Some(false)`). Inside one it works, and holds every row to the end.

use migration_timescale::question::is_answered;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sea_orm_migration::SchemaManager;

use crate::{
    revision::{consent, progress},
    sql::quote,
};

/// An `UPDATE` in steps.
///
/// ```no_run
/// # use migration_engine::{revision::batch::BatchedUpdate, sea_orm_migration::{prelude::*, SchemaManager}};
/// # async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
/// BatchedUpdate::of("sensors", &["id"]).set("site = 'unknown'").rows_where("site IS NULL").run(manager).await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BatchedUpdate {
    table: String,
    key: Vec<String>,
    set: String,
    filter: String,
    rows: u32,
}

impl BatchedUpdate {
    /// Changes rows of `table`, which `key` identifies.
    pub fn of(table: &str, key: &[&str]) -> Self {
        Self {
            table: table.to_owned(),
            key: key.iter().map(|column| (*column).to_owned()).collect(),
            set: String::new(),
            filter: String::new(),
            rows: 5_000,
        }
    }

    /// What changes, as SQL: `site = 'unknown'`.
    #[must_use]
    pub fn set(mut self, assignments: &str) -> Self {
        assignments.clone_into(&mut self.set);
        self
    }

    /// Which rows, as SQL. A changed row must not meet it any more.
    #[must_use]
    pub fn rows_where(mut self, condition: &str) -> Self {
        condition.clone_into(&mut self.filter);
        self
    }

    /// Rows of one step, 5,000 unless said.
    #[must_use]
    pub fn rows_at_a_time(mut self, rows: u32) -> Self {
        self.rows = Ord::max(rows, 1);
        self
    }

    /// Changes them all, reporting its progress. Fails when more rows were changed than met the condition at first and
    /// still some are left: then changed rows go on meeting it.
    pub async fn run(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let backend = manager.get_database_backend();
        if is_answered() {
            // A script has no loop: it gets the whole change.
            let all = format!("UPDATE {} SET {} WHERE {}", quote(backend, &self.table), self.set, self.filter);
            let all = if backend == DbBackend::Postgres { format!("{}; {all}", consent::EVERY_ROW) } else { all };
            return db.execute_unprepared(&all).await.map(drop);
        }
        let count = format!("SELECT count(*) AS found FROM {} WHERE {}", quote(backend, &self.table), self.filter);
        let found = db.query_one_raw(Statement::from_string(backend, count)).await?;
        let total = found.map(|row| row.try_get::<i64>("", "found")).transpose()?.unwrap_or(0);
        let total = u64::try_from(total).unwrap_or(0);
        let step = self.step(backend);
        let mut done = 0;
        loop {
            let changed = db.execute_unprepared(&step).await?.rows_affected();
            if changed == 0 {
                return Ok(());
            }
            done += changed;
            progress::report(&format!("updating {}", self.table), done, Ord::max(done, total));
            // Others may add rows meanwhile, though not without end.
            if done > 2 * total + u64::from(self.rows) {
                return Err(DbErr::Migration(format!(
                    "the update of {} in steps does not end: rows still meet `{}` after `{}`; \
                     correct one of them so that a changed row is not found again",
                    self.table, self.filter, self.set
                )));
            }
        }
    }

    fn step(&self, backend: DbBackend) -> String {
        let Self { set, filter, rows, .. } = self;
        let table = quote(backend, &self.table);
        if backend == DbBackend::MySql {
            return format!("UPDATE {table} SET {set} WHERE {filter} LIMIT {rows}");
        }
        let key = self.key.iter().map(|column| quote(backend, column)).collect::<Vec<_>>().join(", ");
        let step = format!(
            "UPDATE {table} SET {set} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {filter} LIMIT {rows})"
        );
        // Both in the transaction that a text of several statements is.
        if backend == DbBackend::Postgres { format!("{}; {step}", consent::EVERY_ROW) } else { step }
    }
}
