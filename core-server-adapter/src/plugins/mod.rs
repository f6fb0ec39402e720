//! Plugins: their registry, what they measure, how they are, and the alerts on what they measure.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::{TimeDelta, Utc};
//! use core_server_adapter::{
//!     PageRequest, Period,
//!     plugins::{
//!         MetricFilter, NewAlert, NewMetric, NewPlugin, NewTrigger, PluginAlertSeverity, PluginHealth, Plugins, TriggerFilter,
//!     },
//! };
//! use serde_json::json;
//!
//! // In memory, for examples and tests; a service has `Plugins::connect`, which checks the schema's revision.
//! let plugins = Plugins::in_memory().await?;
//! plugins.registry().register(&NewPlugin::new("vibration", "Vibration analysis", "1.2.0").category("quality")).await?;
//!
//! let start = Utc::now() - TimeDelta::hours(1);
//! let rms: Vec<NewMetric> = (0..60)
//!     .map(|minute| NewMetric::new("vibration", "rms", start + TimeDelta::minutes(minute), 0.1 * minute as f64).tag("line", "3"))
//!     .collect();
//! plugins.metrics().insert_many(&rms).await?;
//! plugins.status().succeeded("vibration", Utc::now()).await?;
//!
//! let last_half = MetricFilter::new().name("rms").tag("line", "3").period(Period::since(start + TimeDelta::seconds(1_770)));
//! let window = plugins.metrics().list("vibration", &last_half, &PageRequest::first(100)).await?;
//! assert_eq!(window.items.len(), 30);
//!
//! let alert = NewAlert::new("vibration", "bearing worn", json!({ "metric": "rms", "above": 5 }), PluginAlertSeverity::Error);
//! let alert = plugins.alerts().define(&alert).await?;
//! plugins.triggers().record(&NewTrigger::new(alert.id, Utc::now(), true).value(5.9)).await?;
//! let history = plugins.triggers().list(alert.id, &TriggerFilter::new().triggered(true), &PageRequest::first(10)).await?;
//! assert_eq!(history.items.len(), 1);
//!
//! let failed = plugins.status().failed("vibration", Utc::now(), "the sensor does not answer").await?;
//! assert_eq!((failed.consecutive_errors, failed.health_status), (1, PluginHealth::Degraded));
//! # Ok(())
//! # }
//! # #[cfg(feature = "runtime-tokio")]
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! # #[cfg(not(feature = "runtime-tokio"))]
//! # async_std::task::block_on(example()).unwrap();
//! ```
//!
//! # How to add a query
//!
//! Each noun has a folder with a repository; its module says where what belongs.

mod alerts;
mod database;
mod metrics;
mod registry;
mod status;
mod triggers;

pub use crate::batch::Added;
pub use alerts::{Alert, AlertFilter, AlertRepository, NewAlert, PluginAlertSeverity};
pub use database::{Plugins, PluginsWithin};
pub use metrics::{MetricFilter, MetricRepository, NewMetric, PluginMetric};
pub use registry::{NewPlugin, Plugin, PluginFilter, PluginRepository};
pub use status::{PluginHealth, PluginStatus, StatusFilter, StatusRepository, UNHEALTHY_AFTER};
pub use triggers::{AlertTrigger, NewTrigger, TriggerFilter, TriggerRepository};

/// Name of the area.
pub const AREA: &str = crate::gate::PLUGINS.area;

/// Characters of the id of a plugin at most.
const ID_CHARACTERS: usize = 100;
/// Characters of the name of a plugin, a metric or an alert at most.
const NAME_CHARACTERS: usize = 200;
