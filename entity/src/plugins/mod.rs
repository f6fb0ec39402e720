//! Plugins: their registry, what they measure, how they are, and the alerts on what they measure.

mod ext;
#[allow(missing_docs)]
pub mod generated;

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
