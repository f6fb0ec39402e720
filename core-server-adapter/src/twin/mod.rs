//! The digital twin: snapshots of the state of machines, their anomalies, and how each type of machine is set up.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::{TimeDelta, Utc};
//! use core_server_adapter::{
//!     PageRequest,
//!     twin::{AnomalyFilter, AnomalySeverity, NewAnomaly, NewConfiguration, NewSnapshot, Twin},
//! };
//! use serde_json::json;
//!
//! // In memory, for examples and tests; a service has `Twin::connect`, which checks the schema's revision.
//! let twin = Twin::in_memory().await?;
//! let press = NewConfiguration::new("press").baseline_temp("71.50".parse()?).operational_pattern("two shifts");
//! twin.configurations().set(&press).await?;
//!
//! let start = Utc::now() - TimeDelta::hours(6);
//! let hourly: Vec<NewSnapshot> = (0..6)
//!     .map(|hour| NewSnapshot::new("press-1", start + TimeDelta::hours(hour), json!({ "strokes": hour * 900 })))
//!     .collect();
//! twin.snapshots().record_many(&hourly).await?;
//!
//! // What did the machine do before it stopped?
//! let before = twin.snapshots().recover("press-1", start + TimeDelta::minutes(200)).await?;
//! assert_eq!(before.unwrap().state_data["strokes"], 2700);
//! assert_eq!(twin.snapshots().latest("press-1").await?.unwrap().state_data["strokes"], 4500);
//!
//! let hot = NewAnomaly::new("press-1", "overheating", AnomalySeverity::Critical, Utc::now())
//!     .sensor_data(json!({ "temperature": 88.1 }));
//! twin.anomalies().record(&hot).await?;
//! let filter = AnomalyFilter::new().machine("press-1").severity(AnomalySeverity::Critical);
//! assert_eq!(twin.anomalies().list(&filter, &PageRequest::first(50)).await?.items.len(), 1);
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

mod anomalies;
mod configurations;
mod database;
mod snapshots;

pub use anomalies::{Anomaly, AnomalyFilter, AnomalyRepository, AnomalySeverity, NewAnomaly};
pub use configurations::{ConfigurationRepository, MachineConfiguration, NewConfiguration};
pub use database::{Twin, TwinWithin};
pub use sea_orm::prelude::Decimal;
pub use snapshots::{NewSnapshot, SnapshotFilter, SnapshotRepository, StateSnapshot};

/// Name of the area.
pub const AREA: &str = crate::gate::TWIN.area;

/// Characters of the id of a machine, its type and that of an anomaly at most.
const ID_CHARACTERS: usize = 50;
