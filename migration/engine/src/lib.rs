//! Runs any SeaORM migrator safely.
//!
//! A SeaORM project adopts the engine by replacing `cli::run_cli(Migrator)` in the `main.rs` of its migration crate:
//!
//! ```no_run
//! # use migration_engine::sea_orm_migration::prelude::*;
//! # struct Migrator;
//! # impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } }
//! # #[tokio::main]
//! # async fn main() -> std::process::ExitCode {
//! migration_engine::cli::run(Migrator).await
//! # }
//! ```
//!
//! The verbs, flags and the `seaql_migrations` table stay SeaORM's, so `sea-orm-cli migrate` keeps working. What the
//! engine adds to every project:
//!
//! - one runner at a time ([`lock`]), on a connection of its own that no pool can swap;
//! - a lock that cannot be had quickly is given up and tried again, so that DDL never queues in front of traffic, and a
//!   run that was killed is continued ([`runner`]);
//! - what was applied is remembered with a checksum ([`records`]); the SQL of revisions without a database ([`offline`]);
//! - the live schema compared with what the revisions make ([`drift`], [`catalog`]), revisions proved to be reversible
//!   ([`verify`]), statements that lock or fail named ([`lint`]), the server examined ([`doctor`]);
//! - what a live database is like: jobs, chunks, sizes, dead rows, blocked sessions ([`inspection`]);
//! - retention and refreshes where the server has no jobs for them, from cron ([`maintain`]);
//! - `stamp`, which compares before it believes ([`stamp`]);
//! - errors that say what to do next, and never a password ([`error`]).
//!
//! What revisions may use:
//!
//! - several histories behind one command line ([`areas`]);
//! - parents, areas, seed rows and exceptions, said beside the revision ([`describe`], [`graph`]);
//! - indexes built while others write ([`online`]), updates in steps ([`batch`]), their [`progress`];
//! - columns that leave with `down` and come back with the next `up` ([`kept`]), and consent before rows go ([`guard`]).
//!
//! # How to describe revisions
//!
//! ```no_run
//! # use migration_engine::sea_orm_migration::prelude::*;
//! # struct Migrator;
//! # impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } }
//! # #[derive(DeriveMigrationName)] struct AddSite;
//! use migration_engine::{Describe, Project, describe::Parents};
//!
//! impl Describe for AddSite {
//!     fn parents(&self) -> Parents {
//!         Parents::Named(&["m20250601_000000_create_sensors"])
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> std::process::ExitCode {
//! migration_engine::cli::run(Project::new(Migrator).describe(AddSite)).await
//! # }
//! ```

pub mod areas;
pub mod batch;
mod call;
mod cascades;
pub mod catalog;
mod caught;
pub mod cli;
pub mod connect;
pub mod describe;
pub mod destroy;
pub mod direction;
pub mod doctor;
pub mod drift;
pub mod error;
mod foreign_keys;
pub mod graph;
pub mod guard;
mod index_progress;
pub mod inspection;
mod interrupt;
pub mod kept;
pub mod lint;
pub mod lock;
pub mod maintain;
pub mod offline;
pub mod online;
mod outside;
pub mod progress;
pub mod project;
pub mod records;
pub mod renamed;
pub mod report;
pub mod runner;
pub mod scaffold;
pub mod scratch;
mod session;
pub mod sqlstate;
pub mod stamp;
mod transaction;
pub mod verify;

pub use areas::Areas;
pub use database_target::Target;
pub use describe::Describe;
pub use direction::Direction;
pub use error::EngineError;
pub use project::Project;
pub use runner::Runner;

pub use sea_orm_migration;
