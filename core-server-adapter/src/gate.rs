//! The start-up gate: a program never works on a schema that is older than it expects.
//!
//! A newer schema is fine: revisions only add to what an older core-server uses.

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

use crate::{AdapterError, error::Place};

/// Name of the area the gate looks at.
pub const AREA: &str = "alarms";
/// The revision of the area alarms this adapter was built for.
pub const REVISION: &str = "m20261101_000000_add_alarm_origin";
/// The command that brings a database up to it.
pub const COMMAND: &str = "cargo run -p migration -- up";

/// SeaORM's table of applied revisions.
const BOOKKEEPING: Place = Place { area: AREA, table: "seaql_migrations" };

/// Succeeds when revision [`REVISION`] is applied; later ones the adapter does not know are fine. Only reads.
///
/// # Errors
///
/// [`AdapterError::SchemaOutdated`] with the command to run when it is not.
pub async fn ensure_schema<C: ConnectionTrait>(db: &C) -> Result<(), AdapterError> {
    let outdated =
        |found: String| AdapterError::SchemaOutdated { area: AREA, revision: REVISION, found, command: COMMAND };
    // Looked up in the catalogue: a failing SELECT would abort the transaction of a caller on PostgreSQL.
    let table = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
        DbBackend::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
        _ => {
            "SELECT 1 FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = 'seaql_migrations'"
        }
    };
    if rows(db, table).await?.is_empty() {
        return Err(outdated("no revision has ever been applied".to_owned()));
    }
    let mut applied = Vec::new();
    for row in rows(db, "SELECT version FROM seaql_migrations ORDER BY version").await? {
        let version: String =
            row.try_get("", "version").map_err(BOOKKEEPING.while_doing("reading the applied revisions"))?;
        applied.push(version);
    }
    if applied.iter().any(|version| version == REVISION) {
        return Ok(());
    }
    Err(outdated(match applied.last() {
        Some(newest) => format!("the newest applied one is {newest}"),
        None => "none is applied".to_owned(),
    }))
}

async fn rows<C: ConnectionTrait>(db: &C, sql: &str) -> Result<Vec<QueryResult>, AdapterError> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .map_err(BOOKKEEPING.while_doing("reading the applied revisions"))
}
