//! What the database remembers of the revisions: SeaORM's table of applied ones, and the engine's own beside it.
//!
//! SeaORM's table (`seaql_migrations`) stays as SeaORM makes and reads it: a row is an applied revision. The engine's own
//! (`seaql_migrations_engine`) says more of each: the checksum of what it did, on which profile, by which version of the
//! engine, how long it took and who ran it. A row without a finish is a revision that was started and not finished.
//! Rows of the own table that are missing (another tool ran the revision) are added by the next `up`.

mod squashed;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use migration_timescale::Dialect;
use migration_timescale::MYSQL_TABLE_OPTIONS;
use schemars::JsonSchema;
use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, DynIden, QueryResult, Schema, StatementBuilder,
    sea_query::{Alias, ColumnDef, Expr, ExprTrait, IntoIden, IntoTableRef, OnConflict, Query, SeaRc, Table, TableRef},
};
use sea_orm_migration::{SchemaManager, seaql_migrations};
use serde::Serialize;

use crate::{Direction, sql};
pub use squashed::Part;

/// Checksum of a revision that cannot be recorded, or does something else each time.
pub const NO_CHECKSUM: &str = "-";

/// A row of the engine's own table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entry {
    /// Name of the revision.
    pub revision: String,
    /// What was started last.
    pub direction: Direction,
    /// When.
    pub started_at: DateTime<Utc>,
    /// When it was finished; `None` while it runs, or when it was killed.
    pub finished_at: Option<DateTime<Utc>>,
    /// How long it took, in milliseconds; `None` until it is finished, and when another tool ran it.
    pub duration_ms: Option<i64>,
    /// Checksum of what it does on `profile`, or [`NO_CHECKSUM`].
    pub checksum: String,
    /// The statements behind the checksum, as [`Fingerprint`](crate::recording::Fingerprint) has them; `None` without a
    /// checksum, and in rows of earlier versions of the engine.
    #[serde(skip)]
    pub statements: Option<String>,
    /// Name of the profile it ran on.
    pub profile: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Who ran it: user and host.
    pub applied_by: String,
}

/// Everything the database remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Applied revisions and when, by name.
    pub applied: BTreeMap<String, DateTime<Utc>>,
    /// The engine's own rows, by name.
    pub entries: BTreeMap<String, Entry>,
    /// Revisions that are not written down, and stand in place of some that are.
    pub replaced: Vec<Part>,
    /// Whether both tables are there, as this version of the engine has them.
    pub installed: bool,
    /// Whether the own table is one of an earlier version.
    outdated: bool,
}

impl Records {
    /// The revision's row, when it was started and not finished.
    pub fn unfinished(&self, revision: &str) -> Option<&Entry> {
        self.entries.get(revision).filter(|entry| entry.finished_at.is_none())
    }

    /// Whether the revision is applied as far as it can be told: recorded, and not half reverted.
    pub fn is_applied(&self, revision: &str) -> bool {
        self.applied.contains_key(revision) && self.unfinished(revision).is_none()
    }

    /// Whether there is anything of the revision to revert: applied, or started and not finished.
    pub fn is_present(&self, revision: &str) -> bool {
        self.applied.contains_key(revision) || self.unfinished(revision).is_some()
    }
}

/// The two tables.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Schema or database they are in.
    place: Option<String>,
    bookkeeping: DynIden,
    own: String,
}

const VERSION: &str = "version";
/// Columns of the engine's own table, in order.
const COLUMNS: [&str; 10] = [
    VERSION,
    "direction",
    "started_at",
    "finished_at",
    "duration_ms",
    "checksum",
    "profile",
    "engine_version",
    "applied_by",
    STATEMENTS,
];
/// Came later than the others.
const STATEMENTS: &str = "statements";

impl Tables {
    /// The tables that belong to a bookkeeping table of that name, in this schema or database: what a revision does to the
    /// search path does not move them.
    pub fn of(bookkeeping: &DynIden, place: Option<&str>) -> Self {
        Self {
            place: place.map(str::to_owned),
            own: own_table(&bookkeeping.to_string()),
            bookkeeping: SeaRc::clone(bookkeeping),
        }
    }

