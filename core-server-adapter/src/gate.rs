//! The start-up gate: a program never works on a schema that is older than it expects.
//!
//! A newer schema is fine: revisions only add to what an older core-server uses.

use migration_timescale::Dialect;
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use crate::{AdapterError, error::Place};

/// What the adapter needs of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The area.
    pub area: &'static str,
    /// The revision this adapter was built for: the one that the entities were generated from.
    pub revision: &'static str,
    /// The command that brings a database up to it.
    pub command: &'static str,
}

/// The area alarms.
pub const ALARMS: Gate = Gate {
    area: "alarms",
    revision: entity::alarms::generated::revision::NEWEST,
    command: "cargo run -p migration -- up",
};

/// The area analytics.
pub const ANALYTICS: Gate = Gate {
    area: "analytics",
    revision: entity::analytics::generated::revision::NEWEST,
    command: "cargo run -p migration -- up --area analytics",
};

/// The area plugins.
pub const PLUGINS: Gate = Gate {
    area: "plugins",
    revision: entity::plugins::generated::revision::NEWEST,
    command: "cargo run -p migration -- up --area plugins",
};

/// The area telemetry.
pub const TELEMETRY: Gate = Gate {
    area: "telemetry",
    revision: entity::telemetry::generated::revision::NEWEST,
    command: "cargo run -p migration -- up --area telemetry",
};

/// The area twin.
pub const TWIN: Gate = Gate {
    area: "twin",
    revision: entity::twin::generated::revision::NEWEST,
    command: "cargo run -p migration -- up --area twin",
};

impl Gate {
    fn place(self) -> Place {
        Place { area: self.area, table: "seaql_migrations" }
    }

    fn outdated(self, found: impl Into<String>) -> AdapterError {
        let Self { area, revision, command } = self;
        AdapterError::SchemaOutdated { area, revision, found: found.into(), command }
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
