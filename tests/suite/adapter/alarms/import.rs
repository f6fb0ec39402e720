//! The examples as people run them: detector output in, alarms out, and the walk of the README.

use std::{
    collections::HashSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use entity::alarms::{AlarmOrigin, AlarmSeverity};
use sea_orm::DatabaseConnection;
use tests::{
    TestDatabase,
    fixtures::{ACTIONS, has_table},
    on_every_backend,
    process::{Finished, command, example, run},
    workspace,
};

use super::{count, rows};
use crate::migration;

on_every_backend!(
    a_file_is_imported_once,
    a_byte_order_mark_is_not_a_column,
    a_malformed_line_leaves_nothing,
    down_and_up_show_the_same_list,
);

/// The limits of the README.
const SCORE: f64 = 0.9;
const VALUE: f64 = 85.0;

fn real_file() -> PathBuf {
    workspace().join("core-server-adapter/examples/data/bearing_temperature.csv").canonicalize().unwrap()
}

/// Value and score of each row, read without the adapter.
fn readings() -> Vec<(f64, f64)> {
    let text = fs::read_to_string(real_file()).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("timestamp,value,anomaly_score"));
    let reading = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        (fields[1].parse().unwrap(), fields[2].parse().unwrap())
    };
    lines.map(reading).collect()
}

/// Runs an example in an empty folder.
fn on(database: &TestDatabase, name: &str, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    run(command(&example(name), folder.path()).args(["-u", database.url()]).args(arguments))
}

fn import(database: &TestDatabase, file: &Path, more: &[&str]) -> Finished {
    let mut arguments = vec![file.to_str().unwrap(), "--sensor", "bearing-7", "--score-at-least", "0.9"];
    arguments.extend(more);
    on(database, "import_detections", &arguments)
}

/// What it printed, after checking that it went well and said which database it used.
fn good(finished: Finished) -> String {
    assert_eq!(finished.code, 0, "{finished:#?}");
    assert!(finished.stderr.starts_with("database: ") && finished.stderr.contains("(from "), "{finished:#?}");
    finished.stdout
}

/// The one line that it ends with.
fn bad(finished: &Finished) -> &str {
    assert_eq!((finished.code, finished.stdout.as_str()), (1, ""), "{finished:#?}");
    let line = finished.stderr.lines().last().unwrap();
    assert_eq!(finished.stderr.matches("error: ").count(), 1, "{finished:#?}");
    line.strip_prefix("error: ").unwrap_or_else(|| panic!("{finished:#?}"))
}

fn summary(rows: usize, model: (usize, usize), threshold: (usize, usize)) -> String {
    let line =
        |origin: &str, (new, there): (usize, usize)| format!("{origin:<14} {new:>9} new {there:>9} already there\n");
    format!("{rows} rows read\n{}{}", line("anomaly_model", model), line("threshold", threshold))
}

async fn alarms_in(database: &TestDatabase) -> u32 {
    let db = database.connect().await;
    let alarms = count(&db).await;
    db.close().await.unwrap();
    alarms
}

/// With the file's numbers as the test counts them.
fn expected() -> (usize, usize, usize) {
    let readings = readings();
    let model = readings.iter().filter(|(_, score)| *score >= SCORE).count();
    let threshold = readings.iter().filter(|(value, _)| *value > VALUE).count();
    assert!(model > 10 && threshold > 10 && model < readings.len() / 2, "{model} {threshold}");
    (readings.len(), model, threshold)
}

