//! Histories that branch, on the command line: heads, merges, targets, and what goes wrong with them.

use std::path::Path;

use migration_engine::schema::drift::drift;
use tests::{
    Backend, TestDatabase,
    fixtures::{applied, count, execute},
    inline::{Inline, project},
    process::{self, Finished},
};

/// The branched project's command line on a database.
fn on(database: &TestDatabase, merged: bool, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_branched-project")), folder.path());
    if merged {
        command.env("MERGED", "1");
    }
    process::run(command.args(["-u", database.url()]).args(arguments))
}

fn printed(database: &TestDatabase, merged: bool, arguments: &[&str]) -> String {
    let finished = on(database, merged, arguments);
    assert_eq!(finished.code, 0, "{arguments:?}: {finished:#?}");
    finished.stdout
}

fn error(database: &TestDatabase, merged: bool, arguments: &[&str]) -> String {
    let finished = on(database, merged, arguments);
    assert_eq!((finished.code, finished.stdout.as_str()), (1, ""), "{arguments:?}: {finished:#?}");
    let line = finished.stderr.lines().last().unwrap().to_owned();
    assert!(line.starts_with("error: "), "{line}");
    line
}

async fn applied_in(database: &TestDatabase) -> Vec<String> {
    let db = database.connect().await;
    let names = applied(&db).await;
    db.close().await.unwrap();
    names
}

#[tokio::test]
async fn a_dry_run_that_cannot_tell_everything_says_so_by_its_exit_code() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    printed(&database, true, &["up"]);
    let folder = tests::temporary_folder();
    let dry_run = |more: &[&str]| {
        let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_branched-project")), folder.path());
        command.env("MERGED", "1").env("ASKING", "1");
        process::run(command.args(["-u", database.url(), "up", "--dry-run"]).args(more))
    };
    let shown = dry_run(&[]);
    assert_eq!(shown.code, 1, "{shown:#?}");
    assert!(shown.stdout.contains("-- up m7_asks\n-- not known before it runs: "), "{shown:#?}");
    let error = shown.stderr.lines().last().unwrap();
    assert!(error.starts_with("error: ") && error.contains("m7_asks"), "{shown:#?}");
    let shown = dry_run(&["--json"]);
    assert_eq!(shown.code, 1, "{shown:#?}");
    assert!(shown.stdout.contains("\"exit_code\": 1") && shown.stdout.contains("\"unknown\""), "{shown:#?}");
}

#[tokio::test]
async fn a_dry_run_refuses_what_is_not_written() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    printed(&database, true, &["up"]);
    let folder = tests::temporary_folder();
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_branched-project")), folder.path());
    command.env("MERGED", "1").env("UNWRITTEN", "1");
    let shown = process::run(command.args(["-u", database.url(), "up", "--dry-run"]));
    assert_eq!(shown.code, 1, "{shown:#?}");
    let error = shown.stderr.lines().last().unwrap();
    assert_eq!(error, "error: revision m7_unwritten has no way up: its up() is not written");
}

/// A line of a public project's `down` stood in the script otherwise, and the client stopped at it.
#[tokio::test]
async fn what_a_revision_prints_is_no_part_of_a_script() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let folder = tests::temporary_folder();
    let finished = |arguments: &[&str]| {
        let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_branched-project")), folder.path());
        process::run(command.env("MERGED", "1").env("PRINTING", "1").args(["-u", database.url()]).args(arguments))
    };
    for arguments in [["sql", "up"].as_slice(), &["up"], &["status", "--json"]] {
        let finished = finished(arguments);
        assert_eq!(finished.code, 0, "{finished:#?}");
        assert!(!finished.stdout.contains("not written") && !finished.stdout.contains("half a line"), "{finished:#?}");
        assert!(finished.stderr.contains("the way down is not written\n"), "{finished:#?}");
        assert!(finished.stdout.contains("m7_prints"), "{finished:#?}");
    }
}

