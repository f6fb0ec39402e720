//! SQLite.

use std::sync::{Arc, OnceLock};

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult};

use crate::sql::{self, quote};

/// Pragmas of a connection that change what a statement does, and how each is asked for within a `SELECT`.
const PRAGMAS: &[(&str, &str)] = &[
    ("automatic_index", "SELECT * FROM pragma_automatic_index"),
    ("busy_timeout", "SELECT timeout FROM pragma_busy_timeout"),
    ("cell_size_check", "SELECT * FROM pragma_cell_size_check"),
    ("count_changes", "SELECT * FROM pragma_count_changes"),
    ("defer_foreign_keys", "SELECT * FROM pragma_defer_foreign_keys"),
    ("empty_result_callbacks", "SELECT * FROM pragma_empty_result_callbacks"),
    ("foreign_keys", "SELECT * FROM pragma_foreign_keys"),
    ("full_column_names", "SELECT * FROM pragma_full_column_names"),
    ("ignore_check_constraints", "SELECT * FROM pragma_ignore_check_constraints"),
    ("legacy_alter_table", "SELECT * FROM pragma_legacy_alter_table"),
    ("locking_mode", "SELECT locking_mode FROM pragma_locking_mode WHERE schema = 'main'"),
    ("max_page_count", "SELECT * FROM pragma_max_page_count"),
    ("query_only", "SELECT * FROM pragma_query_only"),
    ("read_uncommitted", "SELECT * FROM pragma_read_uncommitted"),
    ("recursive_triggers", "SELECT * FROM pragma_recursive_triggers"),
    ("reverse_unordered_selects", "SELECT * FROM pragma_reverse_unordered_selects"),
    ("secure_delete", "SELECT * FROM pragma_secure_delete"),
    ("short_column_names", "SELECT * FROM pragma_short_column_names"),
    ("synchronous", "SELECT synchronous FROM pragma_synchronous WHERE schema = 'main'"),
    ("temp_store", "SELECT * FROM pragma_temp_store"),
    ("trusted_schema", "SELECT * FROM pragma_trusted_schema"),
    ("writable_schema", "SELECT * FROM pragma_writable_schema"),
];

/// The one that would keep a revision from being noted in its own transaction.
pub(super) const WRITABLE: &str = "PRAGMA query_only = 0";

/// A journal that is this connection's alone. Without one, or with one in memory, a revision that fails may not be rolled
/// back. A journal that the file keeps stays as a revision has set it.
const OWN_JOURNAL: &str =
    "SELECT 1 FROM pragma_journal_mode WHERE schema = 'main' AND journal_mode NOT IN ('wal', 'delete')";

/// What a connection has beside the database itself: temporary objects and other files.
const BESIDE: &str = "SELECT type AS kind, name FROM temp.sqlite_master WHERE type IN ('table', 'view', 'trigger') \
     AND name NOT LIKE 'sqlite~_%' ESCAPE '~' \
     UNION ALL SELECT 'database', name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";

/// How the connection was when it was opened. Read when a revision is about to run.
#[derive(Clone, Debug, Default)]
pub(super) struct Start(Arc<OnceLock<Kept>>);

#[derive(Debug)]
struct Kept {
    pragmas: String,
    /// A file: a database in memory has its journal there.
    is_file: bool,
    /// Whether the connection is as it was then.
    question: String,
}

impl Start {
    /// Reads what revisions have to find, before the first of them.
    pub(super) async fn remember(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        if self.0.get().is_none() {
            // Another one that was faster read the same.
            let _ = self.0.set(Kept::ask(db).await?);
        }
        Ok(())
    }

    fn kept(&self) -> Result<&Kept, DbErr> {
        self.0.get().ok_or_else(|| DbErr::Custom("the session was not read before revisions ran in it".to_owned()))
    }

    /// In the place of a transaction that was committed: begins the next one, and gives the answer to `question` when the
    /// connection is as it was at its start. Otherwise the new one has to be ended, for a [`restore`](Self::restore).
    /// A revision that changes objects alone has `stayed` with the pragmas; it may have made temporary objects.
    pub(super) async fn go_on(
        &self,
        transaction: &DatabaseTransaction,
        stayed: bool,
        question: &str,
    ) -> Result<Option<Vec<QueryResult>>, DbErr> {
        let temporary = format!("SELECT NOT EXISTS ({BESIDE}) AS as_begun");
        let own = if stayed { &temporary } else { &self.kept()?.question };
        let sql = format!("BEGIN IMMEDIATE; {}; {own}; {question}", crate::session::marks::SQLITE.mark);
        let mut rows = sql::rows(transaction, &sql).await?.into_iter();
        let as_begun = is_as_begun(rows.next().as_ref())?;
        Ok(as_begun.then(|| rows.collect()))
    }

    /// Brings the connection back to its start. Not within a transaction, where some pragmas do nothing.
    pub(super) async fn restore(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let kept = self.kept()?;
        if is_as_begun(sql::rows(db, &kept.question).await?.first())? {
            return Ok(());
        }
        db.execute_unprepared(&kept.pragmas).await?;
        if kept.is_file && !sql::rows(db, OWN_JOURNAL).await?.is_empty() {
            db.execute_unprepared("PRAGMA journal_mode = DELETE").await?;
        }
        for row in sql::rows(db, BESIDE).await? {
            let (kind, name): (String, String) = (row.try_get("", "kind")?, row.try_get("", "name")?);
            let name = quote(db.get_database_backend(), &name);
            let sql = match kind.as_str() {
                "database" => format!("DETACH DATABASE {name}"),
                kind => format!("DROP {kind} IF EXISTS temp.{name}"),
            };
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}

impl Kept {
    async fn ask(db: &DatabaseConnection) -> Result<Self, DbErr> {
        // As SQL literals; where a pragma is not known, the answer is the text NULL.
        let all: Vec<String> = PRAGMAS.iter().map(|(name, value)| format!("quote(({value})) AS {name}")).collect();
        let rows = sql::rows(db, &format!("SELECT {}", all.join(", "))).await?;
        let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("the connection's pragmas".to_owned()))?;
        // This one cannot be asked for; it is off as a rule, and LIKE tells.
        let mut pragmas = vec!["PRAGMA case_sensitive_like = 0".to_owned()];
        let mut as_begun = vec!["'a' LIKE 'A'".to_owned()];
        for (name, question) in PRAGMAS {
            let value: String = row.try_get("", name)?;
            if value != "NULL" {
                pragmas.push(format!("PRAGMA {name} = {value}"));
                as_begun.push(format!("({question}) IS {value}"));
            }
        }
        let is_file = sql::rows(db, OWN_JOURNAL).await?.is_empty();
        if is_file {
            as_begun.push(format!("NOT EXISTS ({OWN_JOURNAL})"));
        }
        let question = format!("SELECT {} AND NOT EXISTS ({BESIDE}) AS as_begun", as_begun.join(" AND "));
        Ok(Self { pragmas: pragmas.join("; "), is_file, question })
    }
}

/// The answer to [`Kept::question`].
pub(super) fn is_as_begun(row: Option<&QueryResult>) -> Result<bool, DbErr> {
    row.map_or(Ok(false), |row| row.try_get::<i64>("", "as_begun").map(|yes| yes != 0))
}