async fn a_file_is_imported_once(database: TestDatabase) {
    let database = database.up(None).await;
    let (lines, model, threshold) = expected();
    let file = real_file();

    // Limits that no row reaches.
    let finished = on(
        &database,
        "import_detections",
        &[file.to_str().unwrap(), "--sensor", "bearing-7", "--score-at-least", "1", "--value-above", "1e9"],
    );
    let certain = readings().iter().filter(|(_, score)| *score >= 1.0).count();
    assert_eq!(certain, 0, "a row of score 1 would be an alarm");
    assert_eq!(good(finished), summary(lines, (0, 0), (0, 0)) + "nothing was added: no row reached the limits\n");

    // Without a limit for the value there are model alarms only; with one, the others are added.
    assert_eq!(good(import(&database, &file, &[])), summary(lines, (model, 0), (0, 0)));
    let above = ["--value-above", "85"];
    assert_eq!(good(import(&database, &file, &above)), summary(lines, (0, model), (threshold, 0)));
    let again = good(import(&database, &file, &above));
    let nothing = "nothing was added: every alarm of this file was already there\n";
    assert_eq!(again, summary(lines, (0, model), (0, threshold)) + nothing);

    let db = database.connect().await;
    check_rows(&db, model, threshold).await;
    db.close().await.unwrap();

    // Another sensor and another detector are other detections.
    let finished = on(
        &database,
        "import_detections",
        &[file.to_str().unwrap(), "--sensor", "bearing-8", "--score-at-least", "0.9", "--value-above", "85"],
    );
    assert_eq!(good(finished), summary(lines, (model, 0), (threshold, 0)));
    let other = ["--value-above", "85", "--detector", "other"];
    assert_eq!(good(import(&database, &file, &other)), summary(lines, (model, 0), (0, threshold)));
    assert_eq!(alarms_in(&database).await as usize, 3 * model + 2 * threshold);
}

