//! Whether a revision that failed had changed anything, where it is not rolled back as a whole.
//!
//! The session counts what it has been given (MySQL) or what it has changed (SQLite). PostgreSQL counts nothing for a
//! session alone, but numbers every transaction that writes: where nobody has written anything, this session has not
//! either. Where somebody has, a revision outside of a transaction that failed is taken as begun.

use std::collections::BTreeMap;

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::sql;

/// Counters before a revision.
pub(super) struct Changes(BTreeMap<String, u64>);

/// How sure it is that nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// Nothing was.
    Nothing,
    /// No row was; objects may have been.
    NoRow,
    /// Rows may have been.
    Perhaps,
}

/// What MySQL counts of statements that change neither rows nor objects.
const HARMLESS: &[&str] = &[
    "admin_commands",
    "begin",
    "change_db",
    "commit",
    "dealloc_sql",
    "empty_query",
    "help",
    "kill",
    "prepare_sql",
    "release_savepoint",
    "rollback",
    "rollback_to_savepoint",
    "savepoint",
    "select",
    "set_option",
    "stmt_close",
    "stmt_execute",
    "stmt_fetch",
    "stmt_prepare",
    "stmt_reprepare",
    "stmt_reset",
    "stmt_send_long_data",
    "unlock_tables",
    "lock_tables",
    "checksum",
    "check",
    "ping",
    "explain_other",
];

/// And of those that change objects and no row.
const OBJECTS: &[&str] = &["create_", "alter_", "drop_", "rename_table"];

impl Changes {
    pub(super) async fn before<C: ConnectionTrait>(db: &C) -> Result<Self, DbErr> {
        counters(db).await.map(Self)
    }

    /// What has been changed since.
    pub(super) async fn since(&self, db: &DatabaseConnection) -> Changed {
        let (before, Ok(now)) = (&self.0, counters(db).await) else { return Changed::Perhaps };
        let counted = now.iter().filter(|(name, count)| before.get(*name) != Some(count)).map(|(name, _)| name);
        let of_objects = |name: &str| OBJECTS.iter().any(|begin| name.starts_with(begin));
        counted.fold(Changed::Nothing, |found, name| match found {
            Changed::Nothing | Changed::NoRow if of_objects(name) => Changed::NoRow,
            _ => Changed::Perhaps,
        })
    }
}

async fn counters<C: ConnectionTrait>(db: &C) -> Result<BTreeMap<String, u64>, DbErr> {
    match Dialect::of(db.get_database_backend()) {
        Dialect::MySql => commands(db).await,
        // `create_` for what objects are made and dropped.
        Dialect::Sqlite => {
            let question =
                "SELECT total_changes() AS wrote, (SELECT schema_version FROM pragma_schema_version) AS create_";
            numbers(db, question, &["wrote", "create_"]).await
        }
        // The number that the next transaction that writes will get, of the whole server.
        Dialect::Postgres => {
            numbers(db, "SELECT txid_snapshot_xmax(txid_current_snapshot()) AS wrote", &["wrote"]).await
        }
    }
}

async fn numbers<C: ConnectionTrait>(db: &C, question: &str, names: &[&str]) -> Result<BTreeMap<String, u64>, DbErr> {
    let rows = sql::rows(db, question).await?;
    let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("the session's counters".to_owned()))?;
    let number = |name: &&str| Ok(((*name).to_owned(), row.try_get::<i64>("", name)?.unsigned_abs()));
    names.iter().map(number).collect()
}

/// How often this session of MySQL has been given each kind of statement that changes something.
async fn commands<C: ConnectionTrait>(db: &C) -> Result<BTreeMap<String, u64>, DbErr> {
    let mut found = BTreeMap::new();
    for row in sql::rows(db, "SHOW SESSION STATUS LIKE 'Com\\_%'").await? {
        let name = row.try_get_by_index::<String>(0)?.to_lowercase();
        let name = name.trim_start_matches("com_").to_owned();
        if !HARMLESS.contains(&name.as_str()) && !name.starts_with("show_") {
            found.insert(name, row.try_get_by_index::<String>(1)?.parse().unwrap_or_default());
        }
    }
    Ok(found)
}
