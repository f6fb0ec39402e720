//! The command line: SeaORM's verbs and flags, and the engine's own.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::Path,
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::{
    EngineError, Project, Runner, Target, connect, guard,
    runner::{Event, Patience},
    scaffold, stamp,
};

const AFTER_HELP: &str = "\
The database is the first of: --database-url, DATABASE_URL, DATABASE_URL in .env, an embedded SQLite file.
URLs: postgres://user:password@host/database, mysql://user:password@host/database, sqlite://file.sqlite

Exit codes: 0 done, 1 failed (one line on stderr says why and what to do), 2 wrong usage.";

#[derive(Parser)]
#[command(name = "migration", version, about = "Changes the database schema, forth and back.", after_help = AFTER_HELP)]
struct Cli {
    /// Database to work on
    #[arg(short = 'u', long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// PostgreSQL schema to work in [default: the server's]
    #[arg(short = 's', long, global = true, env = "DATABASE_SCHEMA", value_name = "NAME", hide_env_values = true)]
    database_schema: Option<String>,
    /// Show what the engine does in detail
    #[arg(short = 'v', long, global = true)]
    verbose: bool,
    #[command(flatten)]
    patience: PatienceArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct PatienceArgs {
    /// Longest wait of a statement for a table lock, before it is given up and tried again (PostgreSQL; whole seconds on MySQL)
    #[arg(long, global = true, value_name = "MILLISECONDS", default_value_t = 500)]
    lock_timeout: u64,
    /// How often a revision is tried again when its table locks were not free
    #[arg(long, global = true, value_name = "N", default_value_t = 20)]
    lock_retries: u32,
    /// Longest wait for another runner to finish
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 600)]
    wait: u64,
}

#[derive(Subcommand)]
enum Command {
    /// Apply pending revisions (the default command)
    #[command(after_help = "Example: migration up -n 1")]
    Up {
        /// How many [default: all]
        #[arg(short, long)]
        num: Option<u32>,
    },
    /// Take back applied revisions, the newest first
    #[command(after_help = "Example: migration down -n 2")]
    Down {
        /// How many
        #[arg(short, long, default_value_t = 1)]
        num: u32,
        /// Agree that rows are deleted where a revision cannot keep them
        #[arg(short, long)]
        yes: bool,
    },
    /// List the revisions and whether they are applied
    Status,
    /// Drop everything in the schema and apply all revisions
    Fresh {
        /// Do not ask, even if rows are deleted
        #[arg(short, long)]
        yes: bool,
    },
    /// Take back all revisions and apply them again
    Refresh {
        /// Do not ask, even if rows are deleted
        #[arg(short, long)]
        yes: bool,
    },
    /// Take back all revisions
    Reset {
        /// Do not ask, even if rows are deleted
        #[arg(short, long)]
        yes: bool,
    },
    /// Mark a revision and all before it as applied, without running them, if the live schema looks like it
    #[command(after_help = "Example: migration stamp m20250601_000000_create_alarms")]
    Stamp {
        /// Name of the revision, or the beginning of it
        revision: String,
        /// Mark it although tables differ
        #[arg(long)]
        accept_differences: bool,
    },
    /// Print the live schema as SQL, and its fingerprint
    Schema,
    /// Write a new revision from the template and list it in the code
    #[command(after_help = "Example: migration generate add_sensor_site --area alarms")]
    Generate {
        /// What it does, as a Rust module name
        name: String,
        /// Area it belongs to, where the project has several
        #[arg(long)]
        area: Option<String>,
        /// Stamp it with universal time (the default)
        #[arg(long, conflicts_with = "local_time")]
        universal_time: bool,
        /// Stamp it with local time
        #[arg(long)]
        local_time: bool,
    },
}

/// Parses the arguments, runs the command and prints what came of it. Never panics and never prints a password.
pub async fn run(project: impl Into<Project>) -> ExitCode {
    let cli = Cli::parse();
    let filter =
        if cli.verbose { "debug,sqlx=info" } else { "warn,migration_timescale=info,sqlx::postgres::notice=off" };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_target(cli.verbose)
        .with_level(cli.verbose)
        .without_time()
        .init();
    match dispatch(cli, project.into()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error.on_one_line());
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli, project: Project) -> Result<(), EngineError> {
    let command = cli.command.unwrap_or(Command::Up { num: None });
    if let Command::Generate { name, area, local_time, .. } = &command {
        // cargo tells the program that it runs where its crate is.
        let crate_dir = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".to_owned());
        let at = if *local_time { chrono::Local::now().naive_local() } else { chrono::Utc::now().naive_utc() };
        let path = scaffold::generate(Path::new(&crate_dir), name, area.as_deref(), at)?;
        let here = std::env::current_dir().unwrap_or_default();
        println!("{}", path.strip_prefix(here).unwrap_or(&path).display());
        return Ok(());
    }
    let target = Target::resolve(cli.database_url.as_deref(), &project.embedded)?;
    let patience = Patience {
        lock_timeout: Duration::from_millis(cli.patience.lock_timeout),
        lock_retries: cli.patience.lock_retries,
        wait: Duration::from_secs(cli.patience.wait),
    };
    let must_exist = matches!(command, Command::Status | Command::Schema);
    let settings = connect::Settings { schema: cli.database_schema, must_exist };
    let runner = Runner::connect(project, target, &settings, patience).await?.on_event(show);
    eprintln!("database: {} ({}, from {})", runner.target(), runner.server(), runner.target().origin());
    let done = execute(&runner, command).await;
    runner.close().await;
    done
}

