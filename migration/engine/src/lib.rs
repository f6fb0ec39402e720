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
//! The verbs, flags and the `seaql_migrations` table stay SeaORM's, so `sea-orm-cli migrate` keeps working. A service that
//! migrates at its own start says [`up`]`(Migrator, &pool)` instead.
//!
//! What a project may use:
//!
//! | name | for |
//! |-|-|
//! | [`cli::run`] | the command line |
//! | [`up`], [`Runner`] | running revisions from a program: plans, status, events, the same lock |
//! | [`Project`], [`Describe`] | parents, dependencies, seed rows, maintenance and exceptions, said beside a revision |
//! | [`Areas`], [`areas!`], [`revisions!`] | several histories behind one command line, each a list |
//! | [`revision`] | what revisions call: indexes built while others write, updates in steps, columns that come back, consent |
//! | [`EngineError`] | what went wrong, and what to do next; never a password |
//!
//! The other modules are there for the project's own tests and tools, and may change.
//!
//! # How to describe revisions
//!
//! ```no_run
//! # use migration_engine::sea_orm_migration::prelude::*;
//! # struct Migrator;
//! # impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] } }
//! # #[derive(DeriveMigrationName)] struct AddSite;
//! use migration_engine::{Describe, Project, project::describe::Parents};
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

// The futures of a trial are nested deeper than the compiler's usual limit when it optimises.
#![recursion_limit = "256"]

pub mod cli;
#[doc(hidden)]
pub mod diagram;
pub mod error;
#[doc(hidden)]
pub mod graph;
#[doc(hidden)]
pub mod ledger;
#[doc(hidden)]
pub mod lint;
#[doc(hidden)]
pub mod operate;
pub mod project;
#[doc(hidden)]
pub mod propose;
#[doc(hidden)]
pub mod recording;
pub mod revision;
mod run;
#[doc(hidden)]
pub mod runner;
#[doc(hidden)]
pub mod schema;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod sql;
#[doc(hidden)]
pub mod squash;

pub use database_target::Target;
pub use error::EngineError;
pub use graph::direction::Direction;
pub use project::{Project, areas::Areas, describe::Describe};
pub use run::up;
pub use runner::Runner;

pub use sea_orm_migration;
