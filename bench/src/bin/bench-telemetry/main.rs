//! What the telemetry area's queries cost over many readings, as ratios within one run, and how that moves when there are
//! ten times as many.
//!
//! ```sh
//! cargo run --release -p bench --bin bench-telemetry -- [--readings N] [timescaledb|postgres …]
//! ```
//!
//! 500 sensors with a reading a minute, generated on the server: first a tenth of N, then N (10 million; 1 million on
//! TimescaleDB in WebAssembly), each in a database of its own with all revisions of the area. `TEST_TIMESCALEDB_URL` and
//! `TEST_POSTGRES_URL` name the servers. The chunks before the newest one are in the columnstore, as the policy has them.
//!
//! # How to add a measure
//!
//! A line in [`measure::all`] for a query, in [`export::measure`] or [`insert::measure`] for rows out and in; it is shown for
//! both sizes and compared.

mod export;
mod fill;
mod insert;
mod measure;

use std::collections::BTreeMap;

use bench::notes;
use migration::areas::telemetry;
use migration_engine::Runner;
use tests::{Backend, TestDatabase};

use fill::Filled;
use measure::Measured;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Figures, and what they are called among the measures.
const NOTED: [(&str, &str); 10] = [
    ("summary", "1 24 h hourly, all sensors, aggregate/readings"),
    ("summary-one", "1 24 h hourly, one sensor, aggregate/readings"),
    ("latest-history", "3 latest 1000 of one sensor"),
    ("window", "4 single-sensor window of 12 h"),
    ("window-execution", "4 single-sensor window of 12 h, execution"),
    ("csv-history", "6 export, write_csv of the adapter/psql in order, time"),
    ("csv-unordered", "6 export, write_csv of the adapter/psql unordered, time"),
    ("insert-driver", "7 insert_many of the adapter/COPY, readings/s"),
    ("insert-missing", "7 insert_missing of the adapter, new/COPY, readings/s"),
    ("saved", SAVED),
];
const SAVED: &str = "0 columnstore, bytes saved";

/// Readings of the larger run.
const READINGS: u64 = 10_000_000;

#[tokio::main]
async fn main() -> Result<()> {
    let (readings, backends) = arguments()?;
    for backend in backends {
        run(backend, readings).await?;
    }
    Ok(())
}

fn arguments() -> Result<(Option<u64>, Vec<Backend>)> {
    let (mut readings, mut backends) = (None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--readings" => readings = Some(arguments.next().ok_or("--readings needs a number")?.parse()?),
            "timescaledb" => backends.push(Backend::Timescale),
            "postgres" => backends.push(Backend::Postgres),
            other => return Err(format!("{other} is not understood: --readings N, timescaledb, postgres").into()),
        }
    }
    if backends.is_empty() {
        backends.push(Backend::Timescale);
        if std::env::var_os("TEST_POSTGRES_URL").is_some() {
            backends.push(Backend::Postgres);
        }
    }
    Ok((readings, backends))
}

async fn run(backend: Backend, readings: Option<u64>) -> Result<()> {
    let mut found: Vec<BTreeMap<&'static str, Measured>> = Vec::new();
    let (mut sizes, mut server) = (Vec::new(), String::new());
    for part in [10, 1] {
        let test = TestDatabase::create(backend).await;
        let default = if test.has_one_session() { READINGS / 10 } else { READINGS };
        let size = readings.unwrap_or(default) / part;
        let runner = test.runner_of(telemetry::project()).await;
        runner.up(None).await?;
        server = runner.server().to_string();
        println!("{}, {size} readings of {} sensors", runner.server(), fill::SENSORS);
        let filled = fill::fill(&runner, size).await?;
        print_filled(&filled);
        let mut measured = measure::all(runner.connection(), &filled).await?;
        let url = test.url().to_owned();
        close_where_one_session(&test, runner).await;
        if let Some(saved) = filled.saved() {
            measured.insert(SAVED, Measured { value: saved, unit: " %" });
        }
        measured.extend(export::measure(&url, &filled).await?);
        if test.has_one_session() {
            println!("  inserts are left out: TimescaleDB in WebAssembly breaks off at COPY from a client");
        } else {
            // Last: there are more readings afterwards.
            measured.extend(insert::measure(&url, &filled).await?);
        }
        found.push(measured);
        sizes.push(size);
    }
    print_measures(&sizes, &found);
    if let (Backend::Timescale, [.., large]) = (backend, &found[..]) {
        for (figure, measure) in NOTED {
            let Some(measured) = large.get(measure) else { continue };
            notes::figure(&server, figure, measured.value)?;
        }
    }
    Ok(())
}

/// psql needs the session.
async fn close_where_one_session(test: &TestDatabase, runner: Runner) {
    if test.has_one_session() {
        runner.close().await;
    }
}

fn print_filled(filled: &Filled) {
    println!("  inserted at {:.0} readings/s", filled.per_second);
    if let (Some((before, after)), Some(saved)) = (filled.columnstore, filled.saved()) {
        println!("  columnstore: {before} bytes before, {after} after, {saved:.1} % saved");
    }
    println!("  aggregates filled in {:.1} s", filled.aggregates.as_secs_f64());
}

fn print_measures(sizes: &[u64], found: &[BTreeMap<&'static str, Measured>]) {
    let [small, large] = found else { return };
    println!("{:56} {:>12} {:>12} {:>8}", "", sizes[0], sizes[1], "factor");
    for (name, one) in large {
        let Some(before) = small.get(name) else { continue };
        let factor = if before.value > 0.0 { one.value / before.value } else { 0.0 };
        println!("{name:56} {:>12} {:>12} {factor:>8.2}", before.to_string(), one.to_string());
    }
    println!();
}