    /// The tables beside a bookkeeping table of that name, in whatever schema or database a script runs in.
    pub fn named(bookkeeping: &str) -> Self {
        Self::of(&Alias::new(bookkeeping).into_iden(), None)
    }

    fn bookkeeping(&self) -> TableRef {
        self.placed(SeaRc::clone(&self.bookkeeping))
    }

    fn own(&self) -> TableRef {
        self.placed(Alias::new(&self.own).into_iden())
    }

    fn placed(&self, table: DynIden) -> TableRef {
        match &self.place {
            Some(place) => (Alias::new(place), table).into_table_ref(),
            None => table.into_table_ref(),
        }
    }

    /// A table's full name.
    fn full_name(&self, backend: DbBackend, table: &str) -> String {
        let name = sql::quote(backend, table);
        match &self.place {
            Some(place) => format!("{}.{name}", sql::quote(backend, place)),
            None => name,
        }
    }

    /// Statements that make what is missing of them, as one text.
    pub fn create(&self, backend: DbBackend, records: &Records) -> String {
        let mut both = self.create_each(backend).join("; ");
        if records.outdated {
            let add = Table::alter().table(self.own()).add_column(statements(backend)).take();
            both = format!("{both}; {}", sql(backend, &add));
        }
        // Two empty tables need not wait for the disk; the first revision does.
        if backend == DbBackend::Postgres { format!("SET LOCAL synchronous_commit = off; {both}") } else { both }
    }

    /// Statements that make both where they are not there.
    pub fn create_each(&self, backend: DbBackend) -> [String; 2] {
        let mut bookkeeping = Schema::new(backend).create_table_from_entity(seaql_migrations::Entity);
        bookkeeping.table(self.bookkeeping()).if_not_exists();
        let text = |name: &'static str, length| ColumnDef::new(name).string_len(length).not_null().take();
        let mut own = Table::create()
            .table(self.own())
            .if_not_exists()
            .col(text(VERSION, 255).primary_key())
            .col(text("direction", 4))
            .col(ColumnDef::new("started_at").big_integer().not_null())
            .col(ColumnDef::new("finished_at").big_integer())
            .col(ColumnDef::new("duration_ms").big_integer())
            .col(text("checksum", 80))
            .col(text("profile", 40))
            .col(text("engine_version", 40))
            .col(text("applied_by", 255))
            .col(statements(backend))
            .take();
        if backend == DbBackend::MySql {
            for table in [&mut bookkeeping, &mut own] {
                table.character_set("utf8mb4").extra(MYSQL_TABLE_OPTIONS);
            }
        }
        [sql(backend, &bookkeeping), sql(backend, &own)]
    }

    /// Statement that writes a row of the engine's own table, in place of an earlier one.
    pub fn write(&self, backend: DbBackend, entry: &Entry) -> String {
        let finished_at = entry.finished_at.map(|at| at.timestamp());
        let times = [entry.started_at.timestamp().into(), finished_at.into(), entry.duration_ms.into()];
        self.write_at(backend, entry, times)
    }

    /// The statements that say a revision is applied, at the end of the message to PostgreSQL that does the revision. The
    /// times of `entry` are those when the message is sent, and the server adds how long it has been at work on it.
    pub fn record_in_message(&self, entry: &Entry, is_recorded: bool, sent: DateTime<Utc>) -> String {
        let since = |unit| {
            Expr::cust(format!("floor(extract(epoch FROM clock_timestamp() - statement_timestamp()) * {unit})::bigint"))
        };
        let end = || Expr::val(sent.timestamp()).add(since(1));
        let took = Expr::val(entry.duration_ms.unwrap_or_default()).add(since(1000));
        let times = [entry.started_at.timestamp().into(), end(), took];
        let written = self.write_at(DbBackend::Postgres, entry, times);
        if is_recorded {
            return written;
        }
        format!("{}; {written}", self.record_at(DbBackend::Postgres, &entry.revision, end()))
    }

