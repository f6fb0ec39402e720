//! The schema that the revisions of every area produce: equal to the checked-in dump, the same after down and up, proved
//! with rows, and written down without a database.

use std::{env, fs};

use migration_engine::{
    Project,
    recording::{self, Profile},
    schema::verify::{Outcome, verify},
};
use tests::{Backend, TestDatabase, areas, catalog, on_every_backend, workspace};

on_every_backend!(equals_the_checked_in_dump, every_area_is_proved);

async fn equals_the_checked_in_dump(database: TestDatabase) {
    let backend = given_back(database);
    for (area, project) in areas() {
        is_dumped(&TestDatabase::create(backend).await, area, project).await;
    }
}

async fn every_area_is_proved(database: TestDatabase) {
    let backend = given_back(database);
    for (area, project) in areas() {
        is_proved(&TestDatabase::create(backend).await, area, project).await;
    }
}

/// Its backend. There are few databases of some kinds, and whoever holds one must not wait for another.
fn given_back(database: TestDatabase) -> Backend {
    let backend = database.backend();
    drop(database);
    backend
}

/// Each revision goes up, down and up over the rows of all seeds, and loses none.
async fn is_proved(database: &TestDatabase, area: &str, project: Project) {
    let revisions = project.revision_names().len();
    let runner = database.runner_of(project).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    // What a revision may lose, it says.
    let strict = verified.iter().filter(|one| one.may_lose_rows.is_none());
    // A column that `down` adds back stands last, which is a note.
    let findings = strict.flat_map(|one| &one.findings).filter(|finding| !finding.is_note());
    let findings: Vec<String> = findings.map(ToString::to_string).collect();
    assert_eq!(findings, [""; 0], "{area}");
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{area}: {verified:#?}");
    assert_eq!(verified.len(), revisions, "{area}");
}

const PROFILES: [Profile; 5] =
    [Profile::Timescaledb, Profile::TimescaledbApache, Profile::Postgres, Profile::Sqlite, Profile::Mysql];

#[tokio::test]
async fn every_revision_can_be_recorded_without_a_database() {
    for (area, project) in areas() {
        for profile in PROFILES {
            for recorded in recording::record(&project.revisions(), profile.capability(None)).await.unwrap() {
                let down = recorded.down.expect("a way back");
                assert_eq!(recorded.up.unanswered, [""; 0], "{area} {profile:?} {}", recorded.up.revision);
                assert_eq!(down.unanswered, [""; 0], "{area} {profile:?} {}", down.revision);
            }
        }
    }
}

/// The finished schema of an area is the checked-in dump. All the way down is an empty schema, and up from there the same
/// one again; that each single revision goes back and forth is what `every_area_is_proved` proves.
async fn is_dumped(database: &TestDatabase, area: &str, project: Project) {
    let runner = database.runner_of(project).await;
    let empty = catalog(&runner).await;
    runner.up(None).await.unwrap();
    let made = catalog(&runner).await;
    let dump = runner.schema_sql().await.unwrap();
    let text =
        format!("-- The finished schema of the area {area}. Written by `make schema`, never edited by hand.\n\n{dump}");
    equals(&format!("migration/schema/{}/{area}.sql", database.backend().profile()), &text, "make schema");
    runner.down(None).await.unwrap();
    assert_eq!(catalog(&runner).await.diff(&empty), [], "{area} after down");
    runner.up(None).await.unwrap();
    let again = catalog(&runner).await;
    assert_eq!(again.diff(&made), [], "{area} after up again");
    assert_eq!(again.fingerprint(), made.fingerprint(), "{area}");
    if matches!(database.backend(), Backend::Postgres | Backend::Timescale) {
        let left = "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'migration%'";
        assert_eq!(tests::rows_as_text(runner.connection(), left).await, [""; 0], "{area}");
    }
}

#[test]
fn equals_the_checked_in_schema_of_the_json_output() {
    equals("docs/output.schema.json", &migration_engine::cli::json_schema(), "make schema");
}

/// `command` writes the files with these tests, `make verify` compares.
pub fn equals(file: &str, text: &str, command: &str) {
    let path = workspace().join(file);
    if env::var_os("WRITE_SCHEMA").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    if checked_in != text {
        let difference = similar::TextDiff::from_lines(checked_in.as_str(), text);
        panic!("{file} is not what the code makes; run `{command}` and review:\n{}", difference.unified_diff());
    }
}
