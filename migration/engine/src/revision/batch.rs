//! Changes of many rows in small steps.
//!
//! One `UPDATE` over a large table keeps its rows locked, and old versions of all of them alive, until it ends; killed, it
//! begins anew. [`BatchedUpdate`] changes some thousand rows at a time, each step in a transaction of its own. It is
//! convergent: what is changed no longer meets the condition, so a run that was killed goes on where it ended.
//!
//! A hypertable is changed chunk by chunk, and within the columnstore segment by segment, in stretches of time: TimescaleDB
//! then unpacks the batches of one step and no others. Outside a transaction a chunk goes back to the columnstore as soon as
//! it is done. The room that its rows and indexes took beside it stays with the chunk until it is vacuumed, reindexed, or
//! converted anew ([`TimescaleManager::recompress_chunks`]): some 200 bytes a row for a while.
//!
//! Only outside a transaction (`use_transaction() -> Some(false)`). Inside one it works, and holds every row to the end.

use migration_timescale::{Chunks, TimescaleManager, question::is_answered};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use crate::{
    revision::{
        consent, progress,
        stretches::{self, Chunk, Stretches},
    },
    sql::{quote, sqlstate},
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
        let backend = manager.get_database_backend();
        let prefix = self.prefix(manager).await?;
        if is_answered() {
            // A script has no loop: it gets the whole change.
            let all = format!("{prefix}UPDATE {} SET {} WHERE {}", quote(backend, &self.table), self.set, self.filter);
            return manager.get_connection().execute_unprepared(&all).await.map(drop);
        }
        let mut work = Work { update: self, manager, prefix, done: 0, total: self.found(manager).await? };
        let Some(stretches) = Stretches::of(manager, &self.table).await? else {
            let step = self.step(backend);
            while work.change(&step).await? > 0 {}
            return Ok(());
        };
        loop {
            let before = work.done;
            let chunks = stretches.chunks(manager).await?;
            for beside in chunks.chunk_by(Chunk::is_beside) {
                work.change_chunks(&stretches, beside).await?;
            }
            // Others may have added rows meanwhile.
            if work.done == before || self.found(manager).await? == 0 {
                return Ok(());
            }
        }
    }

    /// How many rows there are to change.
    async fn found(&self, manager: &SchemaManager<'_>) -> Result<u64, DbErr> {
        let backend = manager.get_database_backend();
        let count = format!("SELECT count(*) AS found FROM {} WHERE {}", quote(backend, &self.table), self.filter);
        let found = manager.get_connection().query_one_raw(Statement::from_string(backend, count)).await?;
        let found = found.map(|row| row.try_get::<i64>("", "found")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(found).unwrap_or(0))
    }

    /// What comes before every change, in the transaction that a text of several statements is.
    async fn prefix(&self, manager: &SchemaManager<'_>) -> Result<String, DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(String::new());
        }
        let unlimited = stretches::has_columnstore(manager, &self.table).await?;
        let unlimited = if unlimited { format!("{}; ", stretches::UNLIMITED) } else { String::new() };
        Ok(format!("{}; {unlimited}", consent::EVERY_ROW))
    }

    fn step(&self, backend: DbBackend) -> String {
        let Self { set, filter, rows, .. } = self;
        let table = quote(backend, &self.table);
        if backend == DbBackend::MySql {
            return format!("UPDATE {table} SET {set} WHERE {filter} LIMIT {rows}");
        }
        let key = self.key.iter().map(|column| quote(backend, column)).collect::<Vec<_>>().join(", ");
        format!("UPDATE {table} SET {set} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {filter} LIMIT {rows})")
    }
}

/// An update that is being run.
struct Work<'a> {
    update: &'a BatchedUpdate,
    manager: &'a SchemaManager<'a>,
    prefix: String,
    done: u64,
    total: u64,
}

impl Work<'_> {
    /// Runs one step; gives how many rows it changed.
    async fn change(&mut self, step: &str) -> Result<u64, DbErr> {
        let BatchedUpdate { table, filter, set, rows, .. } = self.update;
        let sql = format!("{}{step}", self.prefix);
        let changed = self.manager.get_connection().execute_unprepared(&sql).await?.rows_affected();
        self.done += changed;
        if changed > 0 {
            progress::report(&format!("updating {table}"), self.done, Ord::max(self.done, self.total));
        }
        // Others may add rows meanwhile, though not without end.
        if self.done > 2 * self.total + u64::from(*rows) {
            return Err(DbErr::Migration(format!(
                "the update of {table} in steps does not end: rows still meet `{filter}` after `{set}`; \
                 correct one of them so that a changed row is not found again"
            )));
        }
        Ok(changed)
    }

    /// Changes the rows of chunks that hold the same stretch of time.
    async fn change_chunks(&mut self, stretches: &Stretches<'_>, chunks: &[Chunk]) -> Result<(), DbErr> {
        let BatchedUpdate { table, filter, set, rows, .. } = self.update;
        let Some(first) = chunks.first() else { return Ok(()) };
        let parts = stretches.parts(self.manager, first, filter, *rows).await?;
        let mut changed = 0;
        for part in parts {
            let table = quote(DbBackend::Postgres, table);
            changed += self.change(&format!("UPDATE {table} SET {set} WHERE {part} AND ({filter})")).await?;
        }
        let alone = matches!(self.manager.get_connection(), SchemaManagerConnection::Connection(_));
        for chunk in chunks.iter().filter(|chunk| chunk.is_packed && alone && changed > 0) {
            // The policy does it too, later: it is no reason to stop.
            if let Err(error) = self.manager.compress_chunks(&Chunks::one(&chunk.name)).await {
                let message = sqlstate::message(&error);
                tracing::warn!("{} goes back to the columnstore when its policy runs, not now: {message}", chunk.name);
            }
        }
        Ok(())
    }
}
