//! What the examples share: which database, times on the command line, numbers and errors for people.

use std::{error::Error, process::ExitCode, time::Duration};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use clap::{Parser, error::ErrorKind};
use core_server_adapter::{AdapterError, DatabaseConfig, database_target};

/// Anything that ends an example; printed on one line.
pub type Failure = Box<dyn Error>;

/// The program's arguments. A database URL in a wrong place ends it: the message would repeat the URL with its password.
pub fn arguments<A: Parser>() -> A {
    match database_target::misplaced(std::env::args_os()) {
        Some(error) => A::command().error(ErrorKind::UnknownArgument, error).exit(),
        None => A::parse(),
    }
}

/// How to connect to an area's database. Says which it is on stderr.
pub fn config(area: &str, url: Option<&str>) -> Result<DatabaseConfig, AdapterError> {
    let config = DatabaseConfig::from_environment(area, url)?;
    eprintln!("database: {config} (from {})", config.target().origin());
    Ok(config.acquire_timeout(Duration::from_secs(5)).application_name(env!("CARGO_BIN_NAME")))
}

/// Reads `2013-12-02 21:15:00`, or the date alone, as UTC, and RFC 3339.
pub fn parse_time(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(at) = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f") {
        return Ok(at.and_utc());
    }
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(date.and_time(NaiveTime::MIN).and_utc());
    }
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|_| "is no time; write 2013-12-02 21:15:00 (UTC) or 2013-12-02T21:15:00+01:00".to_owned())
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Exit code 0, or 1 with the error and its causes on one line of stderr.
pub fn exit(result: Result<(), Failure>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    eprintln!("error: {}", line.replace('\n', " "));
    ExitCode::FAILURE
}
