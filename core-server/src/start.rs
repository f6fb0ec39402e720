//! Before the first request: the databases, their schema, and example data where it is asked for.

use std::{io, net::SocketAddr};

use core_server_adapter::{AdapterError, Database, DatabaseConfig, alarms, telemetry};
use migration::areas;
use migration_engine::{
    EngineError, Project, Runner,
    session::{Patience, connect},
};

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
    /// Nothing can be reached there.
    #[error("cannot listen on {address} ({source}); name another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The network failed.
    #[error("the network failed: {0}")]
    Network(#[from] io::Error),
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
    // A URL that was given is the alarms' own; telemetry has its place in it.
    let of_telemetry = if url.is_some() { of_telemetry.in_area(telemetry::AREA) } else { of_telemetry };
    tracing::info!("alarms: {of_alarms} (from {})", of_alarms.target().origin());
    tracing::info!("telemetry: {of_telemetry} (from {})", of_telemetry.target().origin());
    if settings.migrate {
        for (config, project) in [(&of_alarms, areas::alarms::project()), (&of_telemetry, areas::telemetry::project())]
        {
            apply(config, project).await?;
        }
    }
    let app =
        App::new(Database::connect(&of_alarms).await?, telemetry::Telemetry::connect(&of_telemetry).await?, settings);
    if settings.example {
        example::load(&app).await?;
    }
    Ok(app)
}

/// Applies what is pending of an area, and makes its database, schema or file where there is none.
///
/// Where everything is there, `migration_engine::up` does the same over a pool that is open.
///
/// # Errors
///
/// What keeps the engine from its end.
pub async fn apply(config: &DatabaseConfig, project: Project) -> Result<(), EngineError> {
    let settings = connect::Settings { create: true, ..connect::Settings::default() };
    let runner = Runner::connect(project, config.target().clone(), &settings, Patience::default()).await?;
    let applied = runner.up(None).await;
    runner.close().await;
    applied?.iter().for_each(|revision| tracing::info!("applied {revision}"));
    Ok(())
}
