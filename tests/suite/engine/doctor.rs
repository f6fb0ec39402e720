//! `doctor` names what an operator has to put right.

use std::time::Duration;

use migration_engine::operate::doctor::{Diagnosis, Health, examine};
use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(a_migrated_database_is_healthy, what_is_unfinished_is_a_problem);

fn about<'d>(diagnoses: &'d [Diagnosis], about: &str) -> &'d Diagnosis {
    diagnoses.iter().find(|one| one.about == about).unwrap_or_else(|| panic!("{about} in {diagnoses:#?}"))
}

async fn a_migrated_database_is_healthy(database: TestDatabase) {
    let database = database.up(None).await;
    let runner = database.runner().await;
    let diagnoses = examine(&runner).await.unwrap();
    // Whether the server limits idle transactions is its own affair.
    assert!(diagnoses.iter().all(|one| one.health == Health::Ok || one.about == "timeouts"), "{diagnoses:#?}");
    assert_eq!(about(&diagnoses, "revisions").finding, "4 applied, 0 pending");
    let server = match database.backend() {
        Backend::Sqlite => "SQLite 3.",
        Backend::Mariadb => "MariaDB",
        Backend::Postgres | Backend::Timescale => "PostgreSQL 1",
    };
    assert!(about(&diagnoses, "server").finding.contains(server), "{diagnoses:#?}");
    let abilities = &about(&diagnoses, "abilities").finding;
    assert_eq!(abilities.contains("hypertables, columnstore"), database.backend() == Backend::Timescale, "{abilities}");
}

async fn what_is_unfinished_is_a_problem(database: TestDatabase) {
    let broken = Inline::table("m2_broken", "halls").then("THIS IS NO SQL").outside_transaction();
    let runner = database.runner_of(project(&[Inline::table("m1_sites", "sites"), broken])).await;
    runner.up(None).await.unwrap_err();
    let diagnoses = examine(&runner).await.unwrap();
    let revisions = about(&diagnoses, "revisions");
    assert_eq!(revisions.health, Health::Problem);
    assert!(revisions.finding.contains("unfinished: m2_broken") && revisions.finding.contains("`up` continues it"));
}

#[tokio::test]
async fn invalid_indexes_and_old_transactions_are_named() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let (db, other) = (database.connect().await, database.connect().await);
    execute(&db, "CREATE TABLE rooms (floor integer); INSERT INTO rooms VALUES (1), (1)").await;
    let duplicates = "CREATE UNIQUE INDEX CONCURRENTLY rooms_floor_key ON rooms (floor)";
    db.execute_unprepared(duplicates).await.expect_err("there are duplicates");
    execute(&other, "SET application_name = 'forgotten'; BEGIN; SELECT count(*) FROM rooms").await;
    tokio::time::sleep(Duration::from_millis(5_200)).await;

    let diagnoses = examine(&database.runner().await).await.unwrap();
    for (what, words) in
        [("invalid indexes", "rooms_floor_key"), ("locks", "(forgotten, idle in transaction) open for ")]
    {
        let found = about(&diagnoses, what);
        assert!(found.health == Health::Problem && found.finding.contains(words), "{words} in {found:?}");
    }
}
