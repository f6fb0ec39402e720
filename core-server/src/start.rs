//! Before the first request: the databases, their schema, and example data where it is asked for.

use std::{fs::OpenOptions, io};

use core_server_adapter::{AdapterError, Database, DatabaseConfig, Target, alarms, telemetry};
use migration::areas;
use migration_engine::EngineError;

use crate::{App, example, settings::Settings};

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A database is away, or not as it should be.
    #[error("{}", .0.on_one_line())]
    Database(#[from] AdapterError),
    /// The schema could not be applied.
    #[error("the schema could not be applied: {}", .0.on_one_line())]
    Schema(#[from] EngineError),
    /// A file or the network refused.
    #[error("{what}: {source}")]
    Io {
        /// What was to be done.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The example data in the program cannot be read.
    #[error("the example data: {0}")]
    Example(#[from] csv::Error),
}

/// Opens the databases that the settings name, and brings them where the settings want them.
///
/// # Errors
///
/// [`StartError`]; one of a schema that is too old names the command that applies it.
pub async fn open(settings: &Settings) -> Result<App, StartError> {
    let url = settings.database_url.as_deref();
    let of_alarms = DatabaseConfig::from_environment(alarms::AREA, url)?;
    let of_telemetry = DatabaseConfig::from_environment(telemetry::AREA, url)?;
    tracing::info!("alarms: {of_alarms} (from {})", of_alarms.target().origin());
    tracing::info!("telemetry: {of_telemetry} (from {})", of_telemetry.target().origin());
    if settings.migrate {
        for (config, project) in [(&of_alarms, areas::alarms::project()), (&of_telemetry, areas::telemetry::project())]
        {
            create_file(config.target())?;
            let database = Database::open(config).await?;
            let applied = migration_engine::up(project, database.connection()).await;
            database.close().await;
            applied?.iter().for_each(|revision| tracing::info!("applied {revision}"));
        }
    }
    let app =
        App::new(Database::connect(&of_alarms).await?, telemetry::Telemetry::connect(&of_telemetry).await?, settings);
    if settings.example {
        example::load(&app).await?;
    }
    Ok(app)
}

/// Makes the embedded database's file where there is none; an empty file is an empty database.
fn create_file(target: &Target) -> Result<(), StartError> {
    let Some(file) = target.sqlite_file().filter(|_| !target.is_in_memory() && !target.is_read_only()) else {
        return Ok(());
    };
    let opened = OpenOptions::new().create(true).append(true).open(&file).map(drop);
    opened.map_err(|source| StartError::Io { what: format!("cannot create {}", file.display()), source })
}