    /// `times` are the beginning, the end and the milliseconds in between.
    fn write_at(&self, backend: DbBackend, entry: &Entry, [started_at, finished_at, took]: [Expr; 3]) -> String {
        let mut insert = Query::insert();
        insert.into_table(self.own()).columns(COLUMNS).values_panic([
            entry.revision.clone().into(),
            entry.direction.word().into(),
            started_at,
            finished_at,
            took,
            entry.checksum.clone().into(),
            entry.profile.clone().into(),
            entry.engine_version.clone().into(),
            shortened(&entry.applied_by).into(),
            entry.statements.clone().into(),
        ]);
        insert.on_conflict(OnConflict::column(VERSION).update_columns(COLUMNS[1..].iter().copied()).to_owned());
        sql(backend, &insert)
    }

    /// Statement that writes down the end of an entry whose beginning is there.
    pub fn write_end(&self, backend: DbBackend, entry: &Entry) -> String {
        let mut update = Query::update();
        update
            .table(self.own())
            .value("finished_at", entry.finished_at.map(|at| at.timestamp()))
            .value("duration_ms", entry.duration_ms)
            .and_where(Expr::col(VERSION).eq(&entry.revision));
        sql(backend, &update)
    }

    /// Statement that says a revision is applied, as SeaORM does.
    pub fn record(&self, backend: DbBackend, revision: &str, at: DateTime<Utc>) -> String {
        self.record_at(backend, revision, at.timestamp().into())
    }

    fn record_at(&self, backend: DbBackend, revision: &str, at: Expr) -> String {
        let mut insert = Query::insert();
        insert
            .into_table(self.bookkeeping())
            .columns([seaql_migrations::Column::Version, seaql_migrations::Column::AppliedAt])
            .values_panic([revision.into(), at]);
        sql(backend, &insert)
    }

    /// Statements for a script, which say that the revision of `entry` is applied at the moment when it gets there.
    pub fn record_in_script(&self, backend: DbBackend, entry: &Entry) -> [String; 2] {
        let now = || Expr::cust(seconds_since_1970(backend));
        [
            self.record_at(backend, &entry.revision, now()),
            self.write_at(backend, entry, [now(), now(), entry.duration_ms.into()]),
        ]
    }

    /// Statements that forget a revision that was reverted.
    pub fn forget(&self, backend: DbBackend, revision: &str) -> [String; 2] {
        let delete = |table: TableRef| {
            let mut delete = Query::delete();
            delete.from_table(table).and_where(Expr::col(VERSION).eq(revision));
            sql(backend, &delete)
        };
        [delete(self.bookkeeping()), delete(self.own())]
    }

    /// Statements that drop both tables.
    pub fn drop(&self, backend: DbBackend) -> [String; 2] {
        [&self.own, &self.bookkeeping.to_string()]
            .map(|table| format!("DROP TABLE IF EXISTS {}", self.full_name(backend, table)))
    }

    /// Reads both tables: one question where both are there, which is nearly always.
    pub async fn read(&self, db: &DatabaseConnection) -> Result<Records, DbErr> {
        let backend = db.get_database_backend();
        let both = format!("{} UNION ALL {}", self.select_bookkeeping(backend), self.select_own(backend, STATEMENTS));
        if let Ok(rows) = sql::rows_of_text(db, &both).await {
            return Self::collect(&rows, Records { installed: true, ..Records::default() });
        }
        // A table is missing, or something is wrong that the next questions say.
        let mut found = Vec::new();
        let (has_bookkeeping, has_own, has_statements) = self.present(db).await?;
        if has_bookkeeping {
            found.extend(sql::rows(db, &self.select_bookkeeping(backend)).await?);
        }
        if has_own {
            let statements = if has_statements { STATEMENTS } else { "NULL AS statements" };
            found.extend(sql::rows(db, &self.select_own(backend, statements)).await?);
        }
        let installed = has_bookkeeping && has_own && has_statements;
        Self::collect(&found, Records { installed, outdated: has_own && !has_statements, ..Records::default() })
    }

