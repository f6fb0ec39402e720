//! The integration suite. Every file is one promise of the project; see the harness in `tests/src/lib.rs`.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, clippy::missing_panics_doc)]

use std::{path::Path, process::Command};

mod adapter;
mod adapter_telemetry;
mod adopted;
mod areas;
mod batch;
mod branches;
mod cli;
mod cli_errors;
mod contract;
mod destroy;
mod doctor;
mod drift;
mod history;
mod invalid_index;
mod killed;
mod lint;
mod maintain;
mod offline;
mod old_client;
mod records;
mod refused;
mod report;
mod rollback;
mod runners;
mod schema;
mod stamp;
mod telemetry;
mod timescale;
mod verify;

/// The `migration` command line, to be run in `folder`.
fn migration(folder: &Path) -> Command {
    tests::process::command(Path::new(env!("CARGO_BIN_EXE_migration-under-test")), folder)
}

/// The command line of the adopted project, to be run in `folder`.
fn adopted(folder: &Path) -> Command {
    tests::process::command(Path::new(env!("CARGO_BIN_EXE_adopted-project-under-test")), folder)
}
