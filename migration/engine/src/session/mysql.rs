//! MySQL and MariaDB.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use database_target::session::{MYSQL, MYSQL_UNLIMITED};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult, RuntimeErr,
    sqlx::{self, Connection},
};

use crate::{
    Target,
    session::{Patience, interrupt},
    sql,
};

/// Variables that change what a statement does, and that every user may set. Those that a server does not have are left
/// out. `sql_big_selects` follows `max_join_size`, which changes it.
const VARIABLES: &[&str] = &[
    "alter_algorithm",
    "autocommit",
    "check_constraint_checks",
    "completion_type",
    "default_storage_engine",
    "default_week_format",
    "div_precision_increment",
    "foreign_key_checks",
    "group_concat_max_len",
    "innodb_lock_wait_timeout",
    "innodb_strict_mode",
    "lc_time_names",
    "lock_wait_timeout",
    "max_execution_time",
    "max_join_size",
    "max_statement_time",
    "old_alter_table",
    "old_mode",
    "sql_auto_is_null",
    "sql_big_selects",
    "sql_mode",
    "sql_quote_show_create",
    "sql_safe_updates",
    "sql_select_limit",
    "time_zone",
    "transaction_isolation",
    "tx_isolation",
    "transaction_read_only",
    "tx_read_only",
    "unique_checks",
    "updatable_views_with_limit",
    "wait_timeout",
];

/// More of them, which are put back only where a revision has changed one: not every user may set them.
const WATCHED: &[&str] = &[
    "auto_increment_increment",
    "auto_increment_offset",
    "character_set_collations",
    "character_set_filesystem",
    "character_set_server",
    "collation_server",
    "column_compression_threshold",
    "cte_max_recursion_depth",
    "default_regex_flags",
    "default_tmp_storage_engine",
    "explicit_defaults_for_timestamp",
    "idle_readonly_transaction_timeout",
    "idle_transaction_timeout",
    "idle_write_transaction_timeout",
    "innodb_compression_default",
    "innodb_default_encryption_key_id",
    "insert_id",
    "lc_messages",
    "low_priority_updates",
    "max_error_count",
    "max_recursive_iterations",
    "max_sort_length",
    "optimizer_switch",
    "sql_buffer_result",
    "sql_generate_invisible_primary_key",
    "sql_if_exists",
    "sql_notes",
    "sql_require_primary_key",
    "sql_warnings",
    "standard_compliant_cte",
    "system_versioning_alter_history",
    "system_versioning_asof",
    "system_versioning_insert_history",
];

/// How the session was when it was opened, with what the engine sets in it.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) database: Option<String>,
    role: Option<String>,
    /// Read when a revision is about to run: it takes the server as long as everything before.
    kept: Arc<OnceLock<Kept>>,
}

/// What a revision may change of the session.
#[derive(Debug)]
struct Kept {
    variables: BTreeMap<String, String>,
    /// Those of [`WATCHED`] that the server has.
    watched: BTreeMap<String, String>,
    /// The answer to [`Self::question`] at the start.
    as_begun: String,
    /// How often this session has gone to a database, as far as it is known.
    moves: AtomicU64,
}

impl Start {
    /// Sets the session up, and reads what it is then.
    pub(super) async fn set_up(db: &DatabaseConnection, target: &Target, patience: &Patience) -> Result<Self, DbErr> {
        // Whole seconds, one at least.
        let lock_timeout = Ord::max(patience.lock_timeout.as_secs(), 1);
        // A table for which no engine is named has transactions.
        let own = format!("SET SESSION default_storage_engine = InnoDB, lock_wait_timeout = {lock_timeout}");
        // One message: everything is set, then asked for. The last rows are those of the question.
        let mut rows = sql::rows_of_text(db, &format!("{MYSQL}; {MYSQL_UNLIMITED}; {own}; {PLACE}")).await?;
        let row = rows.pop().ok_or_else(|| DbErr::RecordNotFound("the session's own settings".to_owned()))?;
        interrupt::remember(target, format!("KILL QUERY {}", row.try_get::<String>("", "id")?));
        Ok(Self { database: row.try_get("", "place")?, role: row.try_get("", "role")?, kept: Arc::default() })
    }

    /// Reads what revisions have to find, before the first of them.
    pub(super) async fn remember(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        if self.kept.get().is_some() {
            return Ok(());
        }
        let asked = show(VARIABLES.iter().chain(WATCHED).copied());
        let mut rows = sql::rows_of_text(db, &format!("{asked}; {MOVES}")).await?;
        let moves = AtomicU64::new(moves_in(rows.pop().as_slice())?);
        let mut variables = pairs(&rows)?;
        let watched = variables.extract_if(.., |name, _| WATCHED.contains(&name.as_str())).collect();
        let mut kept = Kept { variables, watched, as_begun: String::new(), moves };
        kept.as_begun = state_in(&sql::rows_of_text(db, &kept.question()).await?)?;
        // Another one that was faster read the same.
        let _ = self.kept.set(kept);
        Ok(())
    }

    fn kept(&self) -> Result<&Kept, DbErr> {
        self.kept.get().ok_or_else(|| DbErr::Custom("the session was not read before revisions ran in it".to_owned()))
    }

