//! The handle on the area's database.

use super::{AlertRepository, MetricRepository, PluginRepository, StatusRepository, TriggerRepository};
use crate::handle::handle;

handle! {
    /// A pool of sessions on the database of the plugins. Clones share the pool.
    ///
    /// Where it is, [`Target::resolve_area`](crate::Target::resolve_area) finds: `DATABASE_URL_PLUGINS`, or the area's place
    /// in `DATABASE_URL`.
    Plugins, PluginsWithin: PLUGINS {
        /// The registry of plugins.
        registry: PluginRepository;
        /// What plugins measured.
        metrics: MetricRepository;
        /// How plugins are.
        status: StatusRepository;
        /// Alerts on what plugins measure.
        alerts: AlertRepository;
        /// When alerts were looked at, and whether they triggered.
        triggers: TriggerRepository;
    }
}
