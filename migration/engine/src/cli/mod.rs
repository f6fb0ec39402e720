//! The command line: SeaORM's verbs and flags, and the engine's own.

mod args;
mod bar;
mod commands;
mod human;
mod inspection;
mod offline;
mod print;
mod say;
mod table;

use std::{process::ExitCode, sync::Arc, time::Duration};

use clap::{CommandFactory, Parser, error::ErrorKind};
use database_target::InvalidUrl;
use tracing_subscriber::EnvFilter;

use crate::{
    Areas, EngineError, Runner,
    areas::ChosenArea,
    connect, interrupt,
    report::{Database, Output, Report},
    runner::Patience,
};
use args::{Cli, Command, UpArgs};
use bar::Show;

/// Parses the arguments, runs the command and prints what came of it. Never panics and never prints a password.
pub async fn run(areas: impl Into<Areas>) -> ExitCode {
    let cli = arguments();
    let filter = match (cli.output.verbose, cli.output.quiet) {
        (true, _) => "debug,sqlx=info",
        // A connection that breaks is the error of the command; the pool need not say it too.
        (_, true) => "error,sqlx=off",
        _ => "warn,migration_timescale=info,sqlx=error,sqlx::pool=off,sqlx_core::pool=off,sqlx::postgres::notice=off",
    };
    let show = Arc::new(Show::choose(cli.output.quiet, cli.output.json));
    let log = Arc::clone(&show);
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(move || log.log())
        .with_target(cli.output.verbose)
        .with_level(cli.output.verbose)
        .without_time()
        // Where nobody reads the log, there is nobody to tell that either.
        .log_internal_errors(false)
        .init();
    let command = cli.command.unwrap_or(Command::Up(UpArgs::default()));
    let name = command.name();
    let context = Context {
        url: cli.database_url,
        schema: cli.database_schema,
        area: cli.area,
        show,
        announce: !cli.output.quiet && !cli.output.json,
        patience: Patience {
            lock_timeout: Duration::from_millis(cli.patience.lock_timeout),
            lock_retries: cli.patience.lock_retries,
            statement_timeout: cli.patience.statement_timeout.map(Duration::from_millis),
            wait: Duration::from_secs(cli.patience.wait),
        },
    };
    interrupt::listen();
    let mut database = None;
    let done = Box::pin(dispatch(&context, areas.into(), command, &mut database)).await;
    context.show.end();
    let failed = interrupt::signal().and_then(|signal| u8::try_from(128 + signal).ok()).unwrap_or(1);
    let exit_code = done.as_ref().map_or(failed, Report::exit_code);
    match (done, cli.output.json) {
        (done, true) => {
            let (result, error) = match done {
                Ok(report) => {
                    let error = report.error();
                    (Some(report), error)
                }
                Err(error) => (None, Some(error.on_one_line())),
            };
            print_json(&Output { command: name, database, exit_code, result, error });
        }
        (Ok(report), false) => {
            print::report(&report, cli.output.quiet, cli.output.verbose);
            if let Some(error) = report.error() {
                say::err(&format!("error: {error}\n"));
            }
        }
        (Err(error), false) => say::err(&format!("error: {}\n", error.on_one_line())),
    }
    ExitCode::from(exit_code)
}

fn arguments() -> Cli {
    let refuse = |error: InvalidUrl| Cli::command().error(ErrorKind::UnknownArgument, error).exit();
    if let Some(error) = database_target::misplaced(std::env::args_os()) {
        refuse(error);
    }
    let cli = Cli::parse();
    let schema = cli
        .database_schema
        .as_deref()
        .map(|schema| database_target::not_a_url(schema, "--database-schema or DATABASE_SCHEMA"));
    match schema {
        Some(Err(error)) => refuse(error),
        Some(Ok(())) | None => cli,
    }
}

/// What every command may need.
struct Context {
    url: Option<String>,
    schema: Option<String>,
    area: Option<String>,
    show: Arc<Show>,
    /// Whether to say on standard error which database is worked on.
    announce: bool,
    patience: Patience,
}

async fn dispatch(
    context: &Context,
    areas: Areas,
    command: Command,
    database: &mut Option<Database>,
) -> Result<Report, EngineError> {
    // A new revision goes to a folder, which may be there before the area is listed.
    let area = if matches!(command, Command::Generate { .. }) { None } else { context.area.as_deref() };
    let area = areas.choose(area)?;
    let command = match offline::execute(context, &area, command).await? {
        offline::Outcome::Done(report) => return Ok(report),
        offline::Outcome::NeedsDatabase(command) => command,
    };
    let runner = connect(context, area, command.only_reads()).await?;
    let worked_on = Database {
        url: runner.target().location(),
        schema: context.schema.clone().or_else(|| runner.target().schema().map(str::to_owned)),
        server: runner.server().to_string(),
        from: runner.target().origin().to_string(),
    };
    if context.announce {
        let schema = worked_on.schema.as_ref().map(|schema| format!(" schema {schema}")).unwrap_or_default();
        let Database { url, server, from, .. } = &worked_on;
        say::err(&format!("database: {url}{schema} ({server}, from {from})\n"));
    }
    *database = Some(worked_on);
    let (runner, command) = commands::prepare(runner, command)?;
    let done = commands::execute(&runner, command).await;
    runner.close().await;
    done
}

async fn connect(context: &Context, area: ChosenArea, must_exist: bool) -> Result<Runner, EngineError> {
    let target = area.target(context.url.as_deref())?;
    let settings = connect::Settings { schema: context.schema.clone(), must_exist };
    let runner = Runner::connect(area.project, target, &settings, context.patience.clone()).await?;
    let show = Arc::clone(&context.show);
    Ok(runner.on_event(move |event| show.event(event)))
}

fn print_json(output: &Output) {
    match serde_json::to_string_pretty(output) {
        Ok(text) => say::out(&format!("{text}\n")),
        Err(error) => say::err(&format!("error: the result cannot be written as JSON: {error}\n")),
    }
}
