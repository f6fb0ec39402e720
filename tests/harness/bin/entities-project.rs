//! A project whose entities changed since its revisions were written: `ENTITIES` names the set that it hands over.

use std::process::ExitCode;

use tests::changed_entities::{Migrator, entities};

#[tokio::main]
async fn main() -> ExitCode {
    let set = std::env::var("ENTITIES").unwrap_or_else(|_| "same".to_owned());
    let project = migration_engine::Project::new(Migrator).entities(entities(&set));
    migration_engine::cli::run(project).await
}
