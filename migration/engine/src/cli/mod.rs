//! The command line: SeaORM's verbs and flags, and the engine's own.

mod all;
mod args;
mod bar;
mod context;
mod human;
mod output;
mod parts;
mod say;
mod table;
mod verbs;

use std::{process::ExitCode, sync::Arc, time::Duration};

use clap::{CommandFactory, Parser, error::ErrorKind};
use database_target::InvalidUrl;
use tracing_subscriber::EnvFilter;

use crate::{
    Areas, EngineError,
    project::areas::ChosenArea,
    session::{Patience, connect, interrupt},
};
pub use all::{OfArea, OfAreas};
use args::{Cli, OutputArgs};
use bar::Show;
use context::Context;
pub use output::{Database, Output, json_schema};
pub use verbs::Report;
use verbs::{DatabaseVerb, Verb};

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
    let verb = cli.verb.unwrap_or_default();
    let name = verb.name();
    let context = Context {
        url: cli.database_url,
        schema: cli.database_schema,
        area: cli.area,
        all: cli.all,
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
    let _own = say::OwnOutput::begin();
    let mut database = None;
    let areas = if cli.unsquashed { areas.into().unsquashed() } else { areas.into() };
    let done = Box::pin(dispatch(&context, areas, verb, &cli.output, &mut database)).await;
    context.show.end();
    let exit_code = exit_code(&done);
    match (done, cli.output.json) {
        (done, true) => {
            let (result, error) = match done {
                Ok(report) => {
                    let error = report.error();
                    (Some(report), error)
                }
                Err(error) => (None, Some(error.on_one_line())),
            };
            Output { command: name, database, exit_code, result, error }.print();
        }
        (Ok(report), false) => {
            if !cli.output.quiet || report.is_asked_for() {
                say::out(&report.text(cli.output.verbose));
            }
            if let Some(error) = report.error() {
                say::err(&format!("error: {error}\n"));
            }
        }
        (Err(error), false) => say::err(&format!("error: {}\n", error.on_one_line())),
    }
    ExitCode::from(exit_code)
}

/// The exit code of a command on one area.
fn exit_code(done: &Result<Report, EngineError>) -> u8 {
    let failed = interrupt::signal().and_then(|signal| u8::try_from(128 + signal).ok()).unwrap_or(1);
    done.as_ref().map_or(failed, Report::exit_code)
}

fn arguments() -> Cli {
    let refuse = |error: InvalidUrl| Cli::command().error(ErrorKind::UnknownArgument, error).exit();
    if let Some(error) = database_target::misplaced(std::env::args_os()) {
        refuse(error);
    }
    let cli = Cli::parse();
    let conflict = |message: &str| Cli::command().error(ErrorKind::ArgumentConflict, message).exit();
    if cli.all && cli.area.is_some() {
        conflict("--all is every area and --area one of them; leave out one of the two");
    }
    if let Some(verb) = cli.verb.as_ref().filter(|verb| cli.all && !verb.is_on_all()) {
        conflict(&format!("`{}` works on one area; name it with --area instead of --all", verb.name()));
    }
    let schema = cli
        .database_schema
        .as_deref()
        .map(|schema| database_target::not_a_url(schema, "--database-schema or DATABASE_SCHEMA"));
    match schema {
        Some(Err(error)) => refuse(error),
        Some(Ok(())) | None => cli,
    }
}

async fn dispatch(
    context: &Context,
    areas: Areas,
    verb: Verb,
    output: &OutputArgs,
    database: &mut Option<Database>,
) -> Result<Report, EngineError> {
    let named = context.area.as_deref().filter(|_| !verb.takes_a_folder());
    match verb {
        Verb::Code(verb) => verb.run(context, areas.choose(named)?).await,
        Verb::Areas(verb) => {
            let areas = match named {
                Some(_) => vec![areas.choose(named)?],
                None => areas.all(context.schema.as_deref())?,
            };
            verb.run(context, areas).await
        }
        Verb::Database(verb) if context.all => all::run(context, areas, &verb, output).await,
        Verb::Database(verb) => {
            let revisions = areas.revisions();
            let area = areas.choose(named)?;
            let name = area.name;
            let done = on_area(context, area, &verb, database).await;
            let missing = match &done {
                Err(EngineError::MissingRevisions { revisions, .. }) => revisions,
                Ok(Report::Check(check)) => &check.missing,
                _ => return done,
            };
            match area_of(missing, &revisions).filter(|area| Some(*area) != name) {
                Some(area) => Err(EngineError::OtherArea { area, revisions: missing.clone() }),
                None => done,
            }
        }
    }
}

/// The area that all of these revisions belong to.
fn area_of(missing: &[String], areas: &[(&'static str, Vec<String>)]) -> Option<&'static str> {
    let has_all = |names: &[String]| !missing.is_empty() && missing.iter().all(|name| names.contains(name));
    areas.iter().find(|(_, names)| has_all(names)).map(|(area, _)| *area)
}

/// Runs a verb on one area, and says on which database.
async fn on_area(
    context: &Context,
    area: ChosenArea,
    verb: &DatabaseVerb,
    database: &mut Option<Database>,
) -> Result<Report, EngineError> {
    if let Some(report) = verb.without_database(context, &area).await? {
        return Ok(report);
    }
    let no_file = context.has_no_file(&area)?;
    let mut runner = if no_file && verb.works_in_memory() {
        context.connect_in_memory(area).await?
    } else {
        let must_exist = verb.only_reads() || (no_file && !verb.makes_file());
        let as_asked = connect::Settings { must_exist, records: verb.records(), ..connect::Settings::default() };
        context.connect_as(area, as_asked).await?
    };
    let worked_on = Database::of(&runner, context);
    if context.announce {
        // What is wrong here the verb meets too, and says.
        worked_on.announce(&context.show, verb.enables_timescaledb(&runner).await.unwrap_or_default());
    }
    *database = Some(worked_on);
    let done = verb.run(&mut runner).await;
    runner.close().await;
    done
}
