//! Columns that leave with `down` and come back with the next `up`.
//!
//! A `down()` that drops a column loses what the column held. [`KeptColumns::keep`] first copies the rows that hold more
//! than the default into a side table; the `up()` of the same revision calls [`KeptColumns::restore`], which puts the
//! values back and removes the side table. Rows deleted in between stay deleted. Where no row holds more than the
//! default there is no side table at all.
//!
//! A history takes long to be read. [`KeptColumns::keep_ahead`] therefore copies while others write, before the lock;
//! [`KeptColumns::leave`] does all of it.
//!
//! Side tables start with [`PREFIX`]: they are no part of the schema, so dumps, fingerprints and entities leave them out.
//! They have a primary key, without which a publication of all tables would let nobody change them.

mod ahead;

use migration_timescale::{
    Capability, Dialect, MYSQL_TABLE_OPTIONS, TimescaleManager, add_primary_key_sql, identifier, literal,
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;
use sha2::{Digest, Sha256};

use crate::{
    revision::{columns, consent, progress, stretches},
    sql::{quote, rows},
};

/// How the names of side tables begin.
pub const PREFIX: &str = "_kept_";
/// The longest name of a table, in bytes, and what is left of a longer one before its hash.
const LONGEST: usize = 63;
const HASH: usize = 8;
const CUT: usize = LONGEST - HASH - 1;

/// What to keep of which rows.
///
/// ```
/// use migration_engine::revision::kept::KeptColumns;
///
/// let kept = KeptColumns::of("alarms", "origin")
///     .key(&["id", "raised_at"])
///     .batched_by("sensor_id", "raised_at")
///     .enum_column("origin", "alarm_origin")
///     .column("anomaly_score")
///     .rows_where("anomaly_score IS NOT NULL");
/// assert_eq!(kept.side_table(), "_kept_alarms_origin");
/// ```
#[derive(Clone, Debug)]
pub struct KeptColumns {
    table: String,
    side_table: String,
    /// Table, trigger and function of what others write while rows are copied.
    since: String,
    key: Vec<String>,
    columns: Vec<(String, Option<String>)>,
    rows: Rows,
    still: Option<(String, String)>,
    batch: Option<(String, String)>,
}

/// Which rows are kept.
#[derive(Clone, Debug)]
enum Rows {
    All,
    WithValue,
    WithoutValue,
    Where(String),
}

impl KeptColumns {
    /// Keeps columns of `table` in the side table `_kept_<table>_<name>`; a name that servers would cut is shortened.
    pub fn of(table: &str, name: &str) -> Self {
        Self {
            table: table.to_owned(),
            side_table: side_table(table, name),
            since: side_table(table, &format!("{name}_since")),
            key: Vec::new(),
            columns: Vec::new(),
            rows: Rows::All,
            still: None,
            batch: None,
        }
    }

    /// Columns that identify a row.
    #[must_use]
    pub fn key(mut self, columns: &[&str]) -> Self {
        self.key = columns.iter().map(|column| (*column).to_owned()).collect();
        self
    }

    /// The column the columnstore is segmented by, and the time column. Restoring then decompresses the batches that hold
    /// the rows and no others.
    #[must_use]
    pub fn batched_by(mut self, segment: &str, time: &str) -> Self {
        self.batch = Some((segment.to_owned(), time.to_owned()));
        self
    }

    /// Keeps a column.
    #[must_use]
    pub fn column(mut self, name: &str) -> Self {
        self.columns.push((name.to_owned(), None));
        self
    }

    /// Keeps a column of an enum type that `down` drops; the side table holds its labels as text.
    #[must_use]
    pub fn enum_column(mut self, name: &str, type_name: &str) -> Self {
        self.columns.push((name.to_owned(), Some(type_name.to_owned())));
        self
    }

    /// Keeps the rows that meet this condition: those that hold more than the default.
    #[must_use]
    pub fn rows_where(mut self, condition: &str) -> Self {
        self.rows = Rows::Where(condition.to_owned());
        self
    }

    /// Keeps the rows in which one of the columns is not null: for columns without a default.
    #[must_use]
    pub fn rows_with_value(mut self) -> Self {
        self.rows = Rows::WithValue;
        self
    }

    /// Keeps the rows that have nothing in the one column that is named, which [`fill`](Self::fill) then fills: for a column
    /// that was there and may not be null from now on.
    #[must_use]
    pub fn rows_without_value(mut self) -> Self {
        self.rows = Rows::WithoutValue;
        self
    }

    /// Puts the values back into rows that still have this value, a literal, in a column.
    #[must_use]
    pub(super) fn restored_where(mut self, column: &str, value: &str) -> Self {
        self.still = Some((column.to_owned(), value.to_owned()));
        self
    }

    /// Name of the side table.
    pub fn side_table(&self) -> &str {
        &self.side_table
    }

    /// Copies the values to the side table. To be called in the transaction that drops the columns; on PostgreSQL it keeps
    /// writers, but not readers, out until that transaction ends. Behind [`keep_ahead`](Self::keep_ahead) it copies what
    /// was written since, and keeps readers out too, as a column that goes does.
    ///
    /// A side table that is there already (its `restore` never ran) is added to, not replaced.
    pub async fn keep(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let (table, side) = (quote(backend, &self.table), quote(backend, &self.side_table));
        let is_watched = self.is_watched(manager).await?;
        if backend == DbBackend::Postgres {
            let mode = if is_watched { "ACCESS EXCLUSIVE" } else { "SHARE ROW EXCLUSIVE" };
            run(manager, &format!("{}; LOCK TABLE {table} IN {mode} MODE", consent::EVERY_ROW)).await?;
        }
        if is_watched {
            self.stop_watching(manager).await?;
        } else {
            self.make_side_table(manager).await?;
            if backend == DbBackend::MySql {
                // No transaction spans a change of a MySQL table; the lock does. `release` gives it back.
                run(manager, &format!("LOCK TABLES {table} WRITE, {side} WRITE")).await?;
            }
            run(manager, &self.copy(backend)).await?;
        }
        if !consent::holds_rows(manager.get_connection(), &self.side_table).await? && backend != DbBackend::MySql {
            run(manager, &format!("DROP TABLE {side}")).await?;
        }
        Ok(())
    }

    /// Creates the side table, empty, unless it exists.
    async fn make_side_table(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let (table, side) = (quote(backend, &self.table), quote(backend, &self.side_table));
        let (selected, key) = (self.selected(backend), self.key_list(backend));
        if !manager.table_exists(&self.side_table).await? {
            // IF NOT EXISTS: a recorded script cannot look.
            let options = match Dialect::of(backend) {
                Dialect::MySql => format!("(PRIMARY KEY ({key})) {MYSQL_TABLE_OPTIONS} "),
                Dialect::Postgres | Dialect::Sqlite => String::new(),
            };
            let made =
                format!("CREATE TABLE IF NOT EXISTS {side} {options}AS SELECT {selected} FROM {table} WHERE 1 = 0");
            run(manager, &made).await?;
            if backend == DbBackend::Sqlite {
                let index = quote(backend, &format!("{}_key", self.side_table));
                run(manager, &format!("CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {side} ({key})")).await?;
            }
        }
        self.add_key(manager).await
    }

    /// The statement that copies all rows to the side table.
    fn copy(&self, backend: DbBackend) -> String {
        let (table, side) = (quote(backend, &self.table), quote(backend, &self.side_table));
        let (names, filter) = (self.names(backend), self.condition(backend));
        let select = format!("SELECT {} FROM {table} WHERE {filter}", self.selected(backend));
        match Dialect::of(backend) {
            Dialect::MySql => format!("REPLACE INTO {side} ({names}) {select}"),
            Dialect::Postgres | Dialect::Sqlite => {
                let (key, values) = (self.key_list(backend), self.taken_over(backend));
                format!("INSERT INTO {side} ({names}) {select} ON CONFLICT ({key}) DO UPDATE SET {values}")
            }
        }
    }

    /// Which rows are kept.
    fn condition(&self, backend: DbBackend) -> String {
        let one_is = |what: &str| {
            let held = self.columns.iter().map(|(name, _)| format!("{} IS {what}", quote(backend, name)));
            held.collect::<Vec<_>>().join(" OR ")
        };
        match &self.rows {
            Rows::All => "true".to_owned(),
            Rows::WithValue => one_is("NOT NULL"),
            Rows::WithoutValue => one_is("NULL"),
            Rows::Where(condition) => condition.clone(),
        }
    }

    fn key_list(&self, backend: DbBackend) -> String {
        self.key.iter().map(|name| quote(backend, name)).collect::<Vec<_>>().join(", ")
    }

    /// The columns of the side table.
    fn names(&self, backend: DbBackend) -> String {
        self.side_columns().map(|name| quote(backend, name)).collect::<Vec<_>>().join(", ")
    }

    /// The assignments that update a row which the side table has already.
    fn taken_over(&self, backend: DbBackend) -> String {
        let columns = self.columns.iter().map(|(name, _)| quote(backend, name));
        columns.map(|name| format!("{name} = excluded.{name}")).collect::<Vec<_>>().join(", ")
    }

    /// Ends what [`keep`](Self::keep) began on MySQL; elsewhere the transaction does. To be called once the columns are gone.
    pub async fn release(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::MySql {
            return Ok(());
        }
        run(manager, "UNLOCK TABLES").await?;
        if !consent::holds_rows(manager.get_connection(), &self.side_table).await? {
            run(manager, &format!("DROP TABLE {}", quote(DbBackend::MySql, &self.side_table))).await?;
        }
        Ok(())
    }

    /// Keeps the values and drops the columns, in a transaction of its own; columns that are gone already stay gone.
    pub async fn leave(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let Some((first, _)) = self.columns.first() else { return Ok(()) };
        if !manager.column_exists(&self.table, first).await? {
            return Ok(());
        }
        self.keep_ahead(manager).await?;
        let work = manager.begin().await?;
        self.keep(&work).await?;
        for (column, _) in &self.columns {
            columns::drop(&work, &self.table, column).await?;
        }
        self.release(&work).await?;
        work.commit().await
    }

    /// Keeps the rows that have nothing in the column, and gives them this value, an expression in SQL, as
    /// [`columns::fill`] does. [`restore`](Self::restore) takes it from them again.
    pub async fn fill(&self, manager: &SchemaManager<'_>, value: &str) -> Result<(), DbErr> {
        let Some((column, _)) = self.columns.first() else { return Ok(()) };
        self.keep_ahead(manager).await?;
        let work = manager.begin().await?;
        self.keep(&work).await?;
        self.release(&work).await?;
        work.commit().await?;
        let key: Vec<&str> = self.key.iter().map(String::as_str).collect();
        columns::fill(manager, &self.table, &key, column, value).await
    }

    /// Puts the values back and drops the side table; without a side table nothing happens. To be called once the columns
    /// and their checks are there, outside the transaction that locked the table for them.
    ///
    /// Only rows are locked, and a run that is killed goes on where it ended: what is restored leaves the side table. What
    /// others write into the columns of a row between their return and its restoring is overwritten.
    pub async fn restore(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if !manager.table_exists(&self.side_table).await? {
            return Ok(());
        }
        let side = quote(manager.get_database_backend(), &self.side_table);
        if self.is_watched(manager).await? {
            // A `down` that was killed before its end.
            let work = manager.begin().await?;
            run(&work, consent::EVERY_ROW).await?;
            self.stop_watching(&work).await?;
            work.commit().await?;
        }
        self.add_key(manager).await?;
        let parts = self.parts(manager).await?;
        let total = parts.len() as u64;
        for (done, part) in (1..).zip(parts) {
            let work = manager.begin().await?;
            if work.get_database_backend() == DbBackend::Postgres {
                // The planner knows nothing of rows in the columnstore and would visit the chunk once per row.
                run(&work, &format!("{}; SET LOCAL enable_nestloop = off", consent::EVERY_ROW)).await?;
            }
            if Capability::detect(work.get_connection()).await?.has_columnstore() {
                run(&work, stretches::UNLIMITED).await?;
            }
            run(&work, &self.update(work.get_database_backend(), &part.of_table)).await?;
            run(&work, &format!("DELETE FROM {side} WHERE {}", part.of_side_table)).await?;
            work.commit().await?;
            progress::report(&format!("restoring {}", self.table), done, total);
        }
        run(manager, &format!("DROP TABLE {side}")).await
    }

    /// The primary key of the side table, on PostgreSQL; one that an earlier version made has none.
    async fn add_key(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let key: Vec<&str> = self.key.iter().map(String::as_str).collect();
        run(manager, &add_primary_key_sql(&self.side_table, &key)).await
    }

    /// The statement that copies the values back to the rows of one part.
    fn update(&self, backend: DbBackend, part: &str) -> String {
        let (table, side) = (quote(backend, &self.table), quote(backend, &self.side_table));
        let same_row = self.key.iter().map(|column| quote(backend, column));
        let same_row = same_row.map(|column| format!("a.{column} = k.{column}")).collect::<Vec<_>>().join(" AND ");
        let values = self.columns.iter().map(|(name, enum_type)| {
            let name = quote(backend, name);
            match (Dialect::of(backend), enum_type) {
                (Dialect::MySql, _) => format!("a.{name} = k.{name}"),
                (Dialect::Postgres, Some(enum_type)) => format!("{name} = k.{name}::{}", identifier(enum_type)),
                (Dialect::Postgres, None) | (Dialect::Sqlite, _) => format!("{name} = k.{name}"),
            }
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let part = self.still.iter().fold(part.to_owned(), |part, (column, value)| {
            format!("{part} AND a.{} = {value}", quote(backend, column))
        });
        match Dialect::of(backend) {
            Dialect::MySql => format!("UPDATE {table} a JOIN {side} k ON {same_row} SET {values} WHERE {part}"),
            Dialect::Postgres | Dialect::Sqlite => {
                format!("UPDATE {table} AS a SET {values} FROM {side} AS k WHERE {same_row} AND {part}")
            }
        }
    }

    /// The kept rows in parts of a week, those without a segment apart. TimescaleDB decompresses whole batches, and only constants for segment and time
    /// tell it which; without them it would decompress the history. Elsewhere all rows are one part.
    async fn parts(&self, manager: &SchemaManager<'_>) -> Result<Vec<Part>, DbErr> {
        let Some((segment, time)) =
            self.batch.as_ref().filter(|_| manager.get_database_backend() == DbBackend::Postgres)
        else {
            return Ok(vec![Part { of_table: "1 = 1".to_owned(), of_side_table: "1 = 1".to_owned() }]);
        };
        let (segment, time) = (identifier(segment), identifier(time));
        let weeks = rows(
            manager.get_connection(),
            &format!(
                "SELECT min({time})::text AS first, max({time})::text AS last, \
                 CASE WHEN bool_and({segment} IS NOT NULL) THEN array_agg(DISTINCT {segment}::text)::text END AS segments \
                 FROM {} GROUP BY floor(extract(epoch FROM {time}) / 604800), {segment} IS NULL ORDER BY 1",
                identifier(&self.side_table)
            ),
        )
        .await?;
        weeks
            .iter()
            .map(|row| {
                let text = |column| row.try_get::<String>("", column).map(|text| literal(&text));
                let (first, last) = (text("first")?, text("last")?);
                let segments: Option<String> = row.try_get("", "segments")?;
                let within = |place: &str| {
                    let segment = stretches::is_one_of(&format!("{place}{segment}"), segments.as_deref());
                    format!("{segment} AND {place}{time} BETWEEN {first} AND {last}")
                };
                Ok(Part { of_table: format!("{} AND {}", within("a."), within("k.")), of_side_table: within("") })
            })
            .collect()
    }

    fn side_columns(&self) -> impl Iterator<Item = &str> {
        // It may be a part of the key.
        let segment = self.batch.as_ref().map(|(segment, _)| segment).filter(|segment| !self.key.contains(segment));
        self.key.iter().chain(segment).chain(self.columns.iter().map(|(name, _)| name)).map(String::as_str)
    }

    /// The select list of the side table; enums as text, so that their type can go.
    fn selected(&self, backend: DbBackend) -> String {
        let columns = self.side_columns().map(|name| {
            let is_enum = self.columns.iter().any(|(column, enum_type)| column == name && enum_type.is_some());
            let name = quote(backend, name);
            match Dialect::of(backend) {
                Dialect::Postgres if is_enum => format!("{name}::text AS {name}"),
                Dialect::MySql if is_enum => format!("CAST({name} AS CHAR(255)) AS {name}"),
                Dialect::Postgres | Dialect::MySql | Dialect::Sqlite => name,
            }
        });
        columns.collect::<Vec<_>>().join(", ")
    }
}

/// The name of a side table. PostgreSQL cuts longer names than 63 bytes without a word, and MySQL refuses them: such a one
/// ends in a hash.
fn side_table(table: &str, name: &str) -> String {
    let whole = format!("{PREFIX}{table}_{name}");
    if whole.len() <= LONGEST {
        return whole;
    }
    let hash = Sha256::digest(&whole).iter().take(HASH / 2).fold(0_u32, |hash, byte| hash << 8 | u32::from(*byte));
    format!("{}_{hash:0HASH$x}", &whole[..whole.floor_char_boundary(CUT)])
}

/// Whether a side table is one of this table's.
pub(crate) fn is_of(side: &str, table: &str) -> bool {
    let begin = format!("{PREFIX}{table}_");
    side.starts_with(&begin[..begin.floor_char_boundary(CUT)])
}

/// Conditions that select one part, in the table (as `a`, joined with the side table as `k`) and in the side table.
struct Part {
    of_table: String,
    of_side_table: String,
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}
