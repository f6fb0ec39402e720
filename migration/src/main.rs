//! The command line of the schema: hands the revisions to the engine, nothing else.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    migration_engine::cli::run(migration::platform()).await
}
