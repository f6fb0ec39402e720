//! Rows that move to another table when they are old enough.

use chrono::{DateTime, Utc};
use sea_orm::DbBackend;

use crate::{
    Capability, Dialect, Interval, Refused, RenderError,
    dialect::moment_sql,
    quote::{identifier, literal, regclass},
};

/// Moves the rows of a table to its archive once they are older than an interval. A row is in one of the two at every
/// moment: it goes and comes in one transaction.
///
/// With TimescaleDB a function of the schema moves a chunk at a time, and with the full licence a job calls it once a day;
/// the chunks of an archive that has a columnstore are converted at once. Elsewhere rows move in batches, by a
/// [`Maintenance`](crate::Maintenance).
///
/// The archive is a table with the same columns, made by the revision. It has the same key, and refers to nothing.
///
/// ```
/// use migration_timescale::{ArchivePolicy, Capability, Interval};
///
/// let policy = ArchivePolicy::of_table("snapshots", "taken_at", Interval::days(90), "snapshots_archive")
///     .key(&["id"])
///     .columns(&["id", "taken_at", "state"]);
/// let [moved, deleted] = &policy.move_sql(Capability::sqlite(), "2026-01-01T00:00:00Z".parse()?, 500)?[..] else {
///     panic!("two statements")
/// };
/// assert!(moved.starts_with(r#"INSERT INTO "snapshots_archive" ("id", "taken_at", "state") SELECT"#));
/// assert!(deleted.starts_with(r#"DELETE FROM "snapshots" WHERE"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivePolicy {
    table: String,
    time: String,
    archive: String,
    key: Vec<String>,
    columns: Vec<String>,
    optional: Vec<String>,
    condition: Option<String>,
    move_after: Interval,
}

/// Rows that move in one transaction, where they move one by one.
const BATCH: u32 = 5_000;

impl ArchivePolicy {
    /// Rows of `table` move to `archive` once `time` is longer ago than `move_after`.
    pub fn of_table(table: &str, time: &str, move_after: Interval, archive: &str) -> Self {
        let [table, time, archive] = [table, time, archive].map(str::to_owned);
        Self {
            table,
            time,
            archive,
            key: Vec::new(),
            columns: Vec::new(),
            optional: Vec::new(),
            condition: None,
            move_after,
        }
    }

    /// The columns that tell one row from another, in both tables.
    #[must_use]
    pub fn key(mut self, columns: &[&str]) -> Self {
        self.key = columns.iter().map(ToString::to_string).collect();
        self
    }

    /// All columns of both tables.
    #[must_use]
    pub fn columns(mut self, columns: &[&str]) -> Self {
        self.columns = columns.iter().map(ToString::to_string).collect();
        self
    }

    /// Columns that both tables have on some servers alone, or from a later revision on. They move where
    /// [`with_optional`](Self::with_optional) finds them.
    #[must_use]
    pub fn optional_columns(mut self, columns: &[&str]) -> Self {
        self.optional = columns.iter().map(ToString::to_string).collect();
        self
    }

    /// Those columns.
    pub fn optional(&self) -> &[String] {
        &self.optional
    }

    /// The policy of tables that have this one of them.
    #[must_use]
    pub fn with_optional(mut self, column: &str) -> Self {
        self.columns.push(column.to_owned());
        self
    }

    /// Only rows of which an expression of SQL is true; others stay, however old they are. Not for a hypertable, whose
    /// rows move by chunks.
    #[must_use]
    pub fn rows_where(mut self, condition: &str) -> Self {
        self.condition = Some(condition.to_owned());
        self
    }

    /// The same with another age.
    #[must_use]
    pub fn move_after(mut self, age: Interval) -> Self {
        self.move_after = age;
        self
    }

    /// The table whose rows move.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The table that they move to.
    pub fn archive(&self) -> &str {
        &self.archive
    }

    /// Age at which rows move.
    pub fn age(&self) -> Interval {
        self.move_after
    }

    /// The function that moves a chunk or a batch, where there is TimescaleDB.
    pub fn step(&self) -> String {
        format!("{}_step", self.archive)
    }

    /// The procedure of the job that calls it.
    pub fn job(&self) -> String {
        format!("{}_job", self.archive)
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        let refused = |reason| Err(self.refused(reason));
        let is_listed = |column: &String| self.columns.contains(column);
        if self.move_after.is_zero() {
            return refused("moves every row at once; give it an age, such as Interval::days(90)");
        }
        if self.table == self.archive {
            return refused("is the table itself; name another one");
        }
        if self.key.is_empty() || !self.key.iter().all(is_listed) || !is_listed(&self.time) {
            return refused("lacks columns; name the key, and with columns(…) every column, the time among them");
        }
        Ok(())
    }

    fn refused(&self, reason: &'static str) -> Refused {
        Refused::Archive { table: self.table.clone(), archive: self.archive.clone(), reason }
    }

    fn fill(&self, backend: DbBackend, template: &str) -> String {
        let quote = |name: &str| Dialect::of(backend).quote(name);
        let columns = self.columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ");
        [
            ("{source}", quote(&self.table)),
            ("{source_text}", literal(&self.table)),
            ("{source_class}", regclass(&self.table)),
            ("{archive}", quote(&self.archive)),
            ("{archive_text}", literal(&self.archive)),
            ("{time}", quote(&self.time)),
            ("{columns}", columns),
            ("{step}", quote(&self.step())),
            ("{step_text}", literal(&self.step())),
            ("{job}", quote(&self.job())),
            ("{batch}", BATCH.to_string()),
            ("{chosen}", self.condition.as_ref().map(|sql| format!(" AND ({sql})")).unwrap_or_default()),
        ]
        .iter()
        .fold(template.trim_end().to_owned(), |text, (place, value)| text.replace(place, value))
    }

