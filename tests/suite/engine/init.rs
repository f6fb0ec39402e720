//! `init`: whatever the database is, one command sets every area up, and says what is there.

use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    json_schema, on_every_backend,
    process::{Finished, run},
    workspace,
};

use crate::migration;

on_every_backend!(every_area_is_set_up_and_told_of, ten_at_once_end_in_the_same_schema);
on_every_backend!(
    only: [sqlite, postgres, mariadb], "TimescaleDB in WebAssembly has one database";
    what_is_missing_is_made,
);

fn on(url: &str, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).env("DATABASE_URL", url).args(arguments))
}

fn json(finished: &Finished) -> Value {
    let schema = std::fs::read_to_string(workspace().join("docs/output.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let document = serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    assert_eq!(json_schema::faults(&schema, &schema, &document, "output"), Vec::<String>::new(), "{document:#}");
    document
}

/// The URL of a database that is not there: beside the test's own, in a folder that is not there either.
fn missing(database: &TestDatabase) -> String {
    match database.backend() {
        Backend::Sqlite => database.url().replace("test.sqlite?mode=rwc", "new/folder/plant.sqlite"),
        _ => format!("{}_new", database.url()),
    }
}

/// Drops what was made beside the test's own database: on MariaDB the areas' places, and where it was missing the database.
async fn drop_made(database: &TestDatabase, url: &str) {
    let name = url.rsplit('/').next().unwrap();
    let mut made: Vec<String> = match database.backend() {
        Backend::Mariadb => migration::platform().names().iter().map(|area| format!("{name}_{area}")).collect(),
        _ => Vec::new(),
    };
    made.extend((database.backend() != Backend::Sqlite && url != database.url()).then(|| name.to_owned()));
    let db = database.connect().await;
    for place in made {
        execute(&db, &format!("DROP DATABASE IF EXISTS {place}")).await;
    }
    db.close().await.unwrap();
}

/// What an entry of an area's block says, its lines joined.
fn said<'t>(report: &'t str, area: &str, label: &str) -> String {
    let block = report.split("\n\n").find(|block| block.starts_with(&format!("{area} at ")));
    let block: &'t str = block.unwrap_or_else(|| panic!("no {area} in {report}"));
    let mut lines = block.lines().skip_while(|line| !line.starts_with(&format!("  {label:13}")));
    let first = lines.next().unwrap_or_else(|| panic!("no {label} of {area} in {report}"));
    let rest = lines.take_while(|line| line.starts_with(&" ".repeat(15)));
    std::iter::once(first.trim_start().trim_start_matches(label))
        .chain(rest)
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
}

async fn every_area_is_set_up_and_told_of(database: TestDatabase) {
    let backend = database.backend();
    let areas = migration::platform().names();
    let init = on(database.url(), &["init"]);
    assert_eq!(init.code, 0, "{init:#?}");
    let report = &init.stdout;
    assert_eq!(report.lines().next().unwrap(), format!("{} areas set up", areas.len()), "{report}");
    for line in report.lines() {
        let is_one_word = line.trim().split(' ').count() <= 3;
        assert!(line.chars().count() <= 100 || is_one_word || line.contains(" at "), "too wide: {line}\n{report}");
    }
    let server = match backend {
        Backend::Sqlite => "SQLite 3.",
        Backend::Mariadb => "MariaDB",
        Backend::Postgres | Backend::Timescale => "PostgreSQL 1",
    };
    for (area, project) in migration::platform().into_projects() {
        let area = area.unwrap();
        assert!(said(report, area, "server").contains(server), "{report}");
        let count = project.revision_names().len();
        assert!(said(report, area, "made now").ends_with(&format!("{count} revisions")), "{report}");
        let newest = format!("{count} applied, the newest is {}", project.revision_names().last().unwrap());
        assert_eq!(said(report, area, "revisions"), newest);
    }
    assert!(said(report, "telemetry", "tables").contains("sensor_readings"), "{report}");
    assert_eq!(said(report, "telemetry", "retention"), "sensor_readings: deleted after 180 days");
    let (hypertables, jobs) = (said(report, "telemetry", "hypertables"), said(report, "telemetry", "jobs"));
    let skipped = said(report, "telemetry", "skipped");
    assert!(said(report, "telemetry", "aggregates").contains("sensor_readings_summary_hourly"), "{report}");
    if backend == Backend::Timescale {
        assert!(hypertables.contains("sensor_readings by timestamp, chunks of "), "{report}");
        assert!(jobs.contains("Retention Policy on sensor_readings every 1 d"), "{report}");
        assert!(said(report, "telemetry", "abilities").contains(", full licence: hypertables"), "{report}");
        assert_eq!(skipped, "nothing");
    } else {
        assert_eq!((hypertables.as_str(), jobs.as_str()), ("none", "none"), "{report}");
        assert!(skipped.starts_with("TimescaleDB is needed for a hypertable (sensor_readings"), "{report}");
    }
    assert!(report.contains("*/30 * * * *  migration maintain --all --quiet\n"), "{report}");

    let again = on(database.url(), &["init"]);
    assert_eq!(again.code, 0, "{again:#?}");
    let first = again.stdout.lines().next().unwrap();
    assert_eq!(first, format!("{} areas set up, nothing was to do", areas.len()));
    for area in &areas {
        assert_eq!(said(&again.stdout, area, "made now"), "nothing, all was there");
    }
    let check = on(database.url(), &["check", "--all"]);
    assert_eq!(check.code, 0, "after both it is what the revisions make: {check:#?}");

    // By flag, one area, and as JSON.
    let folder = tests::temporary_folder();
    let by_flag = run(migration(folder.path()).args(["init", "--json", "-u", database.url()]));
    let document = json(&by_flag);
    let told = document["result"]["areas"].as_array().unwrap();
    assert_eq!(told.iter().map(|area| area["area"].as_str().unwrap()).collect::<Vec<_>>(), areas);
    for area in told {
        assert_eq!(
            (&area["database"]["from"], &area["result"]["profile"]),
            (&"--database-url".into(), &backend.profile().into())
        );
        assert_eq!(area["result"]["applied"], Value::Array(vec![]), "it is the same place");
    }
    let one = json(&on(database.url(), &["init", "--area", "telemetry", "--json"]));
    assert_eq!(one["result"]["areas"].as_array().unwrap().len(), 1);
    assert_eq!(one["result"]["cron"], "*/30 * * * *  migration maintain --area telemetry --quiet");
    drop_made(&database, database.url()).await;
}

async fn what_is_missing_is_made(database: TestDatabase) {
    let missing = missing(&database);
    // Only `init` makes a database.
    let up = on(&missing, &["up"]);
    assert_eq!(up.code, 1, "{up:#?}");
    let init = on(&missing, &["init"]);
    assert_eq!(init.code, 0, "{init:#?}");
    let (alarms, telemetry) = (said(&init.stdout, "alarms", "made now"), said(&init.stdout, "telemetry", "made now"));
    let name = missing.rsplit('/').next().unwrap();
    match database.backend() {
        Backend::Sqlite => {
            assert!(alarms.starts_with("folder ") && alarms.contains("/new/folder, file "), "{alarms}");
            assert!(telemetry.starts_with("file ") && telemetry.contains("plant-telemetry.sqlite, "), "{telemetry}");
        }
        Backend::Mariadb => {
            assert!(alarms.starts_with(&format!("database {name}, ")), "{alarms}");
            assert!(telemetry.starts_with(&format!("database {name}_telemetry, ")), "{telemetry}");
        }
        Backend::Postgres | Backend::Timescale => {
            assert!(alarms.starts_with(&format!("database {name}, ")), "{alarms}");
            assert!(telemetry.starts_with("schema telemetry, "), "{telemetry}");
        }
    }
    on(&missing, &["check", "--all"]).ended_with(0);
    drop_made(&database, &missing).await;
}

async fn ten_at_once_end_in_the_same_schema(database: TestDatabase) {
    // One that has a single session has a single database too.
    let (many, missing) =
        if database.has_one_session() { (2, database.url().to_owned()) } else { (10, missing(&database)) };
    let folder = tests::temporary_folder();
    let start = || {
        migration(folder.path())
            .env("DATABASE_URL", &missing)
            .arg("init")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = (0..many).map(|_| start()).collect();
    let ended: Vec<Finished> = children.into_iter().map(end).collect();
    for finished in &ended {
        assert_eq!(finished.code, 0, "{finished:#?}");
    }
    for name in migration::platform().into_projects().flat_map(|(_, project)| project.revision_names()) {
        let done = ended.iter().filter(|finished| finished.stderr.contains(&format!("up   {name} "))).count();
        assert_eq!(done, 1, "{name} is applied once: {ended:#?}");
    }
    let check = on(&missing, &["check", "--all"]);
    assert_eq!(check.code, 0, "it is what the revisions make when one runs them alone: {check:#?}");
    drop_made(&database, &missing).await;
}

/// Its end, brought about after two minutes: a test that hangs says nothing.
fn end(mut child: Child) -> Finished {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_mins(2) {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap().into()
}

#[test]
fn an_area_that_cannot_be_set_up_leaves_the_others() {
    let folder = tests::temporary_folder();
    let init = run(migration(folder.path())
        .env("DATABASE_URL", "sqlite://plant.sqlite")
        .env("DATABASE_URL_TELEMETRY", "postgres://nobody@127.0.0.1:1/none")
        .arg("init"));
    assert_eq!(init.code, 1, "{init:#?}");
    let count = migration::platform().names().len();
    let first = init.stdout.lines().next().unwrap();
    assert_eq!(first, format!("{} of {count} areas set up; the failures are listed below", count - 1));
    assert!(
        init.stdout.contains("telemetry\n  failed       cannot connect to postgres://nobody@127.0.0.1:1/none"),
        "{init:#?}"
    );
    assert!(
        init.stderr.contains("error: area telemetry: cannot connect to postgres://nobody@127.0.0.1:1/none"),
        "{init:#?}"
    );
    assert!(folder.path().join("plant.sqlite").exists());
}
