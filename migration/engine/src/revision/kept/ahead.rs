//! Copying while others read and write, on PostgreSQL: the lock of `down` is then held for what came since, and not for as
//! long as a history takes to be read.
//!
//! 1. A trigger notes the key of every row that others write from now on. Whoever writes waits for the transactions that
//!    were there before, and for nothing else: the trigger only adds rows, which nobody else changes.
//! 2. The rows are copied.
//! 3. The rows that were noted meanwhile are copied again; [`KeptColumns::keep`] does so once more, with the lock, and takes
//!    the trigger away.
//!
//! A run that is killed in between, or that does not get the lock, leaves the trigger, which goes on; the next `down` copies
//! again what is there and what was noted, and `up` takes it away.

use migration_timescale::{TimescaleManager, identifier, literal, question::is_answered};
use sea_orm::{DbBackend, DbErr};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use super::{KeptColumns, run};
use crate::{revision::consent, sql::rows};

/// Rows that are copied again at once.
const AT_ONCE: u32 = 10_000;

impl KeptColumns {
    /// Copies the values to the side table while others write, outside a transaction; [`keep`](Self::keep), which has to
    /// follow, is then short however many rows there are. [`leave`](Self::leave) and [`fill`](Self::fill) begin with it.
    ///
    /// On other backends than PostgreSQL, in a transaction and in a script nothing is done: `keep` copies all then.
    pub async fn keep_ahead(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let is_alone = matches!(manager.get_connection(), SchemaManagerConnection::Connection(_));
        if manager.get_database_backend() != DbBackend::Postgres || !is_alone || is_answered() {
            return Ok(());
        }
        // Left by a run that did not get to its end, it has noted everything since: nothing has to begin anew.
        let made = if self.is_noting(manager).await? { false } else { self.watch(manager).await? };
        let copied = self.copy_ahead(manager).await;
        if made && copied.is_err() {
            // What has failed is told; what cannot be taken away now is by the next run.
            let _ = self.forget(manager).await;
        }
        copied
    }

    /// Begins to note what others write. Gives whether there was no side table before.
    async fn watch(&self, manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
        let path = rows(manager.get_connection(), "SELECT current_setting('search_path') AS path").await?;
        let path = path.iter().map(|row| row.try_get::<String>("", "path")).collect::<Result<String, _>>()?;
        let body = self.written(include_str!("note.sql"));
        // Temporary tables last: whoever writes can make some, and the function has the rights of this user.
        let watch = self.written(include_str!("watch.sql")).replace("{path}", &format!("{path}, pg_temp"));
        let begin = manager.begin().await?;
        if self.is_watched(&begin).await? {
            // Somebody took the trigger away, or switched it off. Where all is well nobody who reads has to wait.
            self.take_trigger_away(&begin).await?;
        }
        let made = !begin.table_exists(&self.side_table).await?;
        self.make_side_table(&begin).await?;
        run(&begin, &watch.replace("{body}", &literal(&body))).await?;
        if !begin.is_hypertable(&self.table).await? {
            // For what a subscription applies, too; no subscription writes into chunks.
            run(&begin, &self.written("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {since}")).await?;
        }
        begin.commit().await?;
        Ok(made)
    }

    /// Whether everything that is written is noted.
    async fn is_noting(&self, manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
        let (table, since) = (literal(&self.table), literal(&self.since));
        let trigger = format!(
            "SELECT FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = {since} AND t.tgenabled <> 'D' \
             AND c.relname = {table} AND c.relnamespace = quote_ident(current_schema())::regnamespace"
        );
        Ok(self.is_watched(manager).await? && !rows(manager.get_connection(), &trigger).await?.is_empty())
    }

    /// Undoes what [`watch`](Self::watch) made.
    async fn forget(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let work = manager.begin().await?;
        self.take_trigger_away(&work).await?;
        run(&work, &format!("DROP TABLE {}", identifier(&self.side_table))).await?;
        work.commit().await
    }

    async fn copy_ahead(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let copy = manager.begin().await?;
        run(&copy, consent::EVERY_ROW).await?;
        run(&copy, &self.copy(DbBackend::Postgres)).await?;
        copy.commit().await?;
        let again = manager.begin().await?;
        run(&again, consent::EVERY_ROW).await?;
        self.copy_noted(&again).await?;
        again.commit().await
    }

    /// Whether [`keep_ahead`](Self::keep_ahead) has begun, and nothing has ended it.
    pub(super) async fn is_watched(&self, manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
        Ok(manager.get_database_backend() == DbBackend::Postgres && manager.table_exists(&self.since).await?)
    }

    /// Copies what was noted, and takes the trigger away; in a transaction.
    pub(super) async fn stop_watching(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        self.copy_noted(manager).await?;
        self.take_trigger_away(manager).await
    }

    async fn take_trigger_away(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let (table, since) = (identifier(&self.table), identifier(&self.since));
        let (trigger, function) =
            (format!("TRIGGER IF EXISTS {since} ON {table}"), format!("FUNCTION IF EXISTS {since}()"));
        run(manager, &format!("DROP {trigger}; DROP {function}; DROP TABLE {since}")).await
    }

    async fn copy_noted(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let since = identifier(&self.since);
        // Constants tell TimescaleDB which chunks to look into.
        let time = self.batch.as_ref().map(|(_, time)| time).filter(|time| self.key.contains(time));
        let times =
            time.map_or("NULL".to_owned(), |time| format!("array_agg(DISTINCT {}::text)::text", identifier(time)));
        let noted = format!(
            "SELECT array_agg(\"_kept_number\")::text AS numbers, {times} AS times \
             FROM (SELECT * FROM {since} ORDER BY \"_kept_number\" LIMIT {AT_ONCE}) AS noted"
        );
        loop {
            let noted = rows(manager.get_connection(), &noted).await?;
            let Some(noted) = noted.first() else { return Ok(()) };
            let Some(numbers) = noted.try_get::<Option<String>>("", "numbers")? else { return Ok(()) };
            let times: Option<String> = noted.try_get("", "times")?;
            let within =
                time.zip(times).map(|(time, times)| format!(" AND {} = ANY ({})", identifier(time), literal(&times)));
            let again = self.written(include_str!("again.sql")).replace("{within}", &within.unwrap_or_default());
            run(manager, &again.replace("{numbers}", &literal(&numbers))).await?;
        }
    }

    /// A statement with the names and conditions in it.
    fn written(&self, sql: &str) -> String {
        let backend = DbBackend::Postgres;
        sql.trim_end()
            .replace("{since}", &identifier(&self.since))
            .replace("{table}", &identifier(&self.table))
            .replace("{side}", &identifier(&self.side_table))
            .replace("{key}", &self.key_list(backend))
            .replace("{names}", &self.names(backend))
            .replace("{values}", &self.taken_over(backend))
            .replace("{selected}", &self.selected(backend))
            .replace("{condition}", &self.condition(backend))
    }
}
