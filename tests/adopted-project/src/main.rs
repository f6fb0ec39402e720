//! As `sea-orm-cli migrate init` writes it, but for the call that runs the commands.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    migration_engine::cli::run(adopted_project::Migrator).await
}
