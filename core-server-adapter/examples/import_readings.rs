//! Loads a series of readings of one sensor: a CSV file with the columns timestamp and value.
//!
//! Registers the sensor if it is not registered. Everything happens in one transaction, so a bad line leaves nothing behind.
//! A reading is known by its sensor and moment: importing a file again adds nothing, and of two rows of one moment (a clock
//! set back) the first is kept. Afterwards the hourly, daily and weekly summaries of that time are computed anew.

#[path = "support/import.rs"]
mod import;
#[path = "support/records.rs"]
mod records;
mod support;

use std::{io::BufRead, path::PathBuf, process::ExitCode};

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use core_server_adapter::{
    AdapterError, Period, Transaction,
    telemetry::{self, Added, NewReading, NewSensor, ReadingRepository, SensorRepository, Telemetry},
};
use import::Failed;
use indicatif::ProgressBar;
use records::Records;
use support::{Failure, grouped};

/// Readings that are written together.
const BATCH: usize = 10_000;

/// Loads a series of readings of one sensor.
#[derive(Parser)]
#[command(after_help = "The database is the first of: --database-url, DATABASE_URL_TELEMETRY, the area's place in \
    DATABASE_URL, both in .env, sqlite://telemetry.sqlite.\nImporting a file again adds nothing: a reading is known by sensor \
    and time.")]
struct Args {
    /// CSV file; a header names the columns timestamp and value, others are ignored
    file: PathBuf,
    /// The sensor the file is about; registered if it is not there
    #[arg(long, value_name = "ID")]
    sensor: String,
    /// What the sensor measures, `temperature` for example
    #[arg(long = "type", value_name = "T")]
    kind: Option<String>,
    /// Unit of the values
    #[arg(long, value_name = "U")]
    unit: Option<String>,
    /// How far the values can be trusted, on the scale of their source
    #[arg(long, value_name = "Q", allow_negative_numbers = true)]
    quality: Option<f64>,
    /// Database to write to
    #[arg(short = 'u', long, value_name = "URL")]
    database_url: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::exit(run(&support::arguments::<Args>()).await)
}

async fn run(args: &Args) -> Result<(), Failure> {
    // Once here, not as row 0 of the file.
    args.sensor().validate().map_err(|error| format!("--sensor or --type: {error}"))?;
    args.reading(DateTime::UNIX_EPOCH, 0.0).validate().map_err(|error| format!("--unit or --quality: {error}"))?;
    // Before anybody is asked for a database.
    args.rows()?;

    let telemetry = Telemetry::connect(&support::config(telemetry::AREA, args.database_url.as_deref())?).await?;
    let import = async |transaction: &Transaction| {
        let (progress, mut rows) = args.rows()?;
        let imported = import_rows(&mut rows, args, transaction).await;
        progress.finish_and_clear();
        imported
    };
    let imported = import::whole(&args.file, async || telemetry.begin().await, import).await;
    let done = match imported {
        Ok(imported) => {
            imported.print(&args.sensor);
            imported.refresh(&telemetry).await
        }
        Err(error) => Err(error),
    };
    telemetry.close().await;
    done
}

impl Args {
    /// The rows of the file, from the first, and how far it is read.
    fn rows(&self) -> Result<(ProgressBar, Records<impl BufRead, 2>), String> {
        let (progress, file) = import::open(&self.file).map_err(|error| error.to_string())?;
        let rows = Records::open(file, ["timestamp", "value"]);
        Ok((progress, rows.map_err(|reason| format!("{}: {reason}", self.file.display()))?))
    }

    fn sensor(&self) -> NewSensor {
        NewSensor::new(&self.sensor, self.kind.as_deref().unwrap_or("unknown"))
    }

    fn reading(&self, at: DateTime<Utc>, value: f64) -> NewReading {
        let mut reading = NewReading::new(&self.sensor, at, value);
        if let Some(kind) = &self.kind {
            reading = reading.kind(kind);
        }
        if let Some(unit) = &self.unit {
            reading = reading.unit(unit);
        }
        if let Some(quality) = self.quality {
            reading = reading.quality(quality);
        }
        reading
    }
}

async fn import_rows<R: BufRead>(
    rows: &mut Records<R, 2>,
    args: &Args,
    transaction: &Transaction,
) -> Result<Imported, Failed> {
    let sensors = SensorRepository::new(transaction);
    let known = sensors.find(&args.sensor).await?.is_some();
    sensors.register(&args.sensor()).await?;
    let readings = ReadingRepository::new(transaction);
    let mut imported = Imported { known, ..Imported::default() };
    let mut waiting = Vec::with_capacity(BATCH);
    loop {
        let row = rows.next()?;
        let last = row.is_none();
        if let Some(row) = row {
            let (at, value) = (row.time(0)?, row.number(1, Some, "is no finite number")?);
            imported.saw(at);
            waiting.push(args.reading(at, value));
        }
        if waiting.len() >= BATCH || last {
            let added = readings.insert_missing(&waiting).await?;
            imported.added.new += added.new;
            imported.added.already_there += added.already_there;
            waiting.clear();
        }
        if last {
            return Ok(imported);
        }
    }
}

/// What became of the file.
#[derive(Default)]
struct Imported {
    /// Whether the sensor was registered before.
    known: bool,
    rows: u64,
    added: Added,
    /// First and last moment.
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Imported {
    fn saw(&mut self, at: DateTime<Utc>) {
        self.rows += 1;
        self.span = Some(self.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
    }

    fn print(&self, sensor: &str) {
        let Added { new, already_there } = self.added;
        println!("{} rows read", grouped(self.rows));
        println!("sensor {sensor}: {}", if self.known { "already there" } else { "registered" });
        println!("readings {:>9} new {:>9} already there", grouped(new), grouped(already_there));
        if new == 0 {
            let nothing =
                if self.rows == 0 { "the file has no rows" } else { "every reading of this file was already there" };
            println!("nothing was added: {nothing}");
        }
    }

    /// Old readings lie before what the summaries look at by themselves. Also when nothing is new: the last run may have got
    /// no further than the readings.
    async fn refresh(&self, telemetry: &Telemetry) -> Result<(), Failure> {
        let Some((first, last)) = self.span else { return Ok(()) };
        let period = Period::between(first, last + TimeDelta::microseconds(1));
        match telemetry.operations().refresh_summaries(period).await {
            Ok(()) => println!("summaries refreshed from {} to {}", first.format("%F %T"), last.format("%F %T")),
            Err(error @ AdapterError::SummaryWouldShrink { .. }) => println!("summaries not refreshed: {error}"),
            Err(error) => {
                return Err(
                    format!("the readings are written, but not in the summaries: {}", error.on_one_line()).into()
                );
            }
        }
        Ok(())
    }
}