#[tokio::test]
async fn two_heads_need_to_be_asked_for_and_a_merge_ends_that() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let heads = error(&database, false, &["up"]);
    for words in ["2 heads: m3_lines, m4_probes", "`merge`", "`heads`"] {
        assert!(heads.contains(words), "{words} in {heads}");
    }
    let check = on(&database, false, &["check"]).stdout;
    assert!(check.contains("2 heads, m3_lines and m4_probes; join them first: migration merge"), "{check}");
    assert_eq!(printed(&database, false, &["heads"]), "m3_lines\nm4_probes\n");
    assert_eq!(printed(&database, false, &["branches"]), "m1_sites\n  -> m2_sensors\n  -> m3_lines\n");

    assert!(printed(&database, false, &["up", "heads"]).ends_with("4 revisions applied\n"));
    assert_eq!(printed(&database, false, &["current"]), "m3_lines\nm4_probes\n");
    // The same database with the merge: only what is new runs.
    assert!(printed(&database, true, &["up"]).ends_with("2 revisions applied\n"));
    assert_eq!(printed(&database, true, &["current"]), "m6_plants\n");
    assert_eq!(printed(&database, true, &["check"]).lines().last(), Some("in order"));
    assert!(printed(&database, true, &["down", "base"]).ends_with("6 revisions reverted\n"));
    assert!(applied_in(&database).await.is_empty());
}

#[tokio::test]
async fn targets_go_where_they_say() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    // A revision brings its own past and nothing else.
    printed(&database, true, &["up", "m4"]);
    assert_eq!(applied_in(&database).await, ["m1_sites", "m2_sensors", "m4_probes"]);
    printed(&database, true, &["up", "sites"]);
    assert_eq!(applied_in(&database).await, ["m1_sites", "m2_sensors", "m3_lines", "m4_probes"]);
    printed(&database, true, &["up", "+1"]);
    printed(&database, true, &["up", "m5_join+1"]);
    assert_eq!(applied_in(&database).await.len(), 6);
    // `-1` is the last one; a revision stays itself, and so does the other branch.
    printed(&database, true, &["down", "-1"]);
    assert_eq!(applied_in(&database).await.last().unwrap(), "m5_join");
    printed(&database, true, &["down", "m2_sensors"]);
    assert_eq!(applied_in(&database).await, ["m1_sites", "m2_sensors", "m3_lines"]);

    let shown = printed(&database, true, &["show", "m5"]);
    assert!(shown.contains("parents     m3_lines, m4_probes") && shown.contains("state       pending"), "{shown}");
    let history = printed(&database, true, &["history"]);
    let lines: Vec<&str> = history.lines().collect();
    assert!(lines[0].contains("m6_plants") && lines[0].contains("(head)"), "{history}");
    assert!(history.contains("(merge)") && history.contains("(branch)") && history.contains('\\'), "{history}");
    let part = printed(&database, true, &["history", "m1:m3"]);
    assert!(part.contains("m3_lines") && !part.contains("m1_sites") && !part.contains("m4"), "{part}");
}

#[tokio::test]
async fn wrong_targets_say_what_was_meant() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    printed(&database, true, &["up", "m1"]);
    for (arguments, words) in [
        (&["up", "m3_lins"][..], "did you mean m3_lines?"),
        (&["up", "m"], "is the beginning of 6 revisions"),
        (&["up", "base"], "use `down base`"),
        (&["down", "+1"], "use `up +1`"),
        (&["down", "m4"], "m4_probes is not applied"),
        (&["up", "m1+1"], "m2_sensors"),
        (&["show", "heds"], "did you mean heads"),
        (&["stamp", "m9"], "no revision, area or target is called \"m9\""),
    ] {
        let line = error(&database, true, arguments);
        assert!(line.contains(words), "{words} in {line}");
    }
    assert_eq!(applied_in(&database).await, ["m1_sites"]);
}

/// The search path leads on to `public`, whose bookkeeping is another one.
#[tokio::test]
async fn a_schema_has_records_of_its_own() {
    let database = TestDatabase::create(Backend::Postgres).await;
    printed(&database, true, &["up", "m3"]);
    let db = database.connect().await;
    execute(&db, "CREATE SCHEMA tenant").await;
    assert!(printed(&database, true, &["-s", "tenant", "status"]).ends_with("0 applied, 6 pending\n"));
    assert!(printed(&database, true, &["-s", "tenant", "up"]).ends_with("6 revisions applied\n"));
    assert_eq!(count(&db, "tenant.seaql_migrations").await, 6);
    assert_eq!(applied(&db).await, ["m1_sites", "m3_lines"]);
    assert_eq!(printed(&database, true, &["-s", "tenant", "up"]), "nothing to apply, the schema is up to date\n");
}

