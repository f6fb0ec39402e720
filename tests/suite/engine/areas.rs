//! Areas: each has its own history, and its place in the common database or a database of its own.

use std::process::Command;

use serde_json::Value;
use tests::{
    Backend, TestDatabase,
    fixtures::{applied, execute, has_table},
    on_every_backend,
    process::{Finished, run},
};

use crate::migration;

on_every_backend!(an_area_has_a_place_beside_the_default_one, an_area_may_have_a_database_of_its_own);

/// The command line in an empty folder, with these variables.
fn on(variables: &[(&str, &str)], arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).envs(variables.iter().copied()).args(arguments))
}

fn json(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).unwrap_or_else(|error| panic!("{error}: {finished:#?}"))
}

/// The revisions that are applied in the area's place, looked at without the project's own ways of finding it.
async fn applied_in_place(database: &TestDatabase) -> Vec<String> {
    let url = database.url();
    let url = match database.backend() {
        Backend::Sqlite => url.replace("test.sqlite", "test-telemetry.sqlite"),
        Backend::Mariadb => format!("{url}_telemetry"),
        Backend::Postgres | Backend::Timescale => url.to_owned(),
    };
    let db = tests::connect_to(&url).await;
    if has_schemas(database) {
        execute(&db, "SET search_path = telemetry").await;
    }
    let applied = applied(&db).await;
    db.close().await.unwrap();
    applied
}

fn has_schemas(database: &TestDatabase) -> bool {
    matches!(database.backend(), Backend::Postgres | Backend::Timescale)
}

async fn an_area_has_a_place_beside_the_default_one(database: TestDatabase) {
    let variables = [("DATABASE_URL", database.url())];
    let revisions = migration::areas::telemetry::project().revision_names();

    // Before it is made, reading says so and makes nothing.
    if database.backend() != Backend::Sqlite {
        let status = on(&variables, &["status", "--area", "telemetry"]);
        assert_eq!(status.code, 1, "{status:#?}");
        assert!(status.stderr.contains("telemetry") && status.stderr.contains("does not exist"), "{status:#?}");
    }

    let up = on(&variables, &["up", "--area", "telemetry"]);
    assert_eq!(up.code, 0, "{up:#?}");
    let db = database.connect().await;
    assert!(!has_table(&db, "seaql_migrations").await, "the default area is as it was");
    db.close().await.unwrap();
    on(&variables, &["up"]).ended_with(0);

    assert_eq!(applied_in_place(&database).await, revisions);
    let status = json(&on(&variables, &["status", "--area", "telemetry", "--json"]));
    let schema = status["database"]["schema"].as_str();
    assert_eq!(schema, has_schemas(&database).then_some("telemetry"), "{status}");
    assert_eq!(status["database"]["from"], "DATABASE_URL");
    on(&variables, &["check"]).ended_with(0);
    on(&variables, &["check", "--area", "telemetry"]).ended_with(0);

    // Reverting one leaves the other.
    let reset = on(&variables, &["reset", "--yes", "--area", "telemetry"]);
    assert_eq!(reset.code, 0, "{reset:#?}");
    let db = database.connect().await;
    assert_eq!(applied(&db).await, migration::project().revision_names());
    if database.backend() == Backend::Mariadb {
        let name = database.url().rsplit('/').next().unwrap().to_owned();
        execute(&db, &format!("DROP DATABASE {name}_telemetry")).await;
    }
    db.close().await.unwrap();
}

async fn an_area_may_have_a_database_of_its_own(database: TestDatabase) {
    let variables =
        [("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"), ("DATABASE_URL_TELEMETRY", database.url())];
    let up = on(&variables, &["up", "--area", "telemetry", "--json"]);
    assert_eq!(up.code, 0, "{up:#?}");
    let answer = json(&up);
    assert_eq!(answer["database"]["from"], "DATABASE_URL_TELEMETRY", "{answer}");

    // The default area does not use it; what is given by hand comes first.
    let status = on(&variables, &["status"]);
    assert!(status.code == 1 && status.stderr.contains("127.0.0.1:1"), "{status:#?}");
    let status = on(&variables, &["status", "--area", "telemetry", "--json", "-u", database.url()]);
    assert_eq!(json(&status)["database"]["from"], "--database-url");
}

#[test]
fn the_database_of_another_area_is_recognised() {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).args(["up", "--area", "telemetry"])).ended_with(0);
    let file = folder.path().join("telemetry.sqlite");
    for verb in ["up", "check", "down"] {
        let refused = run(migration(folder.path()).args(["-u", &format!("sqlite://{}", file.display()), verb]));
        assert_eq!(refused.code, 1, "{refused:#?}");
        let error = refused.stderr.lines().last().unwrap();
        assert!(error.starts_with("error: this is the database of the area telemetry: its revisions m"), "{error}");
        assert!(error.ends_with("say --area telemetry, or name another database"), "{error}");
    }
}

#[test]
fn an_area_that_is_not_there_is_named() {
    let folder = tests::temporary_folder();
    let command = |program: &mut Command| run(program.args(["status", "--area", "elsewhere"]));
    let finished = command(&mut migration(folder.path()));
    assert_eq!(finished.code, 1);
    let names: Vec<&str> = tests::areas().map(|(name, _)| name).collect();
    let expected = format!("error: there is no area elsewhere; choose one with --area: {}\n", names.join(", "));
    assert_eq!(finished.stderr, expected);
    let finished = command(&mut crate::adopted(folder.path()));
    assert_eq!(finished.stderr, "error: this project has one history and no areas; leave out --area elsewhere\n");
    assert!(folder.path().read_dir().unwrap().next().is_none(), "nothing was made");
}

#[test]
fn the_embedded_default_of_an_area_is_a_file_of_its_own() {
    let folder = tests::temporary_folder();
    let up = run(migration(folder.path()).args(["up", "--area", "telemetry"]));
    assert_eq!(up.code, 0, "{up:#?}");
    assert!(folder.path().join("telemetry.sqlite").exists() && !folder.path().join("alarms.sqlite").exists());
}