async fn execute(runner: &Runner, command: Command) -> Result<(), EngineError> {
    match command {
        Command::Up { num } => {
            let applied = runner.up(num).await?;
            println!("{}", summary(applied.len(), "applied", "nothing to apply, the schema is up to date"));
        }
        Command::Down { num, yes } => {
            let taken_back = guard::with_consent(yes, runner.down(Some(num))).await?;
            println!("{}", summary(taken_back.len(), "taken back", "nothing to take back, no revision is applied"));
        }
        Command::Status => print_status(runner).await?,
        Command::Fresh { yes } => {
            confirm(runner, "fresh drops every table", yes).await?;
            runner.fresh().await?;
            println!("the schema was dropped and made anew");
        }
        Command::Refresh { yes } => {
            confirm(runner, "refresh takes back every revision", yes).await?;
            runner.refresh().await?;
            println!("all revisions were taken back and applied again");
        }
        Command::Reset { yes } => {
            confirm(runner, "reset takes back every revision", yes).await?;
            runner.reset().await?;
            println!("all revisions were taken back");
        }
        Command::Stamp { revision, accept_differences } => {
            let stamped = stamp::stamp(runner, &revision, accept_differences).await?;
            for note in &stamped.notes {
                println!("note: {note}");
            }
            for revision in &stamped.recorded {
                println!("marked as applied: {revision}");
            }
            if stamped.recorded.is_empty() {
                println!("nothing to mark, it is applied already");
            }
        }
        Command::Schema => {
            let catalog = runner.catalog().await?;
            print!("{catalog}");
            println!("\n-- fingerprint {}", catalog.fingerprint());
        }
        Command::Generate { .. } => {} // needs no database, done before
    }
    Ok(())
}

async fn print_status(runner: &Runner) -> Result<(), EngineError> {
    let revisions = runner.status().await?;
    let width = revisions.iter().map(|revision| revision.name.len()).max().unwrap_or(0);
    for revision in &revisions {
        let state = match revision.applied_at {
            Some(at) => format!("applied {}", at.format("%Y-%m-%d %H:%M:%S UTC")),
            None => "pending".to_owned(),
        };
        println!("{:width$}  {state}", revision.name);
    }
    let pending = revisions.iter().filter(|revision| revision.applied_at.is_none()).count();
    println!("{} applied, {pending} pending", revisions.len() - pending);
    Ok(())
}

/// Asks before rows are deleted: on a terminal the person, elsewhere for `--yes`.
async fn confirm(runner: &Runner, what: &str, yes: bool) -> Result<(), EngineError> {
    if yes {
        return Ok(());
    }
    let tables = runner.tables_with_rows().await?;
    if tables.is_empty() {
        return Ok(());
    }
    let what = format!("{what}, and these hold rows: {}", tables.join(", "));
    let refused = || EngineError::NotConfirmed { what: what.clone() };
    if !std::io::stdin().is_terminal() {
        return Err(refused());
    }
    eprint!("{what}.\nDelete them? [y/N] ");
    let mut answer = String::new();
    let read = std::io::stderr().flush().and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    match read {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        _ => Err(refused()),
    }
}

fn show(event: Event) {
    match event {
        Event::Waiting { holder } => eprintln!("waiting: another runner is at work ({holder})"),
        Event::Started { revision, direction } => tracing::debug!("{direction} {revision} begins"),
        Event::LockedOut { revision, attempt, pause } => eprintln!(
            "waiting: tables of {revision} are locked by others, attempt {attempt} rolled back, next in {:.1} s",
            pause.as_secs_f64()
        ),
        Event::Finished { revision, direction, took } => {
            println!("{direction:4} {revision}  {} ms", took.as_millis());
        }
    }
}

fn summary(count: usize, verb: &str, nothing: &str) -> String {
    match count {
        0 => nothing.to_owned(),
        1 => format!("1 revision {verb}"),
        _ => format!("{count} revisions {verb}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_sea_orm_cli_passes_is_understood() {
        for arguments in [&["m", "up", "-n", "1", "-v"][..], &["m", "down", "-n", "2"], &["m", "fresh"], &["m"]] {
            assert!(Cli::try_parse_from(arguments).is_ok(), "{arguments:?}");
        }
    }
}
