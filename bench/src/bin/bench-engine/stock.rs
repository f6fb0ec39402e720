//! SeaORM's own migrator, as its command line connects and runs it.

use std::process::ExitCode;

use sea_orm::{ConnectOptions, Database, DbErr};
use sea_orm_migration::MigratorTrait;
use tracing_subscriber::EnvFilter;

use crate::revisions::History;

/// `up URL` or `down URL`, all revisions.
pub async fn run() -> ExitCode {
    // As sea-orm-migration's command line without `--verbose`.
    tracing_subscriber::fmt().with_env_filter(EnvFilter::new("sea_orm_migration=info")).with_target(false).init();
    let mut arguments = std::env::args().skip(1);
    let (Some(verb), Some(url)) = (arguments.next(), arguments.next()) else { return ExitCode::FAILURE };
    match migrate(&verb, &url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn migrate(verb: &str, url: &str) -> Result<(), DbErr> {
    let mut options = ConnectOptions::new(url);
    options.set_schema_search_path("public");
    let db = Database::connect(options).await?;
    if verb == "down" { History::down(&db, None).await } else { History::up(&db, None).await }
}
