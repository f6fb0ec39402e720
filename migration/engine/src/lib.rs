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
//! engine adds:
//!
//! - one runner at a time ([`lock`]), on a connection of its own that no pool can swap;
//! - a lock that cannot be had quickly is given up and tried again, so that DDL never queues in front of traffic ([`runner`]);
//! - `stamp`, which compares the live tables with the revision before believing it ([`stamp`]);
//! - a normalised text of the live schema and its fingerprint ([`catalog`]);
//! - indexes built while others write ([`online`]);
//! - columns that leave with `down` and come back with the next `up` ([`kept`]);
//! - errors that say what to do next, and never a password ([`error`]).

pub mod catalog;
pub mod cli;
pub mod connect;
pub mod destroy;
pub mod error;
pub mod guard;
pub mod kept;
pub mod lock;
pub mod online;
pub mod project;
pub mod runner;
pub mod scaffold;
pub mod scratch;
pub mod sqlstate;
pub mod stamp;

pub use database_target::Target;
pub use error::EngineError;
pub use project::Project;
pub use runner::Runner;

pub use sea_orm_migration;
