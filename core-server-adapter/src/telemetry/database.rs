//! The handle on the area's database.

use super::{
    AnomalyAlertRepository, FeatureSnapshotRepository, MaintenanceLogRepository, MaintenanceTaskRepository, Operations,
    ReadingRepository, SensorRepository,
};
use crate::handle::handle;

handle! {
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
    Telemetry, TelemetryWithin: TELEMETRY {
        /// The sensors.
        sensors: SensorRepository;
        /// The readings.
        readings: ReadingRepository;
        /// The features of training windows.
        feature_snapshots: FeatureSnapshotRepository;
        /// The anomaly alerts.
        anomaly_alerts: AnomalyAlertRepository;
        /// The maintenance tasks.
        maintenance_tasks: MaintenanceTaskRepository;
        /// The maintenance logs.
        maintenance_logs: MaintenanceLogRepository;
        /// Questions about the running database.
        operations: Operations;
    }
}
