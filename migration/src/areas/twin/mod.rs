//! The digital twin: snapshots of the state of machines, their anomalies, and how each type of machine is set up.

mod m20261109_000000_create_twin;
mod m20261110_000000_partition_snapshots_and_anomalies;
mod m20261115_000000_index_snapshots_and_anomalies_by_time;
mod m20261116_000000_archive_snapshots_and_anomalies;
mod m20261118_000000_separate_tenants;
mod rows;

use migration_engine::{Project, revisions};

/// Name of the area.
const AREA: &str = "twin";

const SNAPSHOTS: &str = "state_snapshots";
const ANOMALIES: &str = "anomaly_history";

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "twin.sqlite";

revisions! {
    /// The revisions of the area, oldest first.
    pub Migrator:
    m20261109_000000_create_twin,
    m20261110_000000_partition_snapshots_and_anomalies,
    m20261115_000000_index_snapshots_and_anomalies_by_time,
    m20261116_000000_archive_snapshots_and_anomalies,
    m20261118_000000_separate_tenants,
}

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    Migrator::project().embedded(EMBEDDED_FILE)
}
