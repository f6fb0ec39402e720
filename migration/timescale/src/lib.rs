//! TimescaleDB DDL for SeaORM migrations, as typed values.
//!
//! A value such as [`Hypertable`] is built without a database and renders to SQL for a [`Capability`], that is: for the
//! server the migration happens to run on. [`TimescaleManager`] adds one method per value to SeaORM's `SchemaManager`.
//! Where the server lacks a feature, the step is skipped and said so once, never an error and never silently: the same
//! revision serves TimescaleDB in both editions, PostgreSQL, SQLite and MySQL.
//!
//! ```
//! use migration_timescale::{Capability, Columnstore, Hypertable, Version};
//!
//! let readings = Hypertable::by_range("readings", "taken_at").chunk_interval("7 days");
//! let server = Capability::timescale_full(Version::new(2, 23, 0));
//! assert_eq!(
//!     readings.create_sql(server)?,
//!     "SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '7 days'), \
//!      create_default_indexes => false, if_not_exists => true, migrate_data => true)",
//! );
//!
//! let columns = Columnstore::on("readings").segment_by("sensor_id").order_by("taken_at DESC");
//! assert!(columns.enable_sql(Capability::postgres()).is_err(), "plain PostgreSQL has no columnstore");
//! # Ok::<(), migration_timescale::Unsupported>(())
//! ```
//!
//! # How to add an operation
//!
//! One file per operation: a value with `…_sql(Capability)` methods for doing and undoing it, a test per version floor
//! beside it, and a method on [`TimescaleManager`] that runs it through [`manager::run_or_skip`].

mod capability;
mod checks;
mod columnstore;
mod hypertable;
pub mod manager;
mod quote;
mod version;

pub use capability::{Capability, Edition, Unsupported};
pub use checks::ChecksOnNewColumns;
pub use columnstore::{Columnstore, ColumnstorePolicy};
pub use hypertable::Hypertable;
pub use manager::{Step, TimescaleManager};
pub use quote::{identifier, literal};
pub use version::Version;