    /// The statements that create the function, of a table that is a hypertable or not, and with the full licence the job;
    /// said again they change nothing, but the age of the job.
    pub fn add_sql(&self, server: Capability, is_hypertable: bool) -> Result<Vec<String>, RenderError> {
        self.check()?;
        server.require_hypertables("a job that archives rows")?;
        if is_hypertable && self.condition.is_some() {
            let reason = "moves whole chunks, and rows_where(…) chooses rows; leave it out, or the table a plain one";
            return Err(self.refused(reason).into());
        }
        let step = if is_hypertable {
            let compress = if server.has_columnstore() { include_str!("compress.sql") } else { "" };
            include_str!("step_of_hypertable.sql").replace("{compress}", compress)
        } else {
            let moved = include_str!("move_postgres.sql").trim_end().replace("{before}", "before");
            include_str!("step_of_table.sql").replace("{move}", &moved)
        };
        let mut statements = vec![self.fill(DbBackend::Postgres, &step)];
        if server.has_jobs() {
            statements.push(self.fill(DbBackend::Postgres, include_str!("job.sql")));
            statements.extend(self.schedule_sql());
        }
        Ok(statements)
    }

    fn schedule_sql(&self) -> [String; 2] {
        let config = format!("jsonb_build_object('drop_after', {})", literal(&self.move_after.to_string()));
        [
            format!(
                "SELECT alter_job(job_id, config => {config}) {} AND config IS DISTINCT FROM {config}",
                self.found()
            ),
            format!(
                "SELECT add_job({}, INTERVAL '1 day', config => {config}) WHERE NOT EXISTS (SELECT {})",
                regclass(&self.job()),
                self.found()
            ),
        ]
    }

    fn found(&self) -> String {
        format!(
            "FROM timescaledb_information.jobs WHERE proc_schema = current_schema() AND proc_name = {}",
            literal(&self.job())
        )
    }

    /// The statements that remove the job and the function; they change nothing when there are none.
    pub fn remove_sql(&self, server: Capability) -> Result<Vec<String>, RenderError> {
        server.require_hypertables("a job that archives rows")?;
        let mut statements = Vec::new();
        if server.has_jobs() {
            statements.push(format!("SELECT delete_job(job_id) {}", self.found()));
            statements.push(format!("DROP PROCEDURE IF EXISTS {}(integer, jsonb)", identifier(&self.job())));
        }
        statements.push(format!("DROP FUNCTION IF EXISTS {}(name, timestamptz)", identifier(&self.step())));
        Ok(statements)
    }

    /// The question that moves a chunk or a batch of what is older than a moment, where the function is: how many rows it
    /// were, and nothing when there were none.
    pub fn step_sql(&self, before: DateTime<Utc>) -> String {
        format!(
            "SELECT {}(current_schema(), {}) AS moved",
            identifier(&self.step()),
            moment_sql(DbBackend::Postgres, before)
        )
    }

    /// The statements that move at most `batch` rows that are older than a moment, where there is no function: to be run in
    /// one transaction, again and again until the last of them affects none.
    pub fn move_sql(&self, server: Capability, before: DateTime<Utc>, batch: u32) -> Result<Vec<String>, Refused> {
        self.check()?;
        let backend = server.backend();
        let quote = |name: &str| Dialect::of(backend).quote(name);
        let before = moment_sql(backend, before);
        let order: Vec<String> = std::iter::once(&self.time)
            .chain(self.key.iter().filter(|one| **one != self.time))
            .map(|one| quote(one))
            .collect();
        let order = order.join(", ");
        let same: Vec<String> =
            self.key.iter().map(|one| format!("a.{0} = {1}.{0}", quote(one), quote(&self.table))).collect();
        let same = same.join(" AND ");
        let old = "FROM {source} WHERE {time} < {before}{chosen}";
        // Nothing goes that has not come.
        let has_come = "EXISTS (SELECT 1 FROM {archive} AS a WHERE {same})";
        let insert = format!(
            "INSERT INTO {{archive}} ({{columns}}) SELECT {{columns}} {old} ORDER BY {{order}} LIMIT {{batch}}"
        );
        let statements = match server.dialect() {
            Dialect::Postgres => vec![include_str!("move_postgres.sql").to_owned()],
            Dialect::MySql => vec![
                // The rows stay as they are until they are gone.
                format!("{insert} FOR UPDATE"),
                format!("DELETE {old} AND {has_come} ORDER BY {{order}} LIMIT {{batch}}"),
            ],
            Dialect::Sqlite => vec![
                insert,
                format!(
                    "DELETE FROM {{source}} WHERE rowid IN (SELECT rowid {old} ORDER BY {{order}} LIMIT {{batch}}) AND {has_come}"
                ),
            ],
        };
        let filled = |sql: String| {
            let sql = sql.replace("{before}", &before).replace("{batch}", &batch.to_string());
            self.fill(backend, &sql.replace("{order}", &order).replace("{same}", &same))
        };
        Ok(statements.into_iter().map(filled).collect())
    }

    /// The statement that brings every row back, for `down`.
    pub fn bring_back_sql(&self, backend: DbBackend) -> String {
        self.fill(backend, "INSERT INTO {source} ({columns}) SELECT {columns} FROM {archive}")
    }
}
