//! What core-server imports: typed repositories over the platform's database.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::Utc;
//! use core_server_adapter::{
//!     Database, PageRequest,
//!     alarms::{AlarmFilter, AlarmOrigin, AlarmSeverity, AnomalyScore, NewAlarm},
//! };
//!
//! // In memory, for examples and tests; a service has `Database::connect`, which checks the schema's revision.
//! let database = Database::in_memory().await?;
//! let alarms = database.alarms();
//!
//! let odd = NewAlarm::anomaly("machine-1", AlarmSeverity::Warning, Utc::now(), AnomalyScore::new(0.97)?)
//!     .value(88.1)
//!     .message("temperature pattern not seen before");
//! let raised = alarms.raise(&odd).await?;
//! alarms.acknowledge(raised.id, "ana").await?;
//!
//! let filter = AlarmFilter::new().origin(AlarmOrigin::AnomalyModel).open();
//! let page = alarms.list(&filter, &PageRequest::first(50)).await?;
//! assert_eq!(page.items[0].acknowledged_by.as_deref(), Some("ana"));
//! # Ok(())
//! # }
//! # #[cfg(feature = "runtime-tokio")]
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! # #[cfg(not(feature = "runtime-tokio"))]
//! # async_std::task::block_on(example()).unwrap();
//! ```
//!
//! # Several areas
//!
//! [`Server`] opens the areas that a service needs, and transactions over several of them. [`DatabaseConfig`] says where, how
//! many sessions, through which pooler and with which replica; [`Database::check`], [`Database::sessions`] and
//! [`Database::metrics`] are for the operation of a service; [`AdapterError::kind`] and [`AdapterError::for_clients`] make
//! its answers.
//!
//! # Runtimes
//!
//! `runtime-tokio` (default) and `runtime-async-std`; the library itself names neither.
//!
//! # How to add an area
//!
//! A folder under `src` like [`twin`] with one file per noun and a handle that opens its database, and a constant in
//! [`gate`]. [`alarms`] says how to add a query.

#[cfg(not(any(feature = "runtime-tokio", feature = "runtime-async-std")))]
compile_error!("choose a runtime: enable the feature `runtime-tokio` or `runtime-async-std`");

pub mod alarms;
pub mod analytics;
mod batch;
mod by_place;
mod condition;
mod config;
mod connect;
mod detached;
mod error;
mod filter;
pub mod gate;
mod handle;
mod health;
mod metrics;
mod moment;
mod page;
mod period;
pub mod plugins;
mod pool;
mod readable;
mod replica;
mod repository;
mod rows;
mod server;
mod sqlstate;
mod statement;
pub mod telemetry;
mod tenant;
mod text;
mod transaction;
pub mod twin;
mod value;
pub mod vision;

pub use config::DatabaseConfig;
pub use connect::Database;
pub use error::{AdapterError, ErrorKind};
pub use gate::{Gate, ensure_schema};
pub use health::PoolSessions;
pub use metrics::Metrics;
pub use page::{Cursor, Page, PageKey, PageRequest};
pub use period::Period;
pub use pool::Pool;
pub use server::{Server, ServerTransaction};
pub use transaction::Transaction;

// What signatures of this crate speak of.
pub use database_target::{self, Target};
pub use entity;
pub use sea_orm;
