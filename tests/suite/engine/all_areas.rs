//! `--all`: a verb on one area after the other. One that fails leaves the others as they are, and the summary says which is
//! where.

use std::path::Path;

use serde_json::Value;
use tests::{
    Backend, TestDatabase,
    fixtures::{applied, execute, model_alarms},
    json_schema, on_every_backend,
    process::{Finished, command, example, run},
    workspace,
};

use crate::migration;

on_every_backend!(
    every_area_is_worked_on_in_its_place,
    an_area_that_fails_leaves_the_others,
    one_consent_is_for_every_area,
);

/// The command line in an empty folder, with these variables.
fn on(variables: &[(&str, &str)], arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).envs(variables.iter().copied()).args(arguments))
}

/// What it says of each area, as a document that is as its schema says.
fn areas(finished: &Finished) -> Vec<Value> {
    let schema = std::fs::read_to_string(workspace().join("docs/output.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let document: Value =
        serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    assert_eq!(json_schema::faults(&schema, &schema, &document, "output"), Vec::<String>::new(), "{document:#}");
    assert_eq!((&document["result"]["kind"], &document["exit_code"]), (&"areas".into(), &finished.code.into()));
    assert!(document["database"].is_null());
    document["result"]["areas"].as_array().unwrap().clone()
}

fn names(areas: &[Value]) -> Vec<&str> {
    areas.iter().map(|area| area["area"].as_str().unwrap()).collect()
}

/// What beside the test's own database is made on MariaDB.
async fn drop_places(database: &TestDatabase) {
    if database.backend() == Backend::Mariadb {
        let name = database.url().rsplit('/').next().unwrap().to_owned();
        let db = database.connect().await;
        for area in migration::platform().names().iter().skip(1) {
            execute(&db, &format!("DROP DATABASE IF EXISTS {name}_{area}")).await;
        }
        db.close().await.unwrap();
    }
}

async fn every_area_is_worked_on_in_its_place(database: TestDatabase) {
    let variables = [("DATABASE_URL", database.url())];
    let all = migration::platform().names();

    let up = on(&variables, &["up", "--all", "--json"]);
    assert_eq!(up.code, 0, "{up:#?}");
    let up = areas(&up);
    assert_eq!(names(&up), all);
    for ((name, project), area) in migration::platform().into_projects().zip(&up) {
        assert_eq!(area["result"]["revisions"].as_array().unwrap().len(), project.revision_names().len(), "{name:?}");
        assert!(area["error"].is_null() && area["exit_code"] == 0, "{area:#}");
    }
    let place = |area: &Value| format!("{}{}", area["database"]["url"], area["database"]["schema"]);
    let mut places: Vec<String> = up.iter().map(place).collect();
    places.dedup();
    assert_eq!(places.len(), all.len(), "each has its own: {places:?}");

    // The URL by hand is the database in which each has its place.
    let again = on(&[], &["up", "--all", "-u", database.url()]);
    assert_eq!(again.code, 0, "{again:#?}");
    let rest: Vec<&str> = again.stdout.lines().rev().take(all.len()).collect();
    assert!(
        rest.iter().all(|line| line.ends_with("nothing to apply, the schema is up to date")),
        "the summary: {again:#?}"
    );
    assert!(rest[0].starts_with(&format!("  {}", all.last().unwrap())), "{again:#?}");
    for verb in [&["status"][..], &["check"], &["report"], &["maintain", "--dry-run"], &["lint"]] {
        let json = on(&variables, &[verb, &["--all", "--json"]].concat());
        assert_eq!(json.code, 0, "{verb:?} {json:#?}");
        assert_eq!(names(&areas(&json)), all, "{verb:?}");
        if database.has_one_session() && verb != ["status"] {
            // The text is made of the same values as on every other server, where it is looked at.
            continue;
        }
        let text = on(&variables, &[verb, &["--all"]].concat());
        assert_eq!(text.code, 0, "{verb:?} {text:#?}");
        for area in &all {
            assert!(text.stdout.lines().any(|line| line == format!("area {area}")), "{verb:?} {text:#?}");
        }
    }

    // One of each is reverted, and `check` says so with the code of what is only pending.
    let down = on(&variables, &["down", "--all", "--json"]);
    assert_eq!(down.code, 0, "{down:#?}");
    assert!(areas(&down).iter().all(|area| area["result"]["revisions"].as_array().unwrap().len() == 1), "{down:#?}");
    on(&variables, &["check", "--all", "--quiet"]).ended_with(3);
    // What is wrong in one area is worse than what is pending in the others.
    let db = database.connect().await;
    execute(&db, "CREATE TABLE of_somebody (id integer)").await;
    db.close().await.unwrap();
    let check = on(&variables, &["check", "--all", "--json"]);
    let codes: Vec<i64> = areas(&check).iter().map(|area| area["exit_code"].as_i64().unwrap()).collect();
    assert_eq!((check.code, codes[0], codes[1]), (4, 4, 3), "{check:#?}");
    drop_places(&database).await;
}

async fn an_area_that_fails_leaves_the_others(database: TestDatabase) {
    let variables =
        [("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"), ("DATABASE_URL_TELEMETRY", database.url())];
    let up = on(&variables, &["up", "--all"]);
    assert_eq!(up.code, 1, "{up:#?}");
    assert!(
        up.stderr.contains("error: area alarms: cannot connect to postgres://nobody@127.0.0.1:1/none: "),
        "{up:#?}"
    );
    let count = migration::platform().names().len();
    let last = up.stderr.lines().last().unwrap();
    assert!(last.starts_with("error: ") && last.contains(&format!(" of {count} areas failed: alarms")), "{up:#?}");
    let line = |area: &str| up.stdout.lines().rev().find(|line| line.starts_with(&format!("  {area} "))).unwrap();
    assert!(line("alarms").contains("127.0.0.1:1/none") && line("alarms").ends_with("  failed"), "{up:#?}");
    assert!(line("telemetry").ends_with(" revisions applied"), "{up:#?}");
    // What is said of an area alone is said here of it.
    let status = areas(&on(&variables, &["status", "--all", "--json"]));
    let telemetry = status.iter().find(|area| area["area"] == "telemetry").unwrap();
    let alone = on(&variables, &["status", "--area", "telemetry", "--json"]);
    let alone: Value = serde_json::from_str(&alone.stdout).unwrap();
    assert_eq!((&telemetry["result"], &telemetry["database"]), (&alone["result"], &alone["database"]));
}

async fn one_consent_is_for_every_area(database: TestDatabase) {
    let variables = [("DATABASE_URL", database.url())];
    on(&variables, &["up", "--all", "--quiet"]).ended_with(0);
    let db = database.connect().await;
    execute(&db, &model_alarms(database.backend())).await;
    db.close().await.unwrap();
    // Without it the area with rows refuses, and the others are reverted.
    let refused = areas(&on(&variables, &["down", "base", "--all", "--json"]));
    assert!(refused[0]["error"].as_str().unwrap().contains("--yes"), "{refused:#?}");
    assert_eq!(refused[1]["exit_code"], 0, "{refused:#?}");
    on(&variables, &["up", "--all", "--quiet"]).ended_with(0);
    let agreed = on(&variables, &["down", "base", "--all", "--yes", "--json"]);
    assert_eq!(agreed.code, 0, "{agreed:#?}");
    let db = database.connect().await;
    assert_eq!(applied(&db).await, Vec::<String>::new());
    db.close().await.unwrap();
    drop_places(&database).await;
}

#[test]
fn all_is_refused_where_it_means_nothing() {
    let refused = |arguments: &[&str], code: i32, says: &str| {
        let finished = on(&[], arguments);
        assert!(finished.code == code && finished.stderr.contains(says), "{arguments:?} {finished:#?}");
    };
    refused(&["up", "--all", "--area", "telemetry"], 2, "leave out one of the two");
    refused(&["--area", "telemetry", "up", "--all"], 2, "leave out one of the two");
    refused(&["schema", "--all"], 2, "`schema` works on one area");
    refused(&["heads", "--all"], 2, "`heads` works on one area");
    refused(&["up", "--all", "-s", "plant"], 1, "plant would be the place of all of them");
}

#[test]
fn a_project_without_areas_has_one() {
    let folder = tests::temporary_folder();
    let on = |arguments: &[&str]| run(crate::adopted(folder.path()).args(arguments));
    let up = on(&["up", "--all", "-u", "sqlite://own.sqlite"]);
    assert_eq!(up.code, 0, "{up:#?}");
    assert!(up.stdout.contains("\n  database    result\n  own.sqlite  3 revisions applied\n"), "{up:#?}");
    assert!(!up.stdout.contains("area"), "{up:#?}");
    assert_eq!(areas(&on(&["status", "--all", "--json", "-u", "sqlite://own.sqlite"]))[0]["area"], Value::Null);
}

#[test]
fn a_baseline_may_be_that_of_all_areas() {
    let folder = tests::temporary_folder();
    let lint = |arguments: &[&str]| {
        run(migration(folder.path()).args([&["lint", "--baseline", "lint.baseline"], arguments].concat()))
    };
    let file = || std::fs::read_to_string(folder.path().join("lint.baseline")).unwrap();
    lint(&["--all", "--write-baseline"]).ended_with(0);
    let written = file();
    // A line of either area, and one of a revision that is gone.
    let mut lines =
        "m20250601_000000_create_alarms up a-rule of nothing\nm20260105_000000_create_telemetry up a-rule of nothing\n\
         m20000101_000000_gone up a-rule of nothing\n"
            .to_owned();
    lines.insert_str(0, &written);
    std::fs::write(folder.path().join("lint.baseline"), lines).unwrap();
    let areas = areas(&lint(&["--all", "--json"]));
    let stale = |area: usize| areas[area]["result"]["stale"].as_array().unwrap().clone();
    let named =
        |area: usize, revision: &str| stale(area).iter().any(|line| line.as_str().unwrap().starts_with(revision));
    assert!(named(0, "m20250601") && !named(0, "m20260105") && named(0, "m2000"), "{areas:#?}");
    assert!(!named(1, "m20250601") && named(1, "m20260105") && named(1, "m2000"), "{areas:#?}");
    lint(&["--all", "--write-baseline"]).ended_with(0);
    assert_eq!(file(), written, "what is found in every area, and nothing else");
    // What cannot be read is not written over.
    let other = folder.path().join("lint.baseline");
    std::fs::write(&other, b"m20000101_000000_gone up a-rule of \xf6").unwrap();
    let refused = lint(&["--write-baseline"]);
    assert!(refused.code == 1 && refused.stderr.contains("cannot read lint.baseline"), "{refused:#?}");
    assert_eq!(std::fs::read(other).unwrap(), b"m20000101_000000_gone up a-rule of \xf6");
}

#[test]
fn pools_have_their_size_from_the_environment() {
    let folder = tests::temporary_folder();
    let list = |variables: &[(&str, &str)]| {
        run(command(&example("list_alarms"), Path::new(folder.path())).envs(variables.iter().copied()))
    };
    run(migration(folder.path()).arg("up")).ended_with(0);
    let works = list(&[("DATABASE_MAX_CONNECTIONS", "2"), ("DATABASE_MAX_CONNECTIONS_TELEMETRY", "none")]);
    assert_eq!(works.code, 0, "{works:#?}");
    for (name, value) in [
        ("DATABASE_MAX_CONNECTIONS", "0"),
        ("DATABASE_MAX_CONNECTIONS", "postgres://me:s3cret@h/d"),
        ("DATABASE_MAX_CONNECTIONS_ALARMS", "-4"),
    ] {
        let refused = list(&[(name, value)]);
        let expected = format!(
            "error: {name} is not a whole number above 0; set it to the sessions of the pool, 10 for example\n"
        );
        assert_eq!((refused.code, refused.stderr), (1, expected));
    }
    // An area's own comes before that of all.
    let own = list(&[("DATABASE_MAX_CONNECTIONS", "none"), ("DATABASE_MAX_CONNECTIONS_ALARMS", "1")]);
    assert_eq!(own.code, 0, "{own:#?}");
    std::fs::write(folder.path().join(".env"), "DATABASE_MAX_CONNECTIONS_ALARMS=few\n").unwrap();
    let refused = list(&[]);
    assert!(refused.code == 1 && refused.stderr.contains("DATABASE_MAX_CONNECTIONS_ALARMS is not"), "{refused:#?}");
}
