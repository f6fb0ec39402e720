//! The handle on the area's database.

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, DbErr};

use super::{
    AnomalyAlertRepository, MaintenanceLogRepository, MaintenanceTaskRepository, Operations, ReadingRepository,
    SensorRepository,
};
use crate::{AdapterError, Database, DatabaseConfig, gate};

/// A pool of sessions on the database of the telemetry. Clones share the pool.
///
/// The area has a schema of its own (PostgreSQL), a database (MySQL) or a file (SQLite), in the common database or on a
/// server of its own:
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use core_server_adapter::{
///     DatabaseConfig, Target,
///     telemetry::{self, Telemetry},
/// };
///
/// // DATABASE_URL_TELEMETRY, or its place in DATABASE_URL.
/// let target = Target::resolve_area(telemetry::AREA, None, "telemetry.sqlite")?;
/// let telemetry = Telemetry::connect(&DatabaseConfig::for_target(target)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Telemetry {
    database: Database,
}

impl Telemetry {
    /// Opens the pool and checks that the schema is at least the one this adapter was built for.
    ///
    /// # Errors
    ///
    /// As [`Database::connect`].
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, AdapterError> {
        Ok(Self { database: Database::connect_to(config, gate::TELEMETRY).await? })
    }

    /// Opens the pool whatever the schema is. [`connect`](Self::connect) is what a server wants.
    ///
    /// # Errors
    ///
    /// As [`Database::open`].
    pub async fn open(config: &DatabaseConfig) -> Result<Self, AdapterError> {
        Ok(Self { database: Database::open(config).await? })
    }

    /// The pool, for transactions and queries of one's own.
    pub fn connection(&self) -> &DatabaseConnection {
        self.database.connection()
    }

    /// Begins a transaction that will write, as [`Database::begin`].
    ///
    /// # Errors
    ///
    /// Failures of the database.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.database.begin().await
    }

    /// The sensors.
    pub fn sensors(&self) -> SensorRepository<'_, DatabaseConnection> {
        SensorRepository::new(self.connection())
    }

    /// The readings.
    pub fn readings(&self) -> ReadingRepository<'_, DatabaseConnection> {
        ReadingRepository::new(self.connection())
    }

    /// The anomaly alerts.
    pub fn anomaly_alerts(&self) -> AnomalyAlertRepository<'_, DatabaseConnection> {
        AnomalyAlertRepository::new(self.connection())
    }

    /// The maintenance tasks.
    pub fn maintenance_tasks(&self) -> MaintenanceTaskRepository<'_, DatabaseConnection> {
        MaintenanceTaskRepository::new(self.connection())
    }

    /// The maintenance logs.
    pub fn maintenance_logs(&self) -> MaintenanceLogRepository<'_, DatabaseConnection> {
        MaintenanceLogRepository::new(self.connection())
    }

    /// Questions about the running database.
    pub fn operations(&self) -> Operations<'_, DatabaseConnection> {
        Operations::new(self.connection())
    }

    /// The SQL dialect.
    pub fn backend(&self) -> DbBackend {
        self.database.backend()
    }

    /// Whether the server has one session, as TimescaleDB in WebAssembly: within a transaction, only the transaction can be
    /// used.
    pub fn has_one_session(&self) -> bool {
        self.database.has_one_session()
    }

    /// Closes all sessions; waits for those in use.
    pub async fn close(self) {
        self.database.close().await;
    }
}
