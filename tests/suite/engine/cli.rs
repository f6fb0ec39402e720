//! The command line as people use it: where it finds its database, what the verbs do and print.

use std::{fs, path::Path, process::Command};

use tests::{
    Backend, TestDatabase,
    fixtures::{ACTIONS, BASELINE, PREDICTIVE, REVISIONS, applied, execute, has_table},
    on_every_backend,
    process::{Finished, run},
    workspace,
};

use crate::migration;

on_every_backend!(verbs_do_what_they_say, an_applied_revision_that_the_code_lacks_is_named);

/// Runs a command in an empty folder against the database.
fn on(database: &TestDatabase, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).args(["-u", database.url()]).args(arguments))
}

/// What it printed, after checking that it went well.
fn printed(database: &TestDatabase, arguments: &[&str]) -> String {
    let finished = on(database, arguments);
    assert_eq!(finished.code, 0, "{arguments:?}: {finished:#?}");
    assert!(
        finished.stderr.starts_with("database: ") && finished.stderr.contains("from --database-url)"),
        "{finished:#?}"
    );
    finished.stdout
}

/// What the first line calls the server.
fn server(database: &TestDatabase, arguments: &[&str]) -> String {
    let finished = on(database, arguments);
    let first = finished.stderr.lines().next().unwrap_or_default();
    let told = first.split_once(" (").and_then(|(_, told)| told.split_once(", from"));
    told.unwrap_or_else(|| panic!("{finished:#?}")).0.to_owned()
}

/// The extension is one of the server's, and the first revision enables it.
#[tokio::test]
async fn the_first_line_says_what_the_database_becomes() {
    let database = TestDatabase::create(Backend::Timescale).await.as_administrator();
    database.by_administrator("DROP EXTENSION timescaledb").await;
    let before = "PostgreSQL without TimescaleDB";
    assert_eq!(server(&database, &["status"]), before);
    assert_eq!(server(&database, &["up", "--dry-run"]), before);
    let shown = printed(&database, &["up", "--dry-run"]);
    assert!(shown.contains("create_hypertable") && shown.contains("enable_columnstore"), "{shown}");
    let becomes = server(&database, &["up", "-n", "1"]);
    let version = becomes.strip_prefix("PostgreSQL, TimescaleDB ").and_then(|text| text.split_once(' '));
    let (version, rest) = version.unwrap_or_else(|| panic!("{becomes}"));
    assert_eq!(rest, "once this run has enabled it");
    // In WebAssembly that run fails: the one session cannot load the library a second time.
    if !database.has_one_session() {
        assert_eq!(server(&database, &["up"]), format!("TimescaleDB {version}"));
    }

    let plain = TestDatabase::create(Backend::Postgres).await;
    assert_eq!(server(&plain, &["up"]), before, "a server that has none");
}

async fn applied_in(database: &TestDatabase) -> Vec<String> {
    let db = database.connect().await;
    let names = if has_table(&db, "seaql_migrations").await { applied(&db).await } else { vec![] };
    db.close().await.unwrap();
    names
}

async fn verbs_do_what_they_say(database: TestDatabase) {
    let line = |revision: &str, state: &str| format!("{revision:44}  {state}");
    let pending = REVISIONS.map(|revision| line(revision, "pending\n")).concat() + "0 applied, 4 pending\n";
    if database.backend() != Backend::Sqlite {
        assert_eq!(printed(&database, &["status"]), pending);
    }
    let up = printed(&database, &["up", "-n", "1"]);
    assert!(up.starts_with(&format!("up   {BASELINE}  ")) && up.ends_with(" ms\n1 revision applied\n"), "{up}");
    assert_eq!(applied_in(&database).await, [BASELINE]);
    let status = printed(&database, &["status"]);
    let lines: Vec<&str> = status.lines().collect();
    assert!(lines[0].starts_with(&line(BASELINE, "applied 20")) && lines[0].ends_with(" UTC"), "{status}");
    assert_eq!(lines[1], line(PREDICTIVE, "pending"));
    assert_eq!(lines[4..], ["1 applied, 3 pending"]);

    // Nothing said is `up`, and `up` is all of them.
    assert!(printed(&database, &[]).ends_with("3 revisions applied\n"));
    assert_eq!(applied_in(&database).await, REVISIONS);
    assert_eq!(printed(&database, &["up"]), "nothing to apply, the schema is up to date\n");

    // `down` is one.
    let down = printed(&database, &["down"]);
    assert!(down.starts_with(&format!("down {ACTIONS}  ")) && down.ends_with("1 revision reverted\n"), "{down}");
    assert_eq!(applied_in(&database).await, REVISIONS[..3]);
    assert!(printed(&database, &["up", "--num", "5"]).ends_with("1 revision applied\n"));
    assert!(printed(&database, &["down", "-n", "4"]).ends_with("4 revisions reverted\n"));
    assert!(applied_in(&database).await.is_empty());
    assert_eq!(printed(&database, &["down"]), "nothing to revert, no revision is applied\n");
    assert_eq!(printed(&database, &["status"]), pending);
}

async fn an_applied_revision_that_the_code_lacks_is_named(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let db = database.connect().await;
    execute(&db, "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20300101_000000_of_the_future', 1)")
        .await;
    db.close().await.unwrap();
    for verb in [&["up"][..], &["down"], &["status"], &["reset"]] {
        let finished = on(&database, verb);
        assert_eq!(finished.code, 1, "{verb:?} {finished:#?}");
        let error = finished.stderr.lines().last().unwrap();
        assert!(
            error.starts_with("error: applied but missing from the code: m20300101_000000_of_the_future; "),
            "{error}"
        );
    }
    assert_eq!(applied_in(&database).await.len(), 2, "nothing changed");
}

