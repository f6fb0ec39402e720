//! The start-up gate: a program never works on a schema that is older than it expects.
//!
//! A newer schema is fine: revisions only add to what an older core-server uses.

use std::fmt;

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use crate::{AdapterError, error::Place};

/// What the adapter needs of an area.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The area.
    pub area: &'static str,
    /// The revision this adapter was built for: the one that the entities were generated from.
    pub revision: &'static str,
    /// The command that brings a database up to it.
    pub command: &'static str,
    /// The finished schema on SQLite.
    sqlite: &'static str,
}

/// The gate of an area: its revision and its schema as they are generated, and the command.
macro_rules! gate {
    ($area:ident, $command:literal) => {
        Gate {
            area: stringify!($area),
            revision: entity::$area::generated::revision::NEWEST,
            command: $command,
            sqlite: include_str!(concat!("../../migration/schema/sqlite/", stringify!($area), ".sql")),
        }
    };
}

/// The area alarms.
pub const ALARMS: Gate = gate!(alarms, "cargo run -p migration -- up");

/// The area analytics.
pub const ANALYTICS: Gate = gate!(analytics, "cargo run -p migration -- up --area analytics");

/// The area plugins.
pub const PLUGINS: Gate = gate!(plugins, "cargo run -p migration -- up --area plugins");

/// The area telemetry.
pub const TELEMETRY: Gate = gate!(telemetry, "cargo run -p migration -- up --area telemetry");

/// The area twin.
pub const TWIN: Gate = gate!(twin, "cargo run -p migration -- up --area twin");

/// The area vision.
pub const VISION: Gate = gate!(vision, "cargo run -p migration -- up --area vision");

/// Every area.
pub(crate) const ALL: [Gate; 6] = [ALARMS, ANALYTICS, PLUGINS, TELEMETRY, TWIN, VISION];

impl Gate {
    /// That of an area, by its name.
    pub fn of(area: &str) -> Option<Self> {
        ALL.into_iter().find(|gate| gate.area == area)
    }

    fn place(self) -> Place {
        Place { area: self.area, table: "seaql_migrations" }
    }

    /// Makes the schema in an empty SQLite database, and says that its revision is applied.
    pub(crate) async fn create_on_sqlite<C: ConnectionTrait>(self, db: &C) -> Result<(), AdapterError> {
        let bookkeeping = format!(
            "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL); \
             INSERT INTO seaql_migrations VALUES ('{}', unixepoch())",
            self.revision
        );
        for sql in [self.sqlite, &bookkeeping] {
            db.execute_unprepared(sql).await.map_err(self.place().while_doing("making the schema in memory"))?;
        }
        Ok(())
    }

    fn outdated(self, found: impl Into<String>) -> AdapterError {
        let Self { area, revision, command, .. } = self;
        AdapterError::SchemaOutdated { area, revision, found: found.into(), command }
    }
}

/// Without the schema.
impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { area, revision, command, .. } = self;
        f.debug_struct("Gate").field("area", area).field("revision", revision).field("command", command).finish()
    }
}

/// Succeeds when the revision of the gate is applied; later ones the adapter does not know are fine. Only reads.
///
/// # Errors
///
/// [`AdapterError::SchemaOutdated`] with the command to run when it is not.
pub async fn ensure_schema<C: ConnectionTrait>(db: &C, gate: Gate) -> Result<(), AdapterError> {
    // Looked up in the catalogue: a failing SELECT would abort the transaction of a caller on PostgreSQL.
    let table = match Dialect::of(db.get_database_backend()) {
        // In the schema of the area, and not in the next of the search path, which is another area's.
        Dialect::Postgres => {
            "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'seaql_migrations'"
        }
        Dialect::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
        Dialect::MySql => {
            "SELECT 1 FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name = 'seaql_migrations'"
        }
    };
    if rows(db, gate, table).await?.is_empty() {
        return Err(gate.outdated("no revision has ever been applied"));
    }
    let mut applied = Vec::new();
    for row in rows(db, gate, "SELECT version FROM seaql_migrations ORDER BY version").await? {
        let version: String =
            row.try_get("", "version").map_err(gate.place().while_reading("reading the applied revisions"))?;
        applied.push(version);
    }
    if applied.iter().any(|version| version == gate.revision) {
        return Ok(());
    }
    Err(gate.outdated(match applied.last() {
        Some(newest) => format!("the newest applied one is {newest}"),
        None => "none is applied".to_owned(),
    }))
}

async fn rows<C: ConnectionTrait>(db: &C, gate: Gate, sql: &str) -> Result<Vec<QueryResult>, AdapterError> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .map_err(gate.place().while_reading("reading the applied revisions"))
}
