//! TimescaleDB for SeaORM migrations, as typed values.
//!
//! A value such as [`Hypertable`] is built without a database and renders to SQL for a [`Capability`], that is: for the
//! server the migration happens to run on. [`TimescaleManager`] adds a method per value to SeaORM's `SchemaManager`, which
//! looks at the server, renders the value for it and runs that.
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
//! # One revision for every server
//!
//! Where the server lacks a feature, the step is skipped and said so once on the log, never an error and never silently.
//! Continuous aggregates exist everywhere, with the same name and columns:
//!
//! ```
//! use migration_timescale::{ContinuousAggregate, Hypertable, Interval, Step, TimescaleManager, Window};
//! use sea_orm::{ConnectionTrait, Database};
//! use sea_orm_migration::SchemaManager;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sea_orm::DbErr> {
//! let db = Database::connect("sqlite::memory:").await?;
//! db.execute_unprepared("CREATE TABLE readings (taken_at text, sensor_id text, value real)").await?;
//! db.execute_unprepared("INSERT INTO readings VALUES ('2026-01-05T00:30:00+00:00', 'pump', 20.5)").await?;
//! let manager = SchemaManager::new(&db);
//!
//! let step = manager.create_hypertable(&Hypertable::by_range("readings", "taken_at")).await?;
//! assert!(matches!(step, Step::Skipped(_)));
//!
//! let hourly = ContinuousAggregate::on("readings", "readings_hourly")
//!     .bucket("bucket", "taken_at", Interval::hours(1))
//!     .group_by("sensor_id")
//!     .aggregate("avg_value", "avg(value)");
//! assert_eq!(manager.create_continuous_aggregate(&hourly).await?, Step::Applied);
//! manager.refresh_continuous_aggregate(&hourly, Window::ALL).await?;
//! manager.drop_continuous_aggregate(&hourly).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Operations
//!
//! From which version of TimescaleDB, with which licence, and what becomes of it elsewhere. "Both" are the full licence and
//! the Apache edition. The oldest version that is written for is 2.9.
//!
//! | Operation | TimescaleDB | Inverse | Elsewhere |
//! |-|-|-|-|
//! | [`Hypertable`] | both; in one statement with its table from 2.20 | drop the table | a table |
//! | [`HashDimension`], [`ChunkInterval`] | both | goes with the table; the interval before | skipped |
//! | [`HypertableColumn`] | both | the opposite change | the same change |
//! | [`PerChunkIndex`] | both, not in WebAssembly | drop | an ordinary index |
//! | [`ChecksOnNewColumns`] | both | drop the constraint | PostgreSQL: the same |
//! | [`TenantPolicy`] | neither: skipped | drop policy and column | PostgreSQL: row security |
//! | [`Columnstore`] | full; under the names of compression before 2.18; of an aggregate from 2.11 | disable, or the settings before | skipped |
//! | [`SparseIndex`] | full, 2.22; of several columns 2.26 | reset | skipped |
//! | [`Chunks`] | full | decompress | skipped |
//! | [`ContinuousAggregate`] | full; stacked ones 2.9 | drop, [`leaf_first`] | a table and a view |
//! | [`AggregateIndex`] | full | drop | an index of that table |
//! | [`RefreshPolicy`], [`RetentionPolicy`] | full | remove | skipped; a command does it as [`Maintenance`] |
//! | [`ArchivePolicy`] | both; its job full | remove, bring back | skipped; a command does it as [`Maintenance`] |
//! | [`ColumnstorePolicy`], [`ReorderPolicy`], [`Job`] | full | remove, delete | skipped |
//!
//! # Run twice
//!
//! Every operation is convergent: said again it changes nothing, so that a revision which was killed can be started again.
//! Of one that is there with other settings:
//!
//! - policies are exchanged for what is asked for, jobs of one's own get the schedule that is asked for;
//! - columnstore settings that are named are changed, others left alone;
//! - an aggregate becomes real-time or materialised only as asked; one with another source, bucket width, list of columns
//!   or expression is refused;
//! - a hypertable that is one already, and a column that is there, are left alone.
//!
//! # Refusals
//!
//! What TimescaleDB would refuse later, or take and get wrong, is a [`Refused`] before anything runs, with what works
//! instead: [`check`](RefreshPolicy::check) on the values, and the catalogue where values alone do not tell.
//!
//! # How to add an operation
//!
//! One file per operation: a value with `…_sql(Capability)` methods for doing and undoing it, a test in `tests/rendered.rs`
//! that shows it for every version floor, and a method on [`TimescaleManager`] that runs it. What it asks the catalogue
//! is a [`Question`], which says beside the SQL what is answered where revisions are recorded without a database.

mod aggregate;
mod capability;
mod checks;
mod columnstore;
mod dialect;
mod hypertable;
pub mod inspect;
pub mod internals;
mod interval;
mod key;
pub mod manager;
mod policy;
pub mod question;
mod quote;
mod refused;
mod tenant;
mod version;

pub use aggregate::{AggregateIndex, ContinuousAggregate, CutBucket, Number, Window, leaf_first};
pub use capability::{Capability, Edition, Unsupported};
pub use checks::ChecksOnNewColumns;
pub use columnstore::{Chunks, Columnstore, SparseIndex};
pub use dialect::{MYSQL_TABLE_OPTIONS, bucket_sql, moment_sql};
pub use hypertable::{ChunkInterval, HashDimension, Hypertable, HypertableColumn, PerChunkIndex};
pub use interval::{Interval, InvalidInterval};
pub use key::add_primary_key_sql;
pub use manager::{Step, TimescaleManager};
pub use policy::{
    ArchivePolicy, ColumnstorePolicy, Job, Maintenance, PolicyKind, RefreshPolicy, ReorderPolicy, RetentionPolicy,
};
pub use question::Question;
pub use quote::{identifier, literal};
pub use refused::{Refused, RenderError};
pub use sql_dialect::Dialect;
pub use tenant::TenantPolicy;
pub use version::{InvalidVersion, Version};

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
