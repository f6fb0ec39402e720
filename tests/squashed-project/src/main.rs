//! The adopted project after `migration squash :`. Everything but this file is generated, see `suite/engine/squash_cli.rs`.

#![allow(clippy::wildcard_imports, reason = "as the adopted project has them")]

use std::process::ExitCode;

#[path = "lib.rs"]
mod squashed;

#[tokio::main]
async fn main() -> ExitCode {
    migration_engine::cli::run(squashed::project()).await
}
