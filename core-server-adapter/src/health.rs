//! Whether a service can work: the database answers and has the schema, and how busy the pool is.

use std::time::Duration;

use sea_orm::DatabaseConnectionType;

use crate::{AdapterError, Database, gate};

/// The sessions of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PoolSessions {
    /// Sessions that are open.
    pub open: u32,
    /// Those of them without work.
    pub idle: u32,
    /// As many as there may be.
    pub most: u32,
}

/// How long a health check waits for a session of its own.
const PATIENCE: Duration = Duration::from_secs(3);

impl Database {
    /// Whether a request would find the database and the schema it needs; for the health check of a service.
    ///
    /// It asks on a session without work. While every session of the pool is busy it opens one of its own for the question,
    /// so it does not wait in the queue of the pool; while the database is away it takes
    /// [`acquire_timeout`](crate::DatabaseConfig::acquire_timeout). Where there can be no second session (in memory, in WebAssembly) a busy
    /// pool counts as healthy.
    ///
    /// # Errors
    ///
    /// [`AdapterError::SchemaOutdated`] with the command to run; [`AdapterError::Connect`] and other failures of the
    /// database.
    pub async fn check(&self) -> Result<(), AdapterError> {
        let sessions = self.sessions();
        if sessions.idle > 0 || sessions.open < sessions.most {
            return gate::ensure_schema(self.pool(), self.gate).await;
        }
        if self.has_one_session() || sessions.most == 1 {
            return Ok(());
        }
        let own = self.one_more_session(PATIENCE).await?;
        let checked = gate::ensure_schema(&own, self.gate).await;
        if let Err(error) = own.connection().clone().close().await {
            tracing::debug!(%error, "closing the session of a health check failed");
        }
        checked
    }

    /// The sessions of the pool, now: for metrics.
    #[allow(clippy::match_wildcard_for_single_variants, reason = "other features of SeaORM bring other variants")]
    pub fn sessions(&self) -> PoolSessions {
        let db = self.connection();
        let counted = |open: u32, idle: usize, most: u32| PoolSessions {
            open,
            idle: u32::try_from(idle).unwrap_or(u32::MAX),
            most,
        };
        match &db.inner {
            DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
                let pool = db.get_postgres_connection_pool();
                counted(pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
            DatabaseConnectionType::SqlxMySqlPoolConnection(_) => {
                let pool = db.get_mysql_connection_pool();
                counted(pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
            DatabaseConnectionType::SqlxSqlitePoolConnection(_) => {
                let pool = db.get_sqlite_connection_pool();
                counted(pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
            _ => counted(1, 1, 1),
        }
    }
}