/// Each alarm has the values of its line.
async fn check_rows(db: &DatabaseConnection, model: usize, threshold: usize) {
    let text = fs::read_to_string(real_file()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let alarms = rows(db).await;
    assert_eq!(alarms.len(), model + threshold);
    let mut seen = HashSet::new();
    for alarm in alarms {
        let context = alarm.context.as_ref().unwrap();
        assert_eq!((&context["file"], &context["detector"]), (&"bearing_temperature.csv".into(), &"detector".into()));
        let line = usize::try_from(context["line"].as_u64().unwrap()).unwrap();
        let fields: Vec<&str> = lines[line - 1].split(',').collect();
        let (value, score): (f64, f64) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
        assert_eq!(alarm.raised_at.to_utc().format("%F %T").to_string(), fields[0], "{alarm:?}");
        assert_eq!((alarm.value, &*alarm.sensor_id), (Some(value), "bearing-7"));
        let critical = if alarm.origin == AlarmOrigin::AnomalyModel {
            assert_eq!((alarm.anomaly_score, alarm.threshold), (Some(score), None));
            score >= f64::midpoint(SCORE, 1.0)
        } else {
            assert_eq!((alarm.anomaly_score, alarm.threshold), (None, Some(VALUE)));
            value - VALUE > VALUE / 10.0
        };
        assert_eq!(alarm.severity, if critical { AlarmSeverity::Critical } else { AlarmSeverity::Warning });
        assert!(seen.insert((alarm.origin, line)));
    }
}

/// A file of which every line is an alarm, and then `last`.
fn file(folder: &Path, rows: u32, header: &str, last: &str) -> PathBuf {
    let mut text = format!("{header}\n");
    for number in 0..rows {
        let _ =
            writeln!(text, "2026-10-{:02} {:02}:{:02}:00,99.5,0.95", 1 + number / 1440, number / 60 % 24, number % 60);
    }
    text.push_str(last);
    let file = folder.join("detections.csv");
    fs::write(&file, text).unwrap();
    file
}

/// As spreadsheets save a file.
async fn a_byte_order_mark_is_not_a_column(database: TestDatabase) {
    let database = database.up(None).await;
    let folder = tests::temporary_folder();
    for (rows, header) in
        [(3, "\u{feff}timestamp,value,anomaly_score"), (4, "\u{feff}\"timestamp\",value,anomaly_score\r")]
    {
        let file = file(folder.path(), rows, header, "");
        let finished = import(&database, &file, &[]);
        let there = rows as usize / 4 * 3;
        assert!(
            good(finished).starts_with(&summary(rows as usize, (rows as usize - there, there), (0, 0))),
            "{header}"
        );
    }
    let file = file(folder.path(), 1, "\u{feff}\u{feff}timestamp,value,anomaly_score", "");
    assert!(bad(&import(&database, &file, &[])).contains("missing column timestamp"));
}

async fn a_malformed_line_leaves_nothing(database: TestDatabase) {
    let database = database.up(None).await;
    let folder = tests::temporary_folder();
    let header = "timestamp,value,anomaly_score";
    let cases = [
        ("2026-10-05 00:00:00,warm,0.1\n", "line 22, column value: \"warm\" is no finite number"),
        ("2026-10-05 00:00:00,NaN,0.1\n", "line 22, column value: \"NaN\" is no finite number"),
        ("2026-10-05 00:00:00,1.5,\n", "line 22, column anomaly_score: \"\" is no number from 0 to 1"),
        ("2026-10-05 00:00:00,1.5,1.0001\n", "line 22, column anomaly_score: \"1.0001\" is no number from 0 to 1"),
        ("2026-10-05 00:00:00,1.5,-0.1\n", "line 22, column anomaly_score: \"-0.1\" is no number from 0 to 1"),
        ("2026-10-05 00:00:00,1.5,NaN\n", "line 22, column anomaly_score: \"NaN\" is no number from 0 to 1"),
        ("2026-10-05 00:00:00,1.5,inf\n", "line 22, column anomaly_score: \"inf\" is no number from 0 to 1"),
        (
            "2026-02-30 00:00:00,1.5,0.1\n",
            "line 22, column timestamp: \"2026-02-30 00:00:00\" is no time; write 2013-12-02 21:15:00",
        ),
        (
            "1969-12-31 23:59:59,1.5,0.1\n",
            "line 22, column timestamp: \"1969-12-31 23:59:59\" is outside the years 1970 to 9999",
        ),
        ("\n2026-10-05 00:00:00,1.5\n", "line 23 has 2 fields, the header has 3"),
        ("2026-10-05 00:00:00,1.5,0.1,7", "line 22 has 4 fields, the header has 3"),
        ("2026-10-05 00:00:00,\"1.5,0.1", "line 22: a quote is never closed"),
    ];
    for (line, expected) in cases {
        let file = file(folder.path(), 20, header, line);
        let finished = import(&database, &file, &["--value-above", "85"]);
        let error = bad(&finished);
        assert!(error.starts_with(&format!("{}: {expected}", file.display())), "{error}");
        assert!(error.ends_with("; nothing was written"), "{error}");
    }
    // Late in a file: thousands of alarms are in the transaction by then.
    let many = file(folder.path(), 5500, header, "2026-10-05 00:00:00,1.5,2\n");
    let finished = import(&database, &many, &["--value-above", "85"]);
    let expected = "line 5502, column anomaly_score: \"2\" is no number from 0 to 1; nothing was written";
    assert_eq!(bad(&finished), format!("{}: {expected}", many.display()));
    assert_eq!(alarms_in(&database).await, 0);

    // What is wrong before the first row.
    let expected = [
        ("timestamp,value", "line 1: missing column anomaly_score; found: timestamp, value"),
        ("time,score,value", "line 1: missing column timestamp and anomaly_score; found: time, score, value"),
        ("timestamp,value,anomaly_score,value", "line 1: the column value is there twice"),
    ];
    for (header, expected) in expected {
        let file = file(folder.path(), 20, header, "");
        assert_eq!(bad(&import(&database, &file, &[])), format!("{}: {expected}", file.display()));
    }
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, "").unwrap();
    let expected = "the file is empty; its first line has to name the columns timestamp, value, anomaly_score";
    assert_eq!(bad(&import(&database, &empty, &[])), format!("{}: {expected}", empty.display()));
    let missing = folder.path().join("missing.csv");
    let finished = import(&database, &missing, &[]);
    assert!(bad(&finished).starts_with(&format!("cannot open {}: No such file", missing.display())), "{finished:#?}");

    let real = real_file();
    let with = |sensor: &str, score: &str, above: &str| {
        let arguments = [real.to_str().unwrap(), "--sensor", sensor, "--score-at-least", score, "--value-above", above];
        on(&database, "import_detections", &arguments)
    };
    let cases = [
        (with("s", "2", "1"), "--score-at-least is 2; allowed is 0 to 1"),
        (with("s", "-0.1", "1"), "--score-at-least is -0.1; allowed is 0 to 1"),
        (with("s", "NaN", "1"), "--score-at-least is NaN; allowed is 0 to 1"),
        (with("s", "0.9", "inf"), "--value-above is inf; give a finite number"),
        (with("", "0.9", "1"), "--sensor: alarms: alarms.sensor_id is empty; give a name"),
    ];
    for (finished, expected) in &cases {
        assert_eq!(bad(finished), *expected);
    }
    assert_eq!(alarms_in(&database).await, 0);
}

