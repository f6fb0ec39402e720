//! Plugins: their registry, what they measure, how they are, and the alerts on what they measure.

mod m20261113_000000_create_plugins;
mod m20261114_000000_partition_metrics_and_alert_history;
mod m20261115_000000_retain_metrics_and_alert_history;
mod rows;

use migration_engine::{Project, revisions};

/// Name of the area.
const AREA: &str = "plugins";

const METRICS: &str = "plugin_metrics";
const HISTORY: &str = "alert_history";

/// File of the embedded SQLite database, used when no URL is given.
pub const EMBEDDED_FILE: &str = "plugins.sqlite";

revisions! {
    /// The revisions of the area, oldest first.
    pub Migrator:
    m20261113_000000_create_plugins,
    m20261114_000000_partition_metrics_and_alert_history,
    m20261115_000000_retain_metrics_and_alert_history,
}

/// The revisions and what they say about themselves.
pub fn project() -> Project {
    Migrator::project().embedded(EMBEDDED_FILE)
}
