//! SQLite.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::sql::{self, quote};

/// Pragmas of a connection that change what a statement does.
const PRAGMAS: &[&str] = &[
    "busy_timeout",
    "defer_foreign_keys",
    "foreign_keys",
    "ignore_check_constraints",
    "legacy_alter_table",
    "locking_mode",
    "query_only",
    "recursive_triggers",
    "reverse_unordered_selects",
    "synchronous",
    "temp_store",
    "trusted_schema",
    "writable_schema",
];

/// The one that would keep a revision from being noted in its own transaction.
pub(super) const WRITABLE: &str = "PRAGMA query_only = 0";

/// What a connection has beside the database itself: temporary objects and other files.
const BESIDE: &str = "SELECT type AS kind, name FROM temp.sqlite_master WHERE type IN ('table', 'view', 'trigger') \
     AND name NOT LIKE 'sqlite~_%' ESCAPE '~' \
     UNION ALL SELECT 'database', name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";

/// How the connection was when it was opened.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pragmas: String,
}

impl Start {
    pub(super) async fn ask(db: &DatabaseConnection) -> Result<Self, DbErr> {
        let mut pragmas = Vec::new();
        for name in PRAGMAS {
            if let Some(row) = sql::rows(db, &format!("PRAGMA main.{name}")).await?.first() {
                let value = match row.try_get_by_index::<i64>(0) {
                    Ok(number) => number.to_string(),
                    Err(_) => row.try_get_by_index::<String>(0)?,
                };
                pragmas.push(format!("PRAGMA {name} = {value}"));
            }
        }
        // It cannot be asked for; this is the default.
        pragmas.push("PRAGMA case_sensitive_like = 0".to_owned());
        Ok(Self { pragmas: pragmas.join("; ") })
    }

    /// Brings the connection back to its start. Not within a transaction, where some pragmas do nothing.
    pub(super) async fn restore(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        db.execute_unprepared(&self.pragmas).await?;
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
