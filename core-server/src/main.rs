//! Starts the service.

use std::{io::IsTerminal, process::ExitCode};

use clap::{CommandFactory, Parser, error::ErrorKind};
use core_server::{
    example,
    settings::Settings,
    start::{self, StartError},
};
use tokio::{net::TcpListener, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    // What a server without TimescaleDB goes without is told by `migration init`.
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,migration_timescale=warn"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    if let Some(error) = database_target::misplaced(std::env::args_os()) {
        Settings::command().error(ErrorKind::UnknownArgument, error).exit();
    }
    match Box::pin(run(&Settings::parse())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: &Settings) -> Result<(), StartError> {
    let app = start::open(settings).await?;
    let refused = |source| StartError::Listen { address: settings.listen, source };
    let listener = TcpListener::bind(settings.listen).await.map_err(refused)?;
    let address = listener.local_addr()?;
    println!("http://{address}");
    if !address.ip().is_loopback() {
        tracing::warn!("listening on a network without a login: whoever reaches {address} sees every alarm");
    }
    if app.alarms.has_one_session() {
        tracing::warn!(
            "this server has one session, which the areas use in turn: a page takes seconds, and --demo does nothing"
        );
    } else if settings.demo {
        tokio::spawn(example::feed(app.clone()));
    }
    app.serve(listener, stopped()).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = terminate.recv() => return,
            _ = signal::ctrl_c() => return,
        }
    }
    if let Err(error) = signal::ctrl_c().await {
        tracing::error!("no Ctrl-C: {error}");
    }
}
