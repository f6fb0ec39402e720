//! The sequence: what a deployment does, and what people look at.

use std::{path::PathBuf, process::Command};

use sea_orm::DbBackend;
use tests::{
    connect_to,
    fixtures::execute,
    process::{command, example, run},
    rows_as_text, workspace,
};

use super::block_on;
use crate::migration;

/// A database, empty.
pub struct Place {
    url: String,
    folder: PathBuf,
}

impl Place {
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), folder: std::env::temp_dir() }
    }

    fn migration(&self, area: &str, arguments: &[&str]) -> Command {
        let mut program = migration(&self.folder);
        program.args(["--area", area]).args(arguments);
        program
    }

    fn example(&self, name: &str, arguments: &[&str]) -> Command {
        let mut program = command(&example(name), &self.folder);
        program.args(arguments);
        program
    }
}

/// What is seen of the alarms and of the readings, or what failed.
pub fn smoke(place: &Place) -> Result<Vec<String>, String> {
    let csv = workspace().join("core-server-adapter/examples/data/bearing_temperature.csv");
    let csv = csv.to_str().expect("a path");
    let (mut seen, mut failed) = (Vec::new(), Vec::new());
    let mut step = |keep: bool, mut program: Command| {
        if !failed.is_empty() {
            return;
        }
        let done = run(program.env("DATABASE_URL", &place.url));
        if done.code != 0 {
            let arguments: Vec<_> = program.get_args().map(|one| one.to_string_lossy().into_owned()).collect();
            failed.push(format!("{}: {}{}", arguments.join(" "), done.stderr, done.stdout));
        } else if keep {
            seen.push(done.stdout);
        }
    };
    let areas: Vec<&str> = tests::areas().map(|(area, _)| area).collect();
    for area in &areas {
        step(false, place.migration(area, &["up"]));
        step(true, place.migration(area, &["schema"]));
    }
    for _ in 0..2 {
        let detections = ["--sensor", "bearing-7", "--score-at-least", "0.9", "--value-above", "85"];
        step(true, place.example("import_detections", &[&[csv], &detections[..]].concat()));
        step(true, place.example("import_readings", &[csv, "--sensor", "bearing-7", "--unit", "°C"]));
    }
    step(true, place.example("list_alarms", &["--limit", "1000"]));
    for area in &areas {
        step(false, place.migration(area, &["check"]));
        step(false, place.migration(area, &["report"]));
    }
    step(false, place.migration("telemetry", &["maintain"]));
    for area in &areas {
        step(false, place.migration(area, &["down"]));
        step(false, place.migration(area, &["up"]));
        step(true, place.migration(area, &["schema"]));
    }
    step(true, place.example("list_alarms", &["--limit", "1000"]));
    if let Some(failed) = failed.pop() {
        return Err(failed);
    }
    seen.push(block_on(readings(place)));
    Ok(seen)
}

/// The readings and their summary, as numbers.
async fn readings(place: &Place) -> String {
    let url = match place.url.split_once(':').expect("a scheme").0 {
        "postgres" => place.url.clone(),
        "mysql" => format!("{}_telemetry", place.url),
        _ => place.url.replace(".sqlite", "-telemetry.sqlite"),
    };
    let db = connect_to(&url).await;
    let (schema, text) = match db.get_database_backend() {
        DbBackend::Postgres => ("telemetry.", "text"),
        DbBackend::MySql => ("", "char"),
        _ => ("", "text"),
    };
    let sums = [("sensor_readings", "value"), ("sensor_readings_summary_hourly", "avg_value")].map(|(table, value)| {
        format!("SELECT CAST(CAST(sum({value}) * 1000 AS decimal(20, 0)) AS {text}) FROM {schema}{table} UNION ALL SELECT CAST(count(*) AS {text}) FROM {schema}{table}")
    });
    if db.get_database_backend() == DbBackend::MySql {
        // The test's own session has none of ours.
        execute(&db, "SET SESSION sql_big_selects = 1, sql_select_limit = 18446744073709551615").await;
    }
    let lines = rows_as_text(&db, &sums.join(" UNION ALL ")).await;
    db.close().await.expect("closed");
    lines.join("\n")
}
