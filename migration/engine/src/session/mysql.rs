//! MySQL and MariaDB.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use database_target::session::{MYSQL, MYSQL_UNLIMITED};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult, RuntimeErr,
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

/// How the session was when it was opened, with what the engine sets in it.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) database: Option<String>,
    role: Option<String>,
    variables: BTreeMap<String, String>,
    /// How often this session has gone to a database, as far as it is known.
    moves: Arc<AtomicU64>,
}

impl Start {
    /// Sets the session up, and reads what it is then.
    pub(super) async fn set_up(db: &DatabaseConnection, target: &Target, patience: &Patience) -> Result<Self, DbErr> {
        // Whole seconds, one at least.
        let lock_timeout = Ord::max(patience.lock_timeout.as_secs(), 1);
        // A table for which no engine is named has transactions.
        let own = format!("SET SESSION default_storage_engine = InnoDB, lock_wait_timeout = {lock_timeout}");
        let names: Vec<String> = VARIABLES.iter().map(|name| format!("'{name}'")).collect();
        let asked = format!("SHOW SESSION VARIABLES WHERE Variable_name IN ({})", names.join(", "));
        // One message: everything is set, then asked for. The last rows are those of the last questions.
        let text = format!("{MYSQL}; {MYSQL_UNLIMITED}; {own}; {asked}; {MOVES}; {PLACE}");
        let mut rows = sql::rows_of_text(db, &text).await?;
        let (row, status) = (rows.pop(), rows.pop());
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the session's own settings".to_owned()))?;
        let moves = Arc::new(AtomicU64::new(moves_in(status.as_slice())?));
        let mut variables = BTreeMap::new();
        for row in rows {
            variables.insert(row.try_get_by_index::<String>(0)?.to_lowercase(), row.try_get_by_index(1)?);
        }
        interrupt::remember(target, format!("KILL QUERY {}", row.try_get::<String>("", "id")?));
        Ok(Self { database: row.try_get("", "place")?, role: row.try_get("", "role")?, variables, moves })
    }

    /// After [`restore`](Self::restore): a prepared statement stays in the database that it was prepared in, also after
    /// `USE`. Those of a session that has been elsewhere are forgotten. To prepare each anew would be slow: the server is
    /// told to close the old one, does not answer to that, and the network waits for the answer.
    pub(super) async fn forget_statements(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let failed = |error: sqlx::Error| DbErr::Exec(RuntimeErr::SqlxError(error.into()));
        let moves = moves(db).await?;
        let own = u64::from(self.database.is_some());
        if self.moves.swap(moves, Ordering::Relaxed) + own != moves {
            let mut session = db.get_mysql_connection_pool().acquire().await.map_err(failed)?;
            session.clear_cached_statements().await.map_err(failed)?;
        }
        Ok(())
    }

    /// In a transaction: whether the statements that the session has prepared are those of its own database. After
    /// [`restore`](Self::restore), unless a revision is known to have `stayed` there: then neither is needed, and the server
    /// takes its time to count.
    pub(super) async fn keeps_statements(
        &self,
        transaction: &DatabaseTransaction,
        stayed: bool,
    ) -> Result<bool, DbErr> {
        if stayed {
            return Ok(true);
        }
        let own = u64::from(self.database.is_some());
        let moves = moves_in(&sql::rows(transaction, MOVES).await?)?;
        let keeps = self.moves.load(Ordering::Relaxed) + own == moves;
        if keeps {
            self.moves.store(moves, Ordering::Relaxed);
        }
        Ok(keeps)
    }

    /// Statements that bring the session to its start.
    pub(super) fn restore(&self) -> String {
        let set = |name: &&&str| {
            let value = self.variables.get(**name)?;
            let bare = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let value = if bare { value.clone() } else { format!("'{}'", value.replace('\'', "''")) };
            Some(format!("SESSION {name} = {value}"))
        };
        let variables: Vec<String> = VARIABLES.iter().filter_map(|name| set(&name)).collect();
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
