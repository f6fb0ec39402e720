//! What a run of the engine costs beside `psql -1 -f` with the same statements, as paired ratios of whole processes: 52
//! revisions applied, nothing pending (beside psql with one select), all reverted; and what the engine's peers cost. On MariaDB and
//! SQLite beside SeaORM's own migrator. On each, what `verify` of a longer history takes, beside `up`. On PostgreSQL also the
//! history of the area `vision`, which grew on branches.
//!
//! `make bench-engine` runs it on the test suite's servers, which do not wait for a disk; `TEST_POSTGRES_URL` names another
//! PostgreSQL. With the argument `on-disk` it only compares with SeaORM's own migrator, on databases that wait for their disk:
//! `TEST_MYSQL_URL` and `TEST_SQLITE_DIR` name them, see scripts/bench-on-disk.sh. Besides the engine
//! it runs SeaORM's own migrator, and sqlx-cli (`sqlx`), refinery and Alembic (`alembic`, with psycopg) where they are in
//! `PATH`; `make bench` installs them.
//!
//! # How to add a tool
//!
//! A constructor in [`tools`] and its line in [`tools::all`].

mod report;
mod revisions;
mod stock;
mod tools;

use std::{
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use bench::notes;
use sea_orm::ConnectionTrait;
use tests::{Backend, TestDatabase, connect_to, wire::Proxy};

use crate::{
    report::Measured,
    revisions::{COUNT, VERIFIED},
    tools::Tool,
};

/// Says that this process is one of those that are measured.
const ROLE: &str = "BENCH_ENGINE_ROLE";
/// Each ratio is the median of so many pairs.
const ROUNDS: usize = 11;

/// Where the engine is compared with SeaORM's own migrator alone, with the ends of the figures' names.
const STOCK_ON: [(Backend, &str); 2] = [(Backend::Mariadb, "mariadb"), (Backend::Sqlite, "sqlite")];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What is measured of each tool, in the order in which it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Up,
    NothingPending,
    Down,
}

const ACTIONS: [Action; 3] = [Action::Up, Action::NothingPending, Action::Down];

fn main() -> ExitCode {
    match std::env::var(ROLE).as_deref() {
        Ok("engine") => in_role(migration_engine::cli::run(revisions::described())),
        Ok("stock") => in_role(stock::run()),
        _ => measure(),
    }
}

/// One program with one connection needs one thread: every answer would wake another one.
#[tokio::main(flavor = "current_thread")]
async fn in_role(program: impl Future<Output = ExitCode>) -> ExitCode {
    program.await
}