#[test]
fn the_flag_goes_before_the_variable_before_the_file_before_the_embedded_database() {
    let folder = tests::temporary_folder();
    let files = || {
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".sqlite"))
            .collect();
        names.sort();
        names
    };
    let up = |command: &mut Command, expected: &str| {
        let finished = run(command);
        assert_eq!(finished.code, 0, "{finished:#?}");
        let first = finished.stderr.lines().next().unwrap();
        assert!(first.starts_with("database: ") && first.ends_with(expected), "{expected} is not the end of {first}");
    };
    up(&mut migration(folder.path()), "from the embedded default)");
    assert_eq!(files(), ["alarms.sqlite"]);

    fs::write(folder.path().join(".env"), "OTHER=1\nDATABASE_URL=sqlite://of_file.sqlite\n").unwrap();
    up(&mut migration(folder.path()), "from .env)");
    assert_eq!(files(), ["alarms.sqlite", "of_file.sqlite"]);
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    up(&mut migration(&below), "from .env)");

    up(migration(folder.path()).env("DATABASE_URL", "sqlite://of_variable.sqlite"), "from DATABASE_URL)");
    assert_eq!(files(), ["alarms.sqlite", "of_file.sqlite", "of_variable.sqlite"]);
    // An empty variable, as compose files leave it, is none.
    up(migration(folder.path()).env("DATABASE_URL", ""), "from .env)");

    let mut flag = migration(folder.path());
    flag.env("DATABASE_URL", "sqlite://of_variable.sqlite");
    up(flag.args(["up", "--database-url", "sqlite://of_flag.sqlite"]), "from --database-url)");
    assert_eq!(files(), ["alarms.sqlite", "of_file.sqlite", "of_flag.sqlite", "of_variable.sqlite"]);
}

#[test]
fn a_bad_url_is_not_passed_over_for_the_next_source() {
    let folder = tests::temporary_folder();
    fs::write(folder.path().join(".env"), "DATABASE_URL=sqlite://of_file.sqlite\n").unwrap();
    let finished = run(migration(folder.path()).env("DATABASE_URL", "garbage"));
    assert_eq!(finished.code, 1);
    assert!(
        finished.stderr.contains("DATABASE_URL") && !folder.path().join("of_file.sqlite").exists(),
        "{finished:#?}"
    );
}

#[test]
fn looking_does_not_make_a_database() {
    let folder = tests::temporary_folder();
    let finished = run(migration(folder.path()).arg("status"));
    assert_eq!(finished.code, 1, "{finished:#?}");
    assert!(finished.stderr.contains("alarms.sqlite") && finished.stderr.contains("`up`"), "{}", finished.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn generate_writes_a_revision_and_lists_it() {
    let copy = tests::temporary_folder();
    let area = copy.path().join("src/areas/alarms");
    fs::create_dir_all(&area).unwrap();
    let list = |of: &Path| fs::read_to_string(of.join("mod.rs")).unwrap();
    let original = workspace().join("migration/src/areas/alarms");
    for file in fs::read_dir(&original).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), area.join(file.file_name())).unwrap();
    }
    let generate = |arguments: &[&str]| {
        run(migration(copy.path()).env("CARGO_MANIFEST_DIR", copy.path()).arg("generate").args(arguments))
    };
    let finished = generate(&["add_sensor_site", "--area", "alarms"]);
    assert_eq!(finished.code, 0, "{finished:#?}");
    let path = copy.path().join(finished.stdout.trim());
    let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
    assert!(stem.starts_with("m20") && stem.ends_with("_add_sensor_site") && stem.len() == 32, "{stem}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("impl MigrationTrait for Migration") && text.contains("async fn down"), "{text}");
    let (before, after) = (list(&original), list(&area));
    let added: Vec<&str> = after.lines().filter(|line| !before.contains(line)).map(str::trim).collect();
    assert_eq!(added, [format!("mod {stem};"), format!("{stem},")]);
    let listed = |name: &str| after.find(&format!("    {name},"));
    assert!(listed(&stem) > listed(ACTIONS), "the newest comes last");
    for bad in [&["Add-Site"][..], &["add_site", "--area", "nowhere"]] {
        let finished = generate(bad);
        assert_eq!((finished.code, finished.stdout.as_str()), (1, ""), "{finished:#?}");
        assert!(finished.stderr.starts_with("error: ") && finished.stderr.lines().count() == 1, "{finished:#?}");
    }
    assert_eq!(list(&area), after);
    // From any folder of the project, without cargo; elsewhere it says where.
    let from = |folder: &Path| {
        run(migration(folder).env_remove("CARGO_MANIFEST_DIR").args(["new", "add_more", "--area", "alarms"]))
    };
    let below = from(&copy.path().join("src/areas"));
    assert_eq!(below.code, 0, "{below:#?}");
    assert!(list(&area).contains("_add_more,"));
    let elsewhere = from(tests::temporary_folder().path());
    assert!(elsewhere.code == 1 && elsewhere.stderr.contains("in the folder of that crate"), "{elsewhere:#?}");
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = tests::temporary_folder();
    for arguments in [&["upp"][..], &["up", "-n", "many"], &["stamp"]] {
        let finished = run(migration(folder.path()).args(arguments));
        assert_eq!(finished.code, 2, "{finished:#?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