    /// Which of the two tables are there, and whether the own one has the column that came later.
    async fn present(&self, db: &DatabaseConnection) -> Result<(bool, bool, bool), DbErr> {
        let bookkeeping = self.bookkeeping.to_string();
        if db.get_database_backend() != DbBackend::Postgres {
            let manager = SchemaManager::new(db);
            let has_own = manager.has_table(&self.own).await?;
            let has_statements = has_own && manager.has_column(&self.own, STATEMENTS).await?;
            return Ok((manager.has_table(bookkeeping).await?, has_own, has_statements));
        }
        // The views of information_schema, which `has_table` asks, cost a new session milliseconds.
        let table = |table| {
            let name = migration_timescale::literal(&self.full_name(DbBackend::Postgres, table));
            format!("pg_catalog.to_regclass({name})")
        };
        let (bookkeeping, own) = (table(&bookkeeping), table(&self.own));
        let question = format!(
            "SELECT {bookkeeping} IS NOT NULL AS bookkeeping, {own} IS NOT NULL AS own, EXISTS (SELECT 1 \
             FROM pg_catalog.pg_attribute WHERE attrelid = {own} AND attname = '{STATEMENTS}' AND NOT attisdropped) AS statements"
        );
        match sql::rows_of_text(db, &question).await?.first() {
            Some(row) => Ok((row.try_get("", "bookkeeping")?, row.try_get("", "own")?, row.try_get("", STATEMENTS)?)),
            None => Ok((false, false, false)),
        }
    }

    fn select_bookkeeping(&self, backend: DbBackend) -> String {
        let table = self.full_name(backend, &self.bookkeeping.to_string());
        format!(
            "SELECT {VERSION}, NULL AS direction, applied_at AS started_at, NULL AS finished_at, NULL AS duration_ms, \
             NULL AS checksum, NULL AS profile, NULL AS engine_version, NULL AS applied_by, NULL AS statements FROM {table}"
        )
    }

    /// `statements` is the last column.
    fn select_own(&self, backend: DbBackend, statements: &str) -> String {
        let others = COLUMNS[..COLUMNS.len() - 1].join(", ");
        format!("SELECT {others}, {statements} FROM {}", self.full_name(backend, &self.own))
    }

    /// Rows without a direction are SeaORM's.
    fn collect(rows: &[QueryResult], mut records: Records) -> Result<Records, DbErr> {
        for row in rows {
            let revision: String = row.try_get("", VERSION)?;
            let started_at = moment(row.try_get("", "started_at")?);
            // Alone in its query, the column of nulls has no type that could be asked for.
            let direction: Option<String> = row.try_get("", "direction").unwrap_or_default();
            let Some(direction) = direction else {
                records.applied.insert(revision, started_at);
                continue;
            };
            let entry = Entry {
                revision: revision.clone(),
                direction: if direction == Direction::Down.word() { Direction::Down } else { Direction::Up },
                started_at,
                finished_at: row.try_get::<Option<i64>>("", "finished_at")?.map(moment),
                duration_ms: row.try_get("", "duration_ms")?,
                checksum: row.try_get("", "checksum")?,
                profile: row.try_get("", "profile")?,
                engine_version: row.try_get("", "engine_version")?,
                applied_by: row.try_get("", "applied_by")?,
                // Where no row has any, the column has no type that could be asked for.
                statements: row.try_get("", STATEMENTS).unwrap_or_default(),
            };
            records.entries.insert(revision, entry);
        }
        Ok(records)
    }
}

/// Name of the engine's own table beside a bookkeeping table.
pub fn own_table(bookkeeping: &str) -> String {
    format!("{bookkeeping}_engine")
}

/// The column for the statements behind a checksum; there may be many.
fn statements(backend: DbBackend) -> ColumnDef {
    let mut column = ColumnDef::new(STATEMENTS);
    if backend == DbBackend::MySql {
        column.custom("mediumtext")
    } else {
        column.text()
    };
    column
}

/// The database's clock.
pub fn seconds_since_1970(backend: DbBackend) -> &'static str {
    match Dialect::of(backend) {
        Dialect::MySql => "UNIX_TIMESTAMP()",
        Dialect::Sqlite => "CAST(strftime('%s', 'now') AS INTEGER)",
        Dialect::Postgres => "floor(extract(epoch FROM clock_timestamp()))::bigint",
    }
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn shortened(text: &str) -> String {
    text.chars().take(255).collect()
}

fn sql<S: StatementBuilder>(backend: DbBackend, statement: &S) -> String {
    backend.build(statement).to_string()
}
