//! The example `import_readings` as people run it: a series in, readings, their sensor and their summaries out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use core_server_adapter::{
    Period,
    telemetry::{Summary, Telemetry},
};
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    on_every_backend,
    process::{Finished, command, example, run},
    workspace,
};

use super::{at, connect, count, migrated, rows};

on_every_backend!(a_series_is_imported_once, a_malformed_line_leaves_nothing);

fn real_file() -> PathBuf {
    workspace().join("core-server-adapter/examples/data/bearing_temperature.csv").canonicalize().unwrap()
}

fn import(database: &TestDatabase, file: &Path, more: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    let mut command = command(&example("import_readings"), folder.path());
    run(command.args(["-u", database.url(), file.to_str().unwrap(), "--sensor", "bearing-7"]).args(more))
}

/// What it printed, after checking that it went well.
fn good(finished: Finished) -> String {
    assert_eq!(finished.code, 0, "{finished:#?}");
    assert!(finished.stderr.starts_with("database: "), "{finished:#?}");
    finished.stdout
}

/// The one line that it ends with.
fn bad(finished: &Finished) -> &str {
    assert_eq!((finished.code, finished.stdout.as_str()), (1, ""), "{finished:#?}");
    finished.stderr.lines().last().unwrap().strip_prefix("error: ").unwrap_or_else(|| panic!("{finished:#?}"))
}

/// The example needs the session of a server that has one.
async fn released(database: TestDatabase) -> TestDatabase {
    let (database, telemetry) = migrated(database).await;
    telemetry.close().await;
    database
}

async fn counts(telemetry: &Telemetry) -> (u32, u32) {
    (count(telemetry.connection(), "sensors").await, count(telemetry.connection(), "sensor_readings").await)
}

