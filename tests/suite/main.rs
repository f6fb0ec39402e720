//! The integration suite. A folder per subject, a file per promise of the project; see the harness in
//! `tests/harness/lib.rs`.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, clippy::missing_panics_doc)]

use std::{path::Path, process::Command};

mod adapter;
mod alarms;
mod analytics;
mod contract;
mod diagram;
mod engine;
mod entities;
mod honesty;
mod layers;
mod matrix;
mod plugins;
mod rights;
mod rows;
mod settings;
mod telemetry;
mod timescale;
mod twin;
mod vision;

/// The `migration` command line, to be run in `folder`.
fn migration(folder: &Path) -> Command {
    tests::process::command(Path::new(env!("CARGO_BIN_EXE_migration-under-test")), folder)
}

#[path = "../squashed-project/src/lib.rs"]
mod squashed_project;

/// The command line of the adopted project after a squash, to be run in `folder`.
fn squashed(folder: &Path) -> Command {
    tests::process::command(Path::new(env!("CARGO_BIN_EXE_squashed-project")), folder)
}

/// The command line of the adopted project, to be run in `folder`.
fn adopted(folder: &Path) -> Command {
    tests::process::command(Path::new(env!("CARGO_BIN_EXE_adopted-project-under-test")), folder)
}
