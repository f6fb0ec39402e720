//! Plugins: their registry, what they measure, how they are, and the alerts on what they measure.

mod ext;
/// Tables and enums.
#[allow(missing_docs, reason = "what is derived of an entity has none")]
pub mod generated;

#[doc(inline)]
pub use generated::{
    alert_history as alert_trigger,
    alert_history::Model as AlertTrigger,
    alerts as alert,
    alerts::Model as Alert,
    plugin_metrics as plugin_metric,
    plugin_metrics::Model as PluginMetric,
    plugin_status,
    plugin_status::Model as PluginStatus,
    plugins as plugin,
    plugins::Model as Plugin,
    sea_orm_active_enums::{PluginAlertSeverity, PluginHealth},
};