/// Migrate, import, list, down, up, list again.
async fn down_and_up_show_the_same_list(database: TestDatabase) {
    let folder = tests::temporary_folder();
    let url = ["-u", database.url()].map(ToOwned::to_owned);
    walk(folder.path(), &url, Some(&database)).await;
}

/// The same without any configuration, on the embedded database.
#[tokio::test]
async fn down_and_up_show_the_same_list_without_configuration() {
    let folder = tests::temporary_folder();
    walk(folder.path(), &[], None).await;
    assert!(folder.path().join("alarms.sqlite").is_file());
}

async fn walk(folder: &Path, url: &[String], database: Option<&TestDatabase>) {
    let migrate = |verb: &str| {
        let finished = run(migration(folder).args(url).arg(verb));
        assert_eq!(finished.code, 0, "{verb}: {finished:#?}");
    };
    let example = |name: &str, arguments: &[&str]| run(command(&example(name), folder).args(url).args(arguments));
    let model = ["--origin", "anomaly_model", "--limit", "5"];
    let lists: [&[&str]; 4] =
        [&model, &["--limit", "1000"], &["--json", "--limit", "1000"], &["--severity", "critical", "--open"]];
    let list_all = || lists.map(|arguments| good(example("list_alarms", arguments)));

    // Before the first migration: what to do, and nothing is made.
    if !url.is_empty() {
        let finished = example("list_alarms", &model);
        let error = bad(&finished);
        assert!(error.ends_with("run `cargo run -p migration -- up` on this database"), "{error}");
    }
    migrate("up");
    assert!(good(example("list_alarms", &[])).starts_with("TIME (UTC)"));
    let file = real_file();
    let arguments = [file.to_str().unwrap(), "--sensor", "bearing-7", "--score-at-least", "0.9", "--value-above", "85"];
    let (lines, of_model, of_threshold) = expected();
    assert_eq!(good(example("import_detections", &arguments)), summary(lines, (of_model, 0), (of_threshold, 0)));

    let before = list_all();
    check_list(&before[0], of_model, of_threshold);
    let json: serde_json::Value = serde_json::from_str(&before[2]).unwrap();
    assert_eq!(json["items"].as_array().unwrap().len(), of_model + of_threshold);
    // The page that the list offers goes on where it ended.
    let cursor = before[0].lines().find_map(|line| line.strip_prefix("older ones: --cursor ")).unwrap();
    let next = good(example("list_alarms", &[&model[..], &["--cursor", cursor]].concat()));
    assert!(next.lines().skip(1).take(5).all(|line| line.contains("anomaly_model") && !before[0].contains(line)));

    migrate("down");
    for finished in [example("list_alarms", &model), example("import_detections", &arguments)] {
        let error = bad(&finished);
        assert!(error.contains(&format!("revision {ACTIONS} is not applied")), "{error}");
        assert!(error.ends_with("run `cargo run -p migration -- up` on this database"), "{error}");
    }
    if let Some(database) = database {
        let db = database.connect().await;
        assert!(has_table(&db, "alarms").await);
        assert_eq!(count(&db).await as usize, of_model + of_threshold);
        db.close().await.unwrap();
    }
    migrate("up");
    assert_eq!(list_all(), before, "after down and up");
    let again = good(example("import_detections", &arguments));
    assert!(again.starts_with(&summary(lines, (0, of_model), (0, of_threshold))), "{again}");
}

/// Newest first, five model alarms, and how many there are of each origin.
fn check_list(text: &str, of_model: usize, of_threshold: usize) {
    let rows: Vec<&str> = text.lines().skip(1).take_while(|line| !line.starts_with("older")).collect();
    assert_eq!(rows.len(), 5, "{text}");
    assert!(rows.iter().all(|row| row.contains("  anomaly_model  ") && row.contains("  bearing-7  ")), "{text}");
    assert!(rows.is_sorted_by(|newer, older| newer[..19] > older[..19]), "{text}");
    let total = |name: &str| {
        let line = text.lines().rev().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let expected = [of_model, of_threshold, of_model + of_threshold].map(|count| count.to_string());
    assert_eq!([total("anomaly_model"), total("threshold"), total("all")], expected, "{text}");
}
