//! What `check` and `verify` print is what a person reads first: one entry for what was lost, long definitions line by
//! line, where to begin.

use std::path::Path;

use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    on_every_backend,
    process::{Finished, command, run},
};

use crate::migration;

on_every_backend!(a_lost_table_is_one_entry, a_column_that_stands_elsewhere_is_a_note);

fn check(database: &TestDatabase, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    run(migration(folder.path()).args(["-u", database.url(), "check"]).args(arguments))
}

async fn changed(database: &TestDatabase, statements: &[&str]) {
    let db = database.connect().await;
    for sql in statements {
        execute(&db, sql).await;
    }
    db.close().await.unwrap();
}

async fn a_lost_table_is_one_entry(database: TestDatabase) {
    let database = database.up(None).await;
    changed(&database, &["DROP TABLE alarms"]).await;
    let checked = check(&database, &[]);
    assert_eq!(checked.code, 4, "{checked:#?}");
    let lines: Vec<&str> = checked.stdout.lines().collect();
    assert_eq!(lines[..2], ["drift: 1 difference between database and revisions", "  table"], "{}", checked.stdout);
    let entry = lines[2];
    assert!(entry.starts_with("    alarms is missing from the database, with 18 columns, 1 primary key"), "{entry}");
    assert_eq!(lines[3..], ["not in order"]);
    let json: serde_json::Value = serde_json::from_str(&check(&database, &["--json"]).stdout).unwrap();
    let drift = &json["result"]["drift"];
    assert_eq!((drift.as_array().unwrap().len(), drift[0]["name"].as_str()), (1, Some("alarms")));
    assert_eq!(drift[0]["parts"][0]["kind"], "column");
}

async fn a_column_that_stands_elsewhere_is_a_note(database: TestDatabase) {
    let database = database.up(None).await;
    changed(
        &database,
        &["ALTER TABLE alarms DROP COLUMN acknowledged_by", "ALTER TABLE alarms ADD COLUMN acknowledged_by text"],
    )
    .await;
    let checked = check(&database, &[]);
    let expected = "no drift: the live schema is what the applied revisions make\n\
                    note: column alarms.acknowledged_by stands 18th instead of 11th\nin order\n";
    assert_eq!((checked.code, checked.stdout.as_str()), (0, expected), "{checked:#?}");
}

/// The project with a function, in PostgreSQL.
fn written(database: &TestDatabase, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_branched-project")), folder.path());
    run(command.env("WRITTEN", "1").args(["-u", database.url()]).args(arguments))
}

#[tokio::test]
async fn check_shows_long_definitions_line_by_line_and_where_to_begin() {
    let database = TestDatabase::create(Backend::Postgres).await;
    written(&database, &["up", "heads"]).ended_with(0);
    let other = "CREATE OR REPLACE FUNCTION touch() RETURNS timestamptz LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN now();\nEND\n$$";
    changed(&database, &[other, "DROP TABLE probes CASCADE"]).await;
    let checked = written(&database, &["check"]);
    assert_eq!(checked.code, 4);
    let expected = "\
drift: 3 differences between database and revisions
  table
    probes is missing from the database, with 1 column
  view
    probe_numbers is missing from the database: CREATE VIEW probe_numbers AS SELECT probes.id FROM probes
  function
    touch(): expected -, the database has +
    @@ -3,6 +3,6 @@
      LANGUAGE plpgsql
     AS $function$
     BEGIN
    -  RETURN now() + '1 s';
    +  RETURN now();
     END
     $function$
look first at table probes: one of the others names it
not in order
";
    // Before version 16 PostgreSQL writes the table before each column.
    assert_eq!(checked.stdout.replace("SELECT id", "SELECT probes.id"), expected, "{}", checked.stdout);
}

#[tokio::test]
async fn verify_shows_long_definitions_line_by_line() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let verified = written(&database, &["verify"]);
    assert_eq!(verified.code, 4, "{verified:#?}");
    let (_, found) = verified.stdout.split_once("m9_touch_later  failed").unwrap_or_default();
    let lines: Vec<&str> = found.lines().skip(1).collect();
    assert_eq!(lines[..3], ["  after down, function", "    touch() is + and was -", "    @@ -3,6 +3,6 @@"], "{found}");
    assert!(found.contains("\n    -  RETURN now();\n    +  RETURN now() + '2 s';\n"), "{found}");
}
