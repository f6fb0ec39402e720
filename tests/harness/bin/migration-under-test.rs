//! The `migration` command line, where the suite can start it.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    migration_engine::cli::run(migration::platform()).await
}
