//! As `sea-orm-cli migrate init` writes it, but for the call that runs the commands, which hands over the entities too.

use std::process::ExitCode;

use migration_engine::{Project, entities};

#[tokio::main]
async fn main() -> ExitCode {
    let project = Project::new(adopted_project::Migrator).entities(entities![adopted_project::post]);
    migration_engine::cli::run(project).await
}