#[tokio::main]
async fn measure() -> ExitCode {
    let measured = match std::env::args().nth(1).as_deref() {
        Some("on-disk") => beside_stock("-on-disk").await,
        _ => bench().await,
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn bench() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let statements = revisions::Statements::record().await?;
    let tools = tools::all(folder.path(), &statements)?;
    let mut measured = compared(&tools, Backend::Postgres).await?;
    for (tool, measured) in tools.iter().zip(&mut measured) {
        measured.round_trips = round_trips(tool).await?;
        measured.peak_kib = peak_memory(tool).await?;
    }
    let server = version(Backend::Postgres).await?;
    report::print(&server, &measured, statements.up.iter().map(Vec::len).sum())?;
    let of_history = up_and_verify(Backend::Postgres, tools::verified).await?;
    notes::figure(&server, "verify", of_history[1].as_secs_f64())?;
    report::print_verify("PostgreSQL", VERIFIED, of_history);
    let of_vision = revisions::Statements::of_vision().await?;
    let folder = tempfile::tempdir()?;
    report::print_vision(&compared(&tools::of_vision(folder.path(), &of_vision)?, Backend::Postgres).await?);
    report::print_verify("vision", COUNT, up_and_verify(Backend::Postgres, tools::verified_vision).await?);
    beside_stock("").await?;
    for (backend, name) in STOCK_ON {
        let server = version(backend).await?;
        let of_history = up_and_verify(backend, tools::verified).await?;
        notes::figure(&server, &format!("verify-{name}"), of_history[1].as_secs_f64())?;
        report::print_verify(&server, VERIFIED, of_history);
    }
    Ok(())
}

async fn beside_stock(place: &str) -> Result<()> {
    for (backend, name) in STOCK_ON {
        let suffix = format!("-{name}{place}");
        let measured = compared(&tools::of_seaorm()?, backend).await?;
        report::print_beside_stock(&version(backend).await?, &suffix, &measured)?;
    }
    Ok(())
}

/// What the server says of itself.
async fn version(backend: Backend) -> Result<String> {
    let (name, question) = match backend {
        Backend::Mariadb => ("MariaDB", "SELECT version()"),
        Backend::Sqlite => ("SQLite", "SELECT sqlite_version()"),
        _ => ("PostgreSQL", "SELECT current_setting('server_version')"),
    };
    let database = TestDatabase::create(backend).await;
    let db = connect_to(database.url()).await;
    let version = tests::scalar(&db, question).await.unwrap_or_default();
    db.close().await?;
    Ok(format!("{name} {}", version.split([' ', '-']).next().unwrap_or_default()))
}

async fn up_and_verify(backend: Backend, command: fn(&str, &str) -> Result<Command>) -> Result<[Duration; 2]> {
    let database = fresh(backend).await?;
    let mut times = [Duration::ZERO; 2];
    for (time, verb) in times.iter_mut().zip(["up", "verify"]) {
        let mut command = command(verb, database.url())?;
        let started = Instant::now();
        finish(&mut command)?;
        *time = started.elapsed();
    }
    Ok(times)
}

/// Runs the tools in turn.
async fn compared(tools: &[Tool], backend: Backend) -> Result<Vec<Measured>> {
    let mut measured: Vec<Measured> = tools.iter().map(|tool| Measured::of(tool.name)).collect();
    // One round more: the first warms caches and is not counted.
    for round in 0..=ROUNDS {
        for turn in 0..tools.len() {
            // Nobody always comes after the same neighbour.
            let index = (turn + round) % tools.len();
            let times = one_run(&tools[index], backend).await?;
            if round > 0 {
                measured[index].times.push(times);
            }
        }
    }
    Ok(measured)
}

/// Times of all actions, in a database of its own.
async fn one_run(tool: &Tool, backend: Backend) -> Result<[Duration; 3]> {
    let database = fresh(backend).await?;
    let mut times = [Duration::ZERO; 3];
    for (time, action) in times.iter_mut().zip(tool.actions()) {
        let mut command = tool.command(action, database.url());
        let started = Instant::now();
        finish(&mut command)?;
        *time = started.elapsed();
    }
    Ok(times)
}

async fn round_trips(tool: &Tool) -> Result<[usize; 3]> {
    let database = fresh(Backend::Postgres).await?;
    let mut counts = [0; 3];
    for (count, action) in counts.iter_mut().zip(tool.actions()) {
        let proxy = Proxy::start(database.url(), None).await;
        let mut command = tool.command(action, proxy.url());
        tokio::task::spawn_blocking(move || finish(&mut command).map_err(|error| error.to_string())).await??;
        let statements = proxy.statements();
        *count = statements.len();
        if std::env::var_os("BENCH_ENGINE_STATEMENTS").is_some() && action == Action::NothingPending {
            println!("{}, nothing pending:\n  {}", tool.name, statements.join("\n  "));
        }
    }
    Ok(counts)
}

/// Peak memory of all actions in KiB, where the system tells.
async fn peak_memory(tool: &Tool) -> Result<[Option<u64>; 3]> {
    let database = fresh(Backend::Postgres).await?;
    let mut peaks = [None; 3];
    for (peak, action) in peaks.iter_mut().zip(tool.actions()) {
        let mut child = quiet(&mut tool.command(action, database.url())).spawn()?;
        let path = format!("/proc/{}/status", child.id());
        // The high-water mark itself, as often as it can be read: the last reading is the mark at the end.
        while child.try_wait()?.is_none() {
            *peak = std::fs::read_to_string(&path).ok().and_then(|status| high_water(&status)).or(*peak);
        }
    }
    Ok(peaks)
}

fn high_water(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// An empty database whose catalogue has been read once: the first session after CREATE DATABASE pays for that.
async fn fresh(backend: Backend) -> Result<TestDatabase> {
    let database = TestDatabase::create(backend).await;
    if backend == Backend::Postgres {
        let db = connect_to(database.url()).await;
        db.execute_unprepared("SELECT count(*) FROM information_schema.tables").await?;
        db.close().await?;
    }
    Ok(database)
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn finish(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} ended with {}: {}", output.status, said.trim()).into())
}