#[tokio::test]
async fn a_dry_run_shows_the_sql_and_changes_nothing() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let plan = printed(&database, true, &["up", "m3", "--dry-run"]);
    let expected = "-- up m1_sites\nCREATE TABLE sites (id integer NOT NULL);\n\n-- up m3_lines\nCREATE TABLE lines (id integer NOT NULL);\n\n\
                    -- 2 revisions would run; nothing was changed\n";
    assert_eq!(plan, expected);
    assert!(database.runner().await.tables().await.unwrap().is_empty());
    printed(&database, true, &["up", "m3"]);
    let plan = printed(&database, true, &["down", "base", "--dry-run"]);
    assert!(plan.starts_with("-- down m3_lines\nDROP TABLE lines;\n\n-- down m1_sites\n"), "{plan}");
    assert_eq!(applied_in(&database).await.len(), 2);
}

#[tokio::test]
async fn every_command_answers_in_json() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    printed(&database, true, &["up", "m4"]);
    for (arguments, kind, code) in [
        (&["up", "m3"][..], "run", 0),
        (&["down", "-1"], "run", 0),
        (&["status"], "status", 0),
        (&["history"], "history", 0),
        (&["current"], "revisions", 0),
        (&["heads"], "revisions", 0),
        (&["branches"], "branches", 0),
        (&["show", "m5"], "show", 0),
        (&["stamp", "m1"], "stamp", 0),
        (&["sql", "up", "--backend", "sqlite"], "sql", 0),
        (&["check"], "check", 3),
        (&["verify"], "verify", 0),
        (&["lint"], "lint", 0),
        (&["lint", "--list"], "rules", 0),
        (&["doctor"], "doctor", 0),
        (&["schema"], "schema", 0),
        (&["refresh", "--yes"], "done", 0),
    ] {
        let finished = on(&database, true, &[arguments, &["--json"]].concat());
        assert_eq!(finished.code, code, "{arguments:?} {finished:#?}");
        let output: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
        assert_eq!((&output["result"]["kind"], &output["exit_code"]), (&kind.into(), &code.into()), "{output:#}");
        assert_eq!((&output["command"], &output["error"]), (&arguments[0].into(), &serde_json::Value::Null));
    }
    let failed = on(&database, true, &["up", "nowhere", "--json"]);
    let output: serde_json::Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!((failed.code, &output["exit_code"]), (1, &1.into()));
    assert!(output["error"].as_str().unwrap().contains("nowhere") && output["result"].is_null(), "{output:#}");
}

#[tokio::test]
async fn quiet_says_nothing_but_errors() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let finished = on(&database, true, &["up", "--quiet"]);
    assert_eq!((finished.code, finished.stdout.as_str(), finished.stderr.as_str()), (0, "", ""));
    let finished = on(&database, true, &["up", "nowhere", "-q"]);
    assert_eq!((finished.code, finished.stdout.as_str()), (1, ""));
    assert!(finished.stderr.starts_with("error: "), "{}", finished.stderr);
}

/// Two branches give a table a column each, and a database had the later one first.
#[tokio::test]
async fn a_branch_that_is_merged_behind_another_is_no_drift() {
    let column = |name: &'static str, column: &str| {
        let alter = |action: &str| format!("ALTER TABLE sites {action} COLUMN {column}");
        Inline::new(name, &(alter("ADD") + " integer"), &alter("DROP")).after(&["m1_sites"])
    };
    let sites = || Inline::table("m1_sites", "sites");
    let database = TestDatabase::create(Backend::Postgres).await;
    let runner = database.runner_of(project(&[sites(), column("m3_b", "b")])).await;
    runner.up(None).await.unwrap();
    runner.close().await;
    let join = Inline::new("m4_join", "", "").after(&["m2_a", "m3_b"]);
    let runner = database.runner_of(project(&[sites(), column("m2_a", "a"), column("m3_b", "b"), join])).await;
    runner.up(None).await.unwrap();
    let differences = drift(&runner).await.unwrap();
    assert!(differences.len() == 1 && differences[0].is_position(), "{differences:#?}");
}