async fn a_series_is_imported_once(database: TestDatabase) {
    let database = released(database).await;
    let text = fs::read_to_string(real_file()).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let summary = |sensor: &str, new: usize, there: usize| {
        format!(
            "{} rows read\nsensor bearing-7: {sensor}\nreadings {new:>9} new {there:>9} already there\n",
            lines.len()
        )
    };
    let more = ["--type", "temperature", "--unit", "°F", "--quality", "0.5"];
    let printed = good(import(&database, &real_file(), &more));
    assert!(printed.starts_with(&summary("registered", lines.len(), 0)), "{printed}");
    assert!(printed.contains("\nsummaries refreshed from "), "{printed}");
    let again = good(import(&database, &real_file(), &[]));
    assert!(again.starts_with(&summary("already there", 0, lines.len())), "{again}");
    assert!(again.contains("nothing was added: every reading of this file was already there\n"), "{again}");

    let telemetry = connect(&database, 1).await;
    let sensor = telemetry.sensors().get("bearing-7").await.unwrap();
    assert_eq!(sensor.r#type, "temperature");
    let readings = rows(telemetry.connection()).await;
    assert_eq!(readings.len(), lines.len());
    for (reading, line) in readings.iter().zip(&lines) {
        assert_eq!(reading.timestamp.format("%F %T").to_string(), line[0]);
        assert_eq!((reading.value, reading.quality), (line[1].parse().unwrap(), Some(0.5)));
        assert_eq!(reading.unit.as_deref(), Some("°F"));
        assert_eq!(reading.sensor_type.as_deref(), Some("temperature"));
    }
    // In the summaries too, however old.
    let days = telemetry.readings().summary(Summary::Daily, Some("bearing-7"), Period::ALL).await.unwrap();
    assert_eq!(days.iter().map(|day| day.count).sum::<i64>(), i64::try_from(lines.len()).unwrap());
    telemetry.close().await;

    // A clock that was set back: the first reading of a moment stays. An older time than all, after a refresh.
    let folder = tests::temporary_folder();
    let file = folder.path().join("old.csv");
    fs::write(&file, "value,other,timestamp\r\n1,\"a,b\",2009-10-25 02:30:00\r\n2,,2009-10-25 02:30:00\r\n\r\n")
        .unwrap();
    let printed = good(import(&database, &file, &[]));
    assert!(printed.contains("readings         1 new         1 already there\n"), "{printed}");
    let telemetry = connect(&database, 1).await;
    assert_eq!(telemetry.readings().get("bearing-7", at("2009-10-25T02:30:00Z")).await.unwrap().value, 1.0);
    let weeks = telemetry.readings().summary(Summary::Weekly, None, Period::until(at("2010-01-01T00:00:00Z"))).await;
    assert_eq!(weeks.unwrap().len(), 1);
}

async fn a_malformed_line_leaves_nothing(database: TestDatabase) {
    let database = released(database).await;
    let folder = tests::temporary_folder();
    let file = folder.path().join("series.csv");
    let cases = [
        ("2026-10-05 00:00:00,warm\n", "line 12, column value: \"warm\" is no finite number"),
        ("2026-10-05 00:00:00,NaN\n", "line 12, column value: \"NaN\" is no finite number"),
        ("2026-10-05 00:00:00,\n", "line 12, column value: \"\" is no finite number"),
        (
            "2026-02-30 00:00:00,1.5\n",
            "line 12, column timestamp: \"2026-02-30 00:00:00\" is no time; write 2013-12-02 21:15:00",
        ),
        (
            "1969-12-31 23:59:59,1.5\n",
            "line 12, column timestamp: \"1969-12-31 23:59:59\" is outside the years 1970 to 9999",
        ),
        ("\n2026-10-05 00:00:00\n", "line 13 has 1 fields, the header has 2"),
        ("2026-10-05 00:00:00,\"1.5", "line 12: a quote is never closed"),
    ];
    for (line, expected) in cases {
        let rows: String = (0..10).map(|minute| format!("2026-10-01 00:{minute:02}:00,1.5\n")).collect();
        fs::write(&file, format!("timestamp,value\n{rows}{line}")).unwrap();
        let finished = import(&database, &file, &[]);
        let error = bad(&finished);
        assert!(error.starts_with(&format!("{}: {expected}", file.display())), "{error}");
        assert!(error.ends_with("; nothing was written"), "{error}");
    }
    fs::write(&file, "time,value\n").unwrap();
    let expected = format!("{}: line 1: missing column timestamp; found: time, value", file.display());
    assert_eq!(bad(&import(&database, &file, &[])), expected);
    let quality = import(&database, &real_file(), &["--quality", "NaN"]);
    assert!(
        bad(&quality).starts_with("--unit or --quality: telemetry: sensor_readings.quality is NaN"),
        "{quality:#?}"
    );
    let kind = import(&database, &real_file(), &["--type", ""]);
    assert!(bad(&kind).starts_with("--sensor or --type: telemetry: sensors.type is empty"), "{kind:#?}");
    let telemetry = connect(&database, 1).await;
    assert_eq!(counts(&telemetry).await, (0, 0), "the sensor neither");
}

#[tokio::test]
async fn an_import_into_an_hour_that_was_cut_says_so() {
    let database = released(TestDatabase::create(Backend::Sqlite).await).await;
    let folder = tests::temporary_folder();
    let file = folder.path().join("hour.csv");
    let hour = (0..6).fold("timestamp,value\n".to_owned(), |text, ten| text + &format!("2026-01-01 01:{ten}0:00,1\n"));
    fs::write(&file, &hour).unwrap();
    good(import(&database, &file, &[]));
    let telemetry = connect(&database, 1).await;
    execute(telemetry.connection(), "DELETE FROM sensor_readings WHERE timestamp < '2026-01-01T01:30'").await;
    fs::write(&file, "timestamp,value\n2026-01-01 01:35:00,1\n").unwrap();
    let printed = good(import(&database, &file, &[]));
    assert!(printed.contains("readings         1 new"), "{printed}");
    assert!(printed.contains("summaries not refreshed: ") && printed.contains("2026-01-01 01:00 UTC"), "{printed}");
    let hours = telemetry.readings().summary(Summary::Hourly, None, Period::ALL).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.count).collect::<Vec<_>>(), [6]);
}
