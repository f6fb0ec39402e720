//! Raises alarms from the output of an anomaly detector: a CSV file with the columns timestamp, value and `anomaly_score`.
//!
//! A row whose score reaches `--score-at-least` X gives a model alarm, a row whose value is above `--value-above` Y a
//! threshold alarm; one row may give both. Everything happens in one transaction, so a bad line leaves nothing behind.
//!
//! Severity: a model alarm is critical in the upper half of the scores from X to 1, else a warning. A threshold alarm is
//! critical when the value is above Y by more than a tenth of |Y|, else a warning.

#[path = "support/detections.rs"]
mod detections;
#[path = "support/import.rs"]
mod import;
#[path = "support/records.rs"]
mod records;
mod support;

use std::{io::BufRead, path::PathBuf, process::ExitCode};

use chrono::DateTime;
use clap::Parser;
use core_server_adapter::{
    Database, Transaction,
    alarms::{AREA, Added, AlarmId, AlarmOrigin, AlarmRepository, AlarmSeverity, AnomalyScore, Detection, NewAlarm},
    sea_orm::prelude::Json,
};
use detections::{Detections, Row};
use import::Failed;
use indicatif::ProgressBar;
use support::{Failure, grouped};

/// Alarms that are written together.
const BATCH: usize = 5_000;

/// Raises alarms from the output of an anomaly detector.
#[derive(Parser)]
#[command(after_help = "The database is the first of: --database-url, DATABASE_URL, DATABASE_URL in .env, \
    sqlite://alarms.sqlite.\nImporting a file again adds nothing: a detection is known by detector, sensor, time and kind.")]
struct Args {
    /// CSV file; a header names the columns timestamp, value and `anomaly_score`, others are ignored
    file: PathBuf,
    /// The sensor the file is about
    #[arg(long, value_name = "ID")]
    sensor: String,
    /// Raise a model alarm for an anomaly score of at least X, 0 to 1
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    score_at_least: f64,
    /// Raise a threshold alarm for a value above Y
    #[arg(long, value_name = "Y", allow_negative_numbers = true)]
    value_above: Option<f64>,
    /// Name of the detector; needed when several watch the same sensor
    #[arg(long, value_name = "NAME", default_value = "detector")]
    detector: String,
    /// Database to write to
    #[arg(short = 'u', long, value_name = "URL")]
    database_url: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::exit(run(&support::arguments::<Args>()).await)
}

async fn run(args: &Args) -> Result<(), Failure> {
    let rules = Rules::new(args)?;
    // Before anybody is asked for a database.
    args.detections()?;

    let database = Database::connect(&support::config(AREA, args.database_url.as_deref())?).await?;
    let import = async |transaction: &Transaction| {
        let (progress, mut detections) = args.detections()?;
        let summary = import_rows(&mut detections, &rules, transaction).await;
        progress.finish_and_clear();
        summary
    };
    let summary = import::whole(&args.file, async || database.begin().await, import).await;
    database.close().await;
    summary.map(|summary| summary.print())
}

async fn import_rows<R: BufRead>(
    detections: &mut Detections<R>,
    rules: &Rules<'_>,
    transaction: &Transaction,
) -> Result<Summary, Failed> {
    let alarms = AlarmRepository::new(transaction);
    let mut summary = Summary::default();
    let (mut of_model, mut of_threshold) = (Vec::new(), Vec::new());
    loop {
        let row = detections.next()?;
        let last = row.is_none();
        if let Some(row) = row {
            summary.rows += 1;
            of_model.extend(rules.model_alarm(&row));
            of_threshold.extend(rules.threshold_alarm(&row));
        }
        for (waiting, total) in [(&mut of_model, &mut summary.model), (&mut of_threshold, &mut summary.threshold)] {
            if waiting.len() >= BATCH || last {
                let raised = alarms.raise_missing(waiting).await?;
                total.new += raised.new;
                total.already_there += raised.already_there;
                waiting.clear();
            }
        }
        if last {
            return Ok(summary);
        }
    }
}

