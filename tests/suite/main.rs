//! The integration suite. Every file is one promise of the project; see the harness in `tests/src/lib.rs`.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, clippy::missing_panics_doc)]

use std::{path::Path, process::Command};

mod adapter;
mod cli;
mod cli_errors;
mod contract;
mod destroy;
mod history;
mod old_client;
mod refused;
mod rollback;
mod runners;
mod schema;
mod stamp;

/// The `migration` command line, to be run in `folder`.
fn migration(folder: &Path) -> Command {
    tests::process::command(Path::new(env!("CARGO_BIN_EXE_migration-under-test")), folder)
}
