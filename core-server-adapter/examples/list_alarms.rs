//! Lists alarms, newest first, and how many there are of each origin.

mod support;

use std::{
    fmt::Write as _,
    io::{ErrorKind, Write as _},
    process::ExitCode,
};

use chrono::{DateTime, Utc};
use clap::Parser;
use core_server_adapter::{
    Cursor, Database, Page, PageRequest, Period,
    alarms::{AREA, Alarm, AlarmCounts, AlarmFilter, AlarmOrigin, AlarmSeverity, AlarmStatus},
    sea_orm::Iterable,
};
use support::{Failure, grouped};

/// Lists alarms, newest first.
#[derive(Parser)]
#[command(
    after_help = "The database is the first of: --database-url, DATABASE_URL, DATABASE_URL in .env, sqlite://alarms.sqlite."
)]
struct Args {
    /// `threshold` or `anomaly_model`
    #[arg(long)]
    origin: Option<AlarmOrigin>,
    /// info, warning or critical
    #[arg(long)]
    severity: Option<AlarmSeverity>,
    /// active, acknowledged or resolved
    #[arg(long)]
    status: Option<AlarmStatus>,
    /// Only what is not resolved
    #[arg(long)]
    open: bool,
    /// The sensor's id
    #[arg(long, value_name = "ID")]
    sensor: Option<String>,
    /// Raised at or after: 2013-12-02, 2013-12-02 21:15:00 (UTC) or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = support::parse_time)]
    from: Option<DateTime<Utc>>,
    /// Raised before
    #[arg(long, value_name = "TIME", value_parser = support::parse_time)]
    to: Option<DateTime<Utc>>,
    /// Alarms at most, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: u32,
    /// Where a page before ended
    #[arg(long)]
    cursor: Option<Cursor>,
    /// One JSON document with items, next, previous and counts
    #[arg(long)]
    json: bool,
    /// Database to read
    #[arg(short = 'u', long, value_name = "URL")]
    database_url: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    support::exit(run(support::arguments::<Args>()).await)
}

async fn run(args: Args) -> Result<(), Failure> {
    let database = Database::connect(&support::config(AREA, args.database_url.as_deref())?).await?;
    let period = Period { from: args.from, to: args.to };
    let filter = AlarmFilter {
        origin: args.origin,
        severity: args.severity,
        status: args.status,
        open: args.open,
        sensor: args.sensor,
        period,
    };
    let page = database.alarms().list(&filter, &PageRequest { limit: args.limit, cursor: args.cursor }).await?;
    let counts = database.alarms().counts(&AlarmFilter::new().period(period)).await?;
    database.close().await;
    let text = if args.json { as_json(&page, &counts)? } else { as_table(&page, &counts) };
    match writeln!(std::io::stdout(), "{text}") {
        // A reader that has seen enough, `head` for example.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

fn as_json(page: &Page<Alarm>, counts: &AlarmCounts) -> Result<String, serde_json::Error> {
    let mut document = serde_json::to_value(page)?;
    document["counts"] = serde_json::to_value(counts)?;
    serde_json::to_string_pretty(&document)
}

fn as_table(page: &Page<Alarm>, counts: &AlarmCounts) -> String {
    let header = ["TIME (UTC)", "ORIGIN", "SCORE", "SEVERITY", "STATUS", "SENSOR", "VALUE", "MESSAGE"];
    let mut rows = vec![header.map(ToOwned::to_owned)];
    rows.extend(page.items.iter().map(|alarm| {
        [
            alarm.raised_at.to_utc().format("%F %T").to_string(),
            alarm.origin.to_string(),
            alarm.anomaly_score.map_or_else(|| "-".to_owned(), |score| format!("{score:.3}")),
            alarm.severity.to_string(),
            alarm.status.to_string(),
            one_line(&alarm.sensor_id),
            alarm.value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}")),
            one_line(&alarm.message),
        ]
    }));
    let widths: Vec<usize> =
        (0..header.len()).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .zip(header)
            .map(|((cell, &width), name)| match name {
                "SCORE" | "VALUE" => format!("{cell:>width$}"),
                _ => format!("{cell:<width$}"),
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    if page.items.is_empty() {
        text.push_str("no alarm matches\n");
    }
    if let Some(next) = page.next {
        let _ = writeln!(text, "older ones: --cursor {next}");
    }
    text.push('\n');
    for origin in AlarmOrigin::iter() {
        let by_severity: Vec<String> = AlarmSeverity::iter()
            .map(|severity| (severity, counts.of(origin, severity)))
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| format!("{} {severity}", grouped(count)))
            .collect();
        let total = grouped(counts.of_origin(origin));
        text.push_str(format!("{origin:<14} {total:>9}  {}", by_severity.join(", ")).trim_end());
        text.push('\n');
    }
    let _ = write!(text, "{:<14} {:>9}", "all", grouped(counts.total()));
    text
}

/// Control characters would break the table, or the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