impl Args {
    /// The rows of the file, from the first, and how far it is read.
    fn detections(&self) -> Result<(ProgressBar, Detections<impl BufRead>), String> {
        let (progress, file) = import::open(&self.file).map_err(|error| error.to_string())?;
        let rows = Detections::open(file).map_err(|reason| format!("{}: {reason}", self.file.display()))?;
        Ok((progress, rows))
    }
}

/// Which rows become alarms, and which.
struct Rules<'a> {
    args: &'a Args,
    score_at_least: f64,
}

impl<'a> Rules<'a> {
    fn new(args: &'a Args) -> Result<Self, Failure> {
        let score_at_least = AnomalyScore::new(args.score_at_least)
            .map_err(|_| format!("--score-at-least is {}; allowed is 0 to 1", args.score_at_least))?
            .get();
        if let Some(limit) = args.value_above.filter(|limit| !limit.is_finite()) {
            return Err(format!("--value-above is {limit}; give a finite number").into());
        }
        // Once here, not as row 0 of the file.
        NewAlarm::threshold(&args.sensor, AlarmSeverity::Info, DateTime::UNIX_EPOCH)
            .validate()
            .map_err(|error| format!("--sensor: {error}"))?;
        Ok(Self { args, score_at_least })
    }

    fn model_alarm(&self, row: &Row) -> Option<NewAlarm> {
        let score = row.score.get();
        if score < self.score_at_least {
            return None;
        }
        let severity = severity(score >= f64::midpoint(self.score_at_least, 1.0));
        let alarm = NewAlarm::anomaly(&self.args.sensor, severity, row.at, row.score)
            .message(format!("anomaly score {score:.3} at value {}", row.value));
        Some(self.complete(alarm, row, &self.args.detector))
    }

    fn threshold_alarm(&self, row: &Row) -> Option<NewAlarm> {
        let limit = self.args.value_above.filter(|limit| row.value > *limit)?;
        let alarm = NewAlarm::threshold(&self.args.sensor, severity(row.value - limit > limit.abs() / 10.0), row.at)
            .threshold_value(limit)
            .message(format!("value {} is above {limit}", row.value));
        // The same reading whichever detector wrote it down.
        Some(self.complete(alarm, row, "threshold"))
    }

    fn complete(&self, alarm: NewAlarm, row: &Row, source: &str) -> NewAlarm {
        let id = AlarmId::of_detection(&Detection {
            source,
            sensor: &self.args.sensor,
            raised_at: row.at,
            origin: alarm.origin(),
            occurrence: row.occurrence,
        });
        let file = self.args.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let context =
            [("detector", Json::from(self.args.detector.as_str())), ("file", file.into()), ("line", row.line.into())];
        let context = context.map(|(key, value)| (key.to_owned(), value)).into_iter().collect();
        alarm.id(id).value(row.value).context(Json::Object(context))
    }
}

fn severity(critical: bool) -> AlarmSeverity {
    if critical { AlarmSeverity::Critical } else { AlarmSeverity::Warning }
}

/// What became of the file.
#[derive(Default)]
struct Summary {
    rows: u64,
    model: Added,
    threshold: Added,
}

impl Summary {
    fn print(&self) {
        println!("{} rows read", grouped(self.rows));
        for (origin, raised) in [(AlarmOrigin::AnomalyModel, self.model), (AlarmOrigin::Threshold, self.threshold)] {
            let Added { new, already_there } = raised;
            println!("{origin:<14} {:>9} new {:>9} already there", grouped(new), grouped(already_there));
        }
        if self.model.new + self.threshold.new == 0 {
            println!(
                "nothing was added: {}",
                if self.model.already_there + self.threshold.already_there > 0 {
                    "every alarm of this file was already there"
                } else {
                    "no row reached the limits"
                }
            );
        }
    }
}
