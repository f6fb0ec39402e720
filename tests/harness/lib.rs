//! The harness of the integration suite: real servers, and a database of its own for every test.
//!
//! SQLite is a file in a temporary folder. PostgreSQL and MariaDB are the servers of `scripts/test-servers.sh`. TimescaleDB
//! is the WebAssembly build, or, with `TEST_TIMESCALEDB_URL`, that server. A database that a test wants with revisions
//! applied is a copy of the first one that got so far.
//!
//! A backend that cannot be had fails the test with the command that provides it. A test that a backend cannot run is
//! ignored there with its reason, and counted.
//!
//! # How to add a test
//!
//! A function `async fn name(database: TestDatabase)` in a file of `suite/<subject>/`, and its name in the
//! [`on_every_backend!`] of that file: arrange from a template ([`TestDatabase::up`]), one action, assertions with names.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a harness fails by panicking")]

mod backend;
pub mod batched;
pub mod changed_entities;
mod database;
mod every_backend;
pub mod fixtures;
pub mod inline;
pub mod json_schema;
pub mod own;
pub mod process;
mod server;
mod sql;
mod wasm;
pub mod wire;

use std::path::Path;

use migration_engine::{Project, Runner, schema::catalog::Catalog};

pub use backend::Backend;
pub use database::{TestDatabase, temporary_folder};
pub use sql::{connect_to, rows_as_text, scalar};

/// The live schema.
pub async fn catalog(runner: &Runner) -> Catalog {
    runner.catalog().await.expect("the catalogue")
}

/// Every area of the platform with its project, the default first. A test that goes through them covers areas to come.
pub fn areas() -> impl Iterator<Item = (&'static str, Project)> {
    migration::platform().into_projects().map(|(name, project)| (name.expect("a name"), project))
}

/// The project of an area.
pub fn area(name: &str) -> Project {
    areas().find(|(known, _)| *known == name).expect("an area").1
}

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