    /// After [`restore`](Self::restore): what is left to put back.
    pub(super) async fn put_back(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let kept = self.kept()?;
        self.forget_statements(db, kept).await?;
        if state_in(&sql::rows_of_text(db, &kept.question()).await?)? == kept.as_begun {
            return Ok(());
        }
        let now = pairs(&sql::rows_of_text(db, &show(kept.watched.keys().map(String::as_str))).await?)?;
        let differs = |(name, value): &(&String, &String)| now.get(*name) != Some(value);
        // What is shown as nothing is NULL, which is the server's default.
        let to = |name: &str, value: &str| match value {
            "" => format!("SESSION {name} = DEFAULT"),
            value => set(name, value),
        };
        let changed = kept.watched.iter().filter(differs).map(|(name, value)| to(name, value));
        let changed = changed.chain(["SESSION timestamp = DEFAULT".to_owned()]).collect::<Vec<_>>().join(", ");
        db.execute_unprepared(&format!("SET {changed}")).await.map(drop)
    }

    /// After [`restore`](Self::restore): a prepared statement stays in the database that it was prepared in, also after
    /// `USE`. Those of a session that has been elsewhere are forgotten. To prepare each anew would be slow: the server is
    /// told to close the old one, does not answer to that, and the network waits for the answer.
    async fn forget_statements(&self, db: &DatabaseConnection, kept: &Kept) -> Result<(), DbErr> {
        let failed = |error: sqlx::Error| DbErr::Exec(RuntimeErr::SqlxError(error.into()));
        let moves = moves(db).await?;
        let own = u64::from(self.database.is_some());
        if kept.moves.swap(moves, Ordering::Relaxed) + own != moves {
            let mut session = db.get_mysql_connection_pool().acquire().await.map_err(failed)?;
            session.clear_cached_statements().await.map_err(failed)?;
        }
        Ok(())
    }

    /// In a transaction: whether there is nothing for [`put_back`](Self::put_back) to do. After
    /// [`restore`](Self::restore), unless a revision is known to have `stayed` in its session: then neither is needed, and
    /// the server takes its time to count.
    pub(super) async fn is_as_begun(&self, transaction: &DatabaseTransaction, stayed: bool) -> Result<bool, DbErr> {
        if stayed {
            return Ok(true);
        }
        let kept = self.kept()?;
        let own = u64::from(self.database.is_some());
        let moves = moves_in(&sql::rows(transaction, MOVES).await?)?;
        if kept.moves.load(Ordering::Relaxed) + own != moves {
            return Ok(false);
        }
        kept.moves.store(moves, Ordering::Relaxed);
        let state = state_in(&sql::rows(transaction, &kept.question()).await?)?;
        if state != kept.as_begun {
            // What puts the rest back counts once more.
            kept.moves.store(moves - own, Ordering::Relaxed);
        }
        Ok(state == kept.as_begun)
    }

    /// Statements that bring the session to its start, which was [remembered](Self::remember): without that they fail.
    pub(super) fn restore(&self) -> String {
        let variables = self.kept.get().map(|kept| &kept.variables);
        let known = |name: &&str| variables?.get(*name).map(|value| set(name, value));
        let variables: Vec<String> = VARIABLES.iter().filter_map(known).collect();
        let role = match self.role.as_deref() {
            None | Some("NONE") => "NONE".to_owned(),
            Some(role) if role.starts_with('`') => role.to_owned(),
            Some(role) => sql::quote(DbBackend::MySql, role),
        };
        let database = self.database.as_deref().map(|name| sql::quote(DbBackend::MySql, name));
        let database = database.map(|name| format!("; USE {name}")).unwrap_or_default();
        format!(
            "SET {}; SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci; SET ROLE {role}; UNLOCK TABLES{database}",
            variables.join(", ")
        )
    }
}

impl Kept {
    /// What all of [`WATCHED`] are, and whether the clock stands still, in one text. Not every version has each of them in a
    /// session.
    fn question(&self) -> String {
        let each: Vec<String> = self.watched.keys().map(|name| format!("coalesce(@@{name}, '')")).collect();
        format!("SELECT concat_ws('|', {CLOCK}, {}) AS state", each.join(", "))
    }
}

/// Whether the time is one that was set.
const CLOCK: &str = "abs(@@SESSION.timestamp - unix_timestamp(sysdate(6))) > 1";

fn set(name: &str, value: &str) -> String {
    let bare = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let value = if bare { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) };
    format!("SESSION {name} = {value}")
}

fn show<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("'{name}'")).collect();
    format!("SHOW SESSION VARIABLES WHERE Variable_name IN ({})", names.join(", "))
}

fn pairs(rows: &[QueryResult]) -> Result<BTreeMap<String, String>, DbErr> {
    let pair =
        |row: &QueryResult| Ok((row.try_get_by_index::<String>(0)?.to_lowercase(), row.try_get_by_index::<String>(1)?));
    rows.iter().map(pair).collect()
}

fn state_in(rows: &[QueryResult]) -> Result<String, DbErr> {
    rows.first().map_or(Ok(String::new()), |row| row.try_get("", "state"))
}

const PLACE: &str = "SELECT DATABASE() AS place, CURRENT_ROLE() AS role, CAST(CONNECTION_ID() AS CHAR) AS id";

/// How often this session has gone to a database.
const MOVES: &str = "SHOW SESSION STATUS LIKE 'Com_change_db'";

async fn moves(db: &DatabaseConnection) -> Result<u64, DbErr> {
    moves_in(&sql::rows_of_text(db, MOVES).await?)
}

fn moves_in(rows: &[QueryResult]) -> Result<u64, DbErr> {
    let count = rows.first().map(|row| row.try_get_by_index::<String>(1)).transpose()?;
    Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
}
