//! Analytics: alerts and who hears of them, anomalies with what a model thinks of them, metrics, reports, and the models.

mod m20261111_000000_create_analytics;
mod m20261112_000000_partition_anomalies_and_metrics;
mod m20261115_000000_index_alerts_and_anomalies_by_time;
mod m20261116_000000_keep_model_bytes_in_parts;
mod m20261117_000000_archive_alerts_and_anomalies;
mod rows;

use migration_engine::{Project, revisions};

/// Name of the area.
const AREA: &str = "analytics";

const ALERTS: &str = "alerts";
const ANOMALIES: &str = "anomaly_records";
const METRICS: &str = "performance_metrics";

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "analytics.sqlite";

revisions! {
    /// The revisions of the area, oldest first.
    pub Migrator:
    m20261111_000000_create_analytics,
    m20261112_000000_partition_anomalies_and_metrics,
    m20261115_000000_index_alerts_and_anomalies_by_time,
    m20261116_000000_keep_model_bytes_in_parts,
    m20261117_000000_archive_alerts_and_anomalies,
}

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    Migrator::project().embedded(EMBEDDED_FILE)
}
