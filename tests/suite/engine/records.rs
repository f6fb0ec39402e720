//! What the database remembers of revisions: checksums, who and how long, unfinished runs, and other tools' rows.

use std::time::Duration;

use migration_engine::{
    EngineError, Runner, Target,
    graph::RevisionTarget,
    session::{Patience, connect},
};
use sea_orm::DbBackend;
use tests::{
    Backend, TestDatabase,
    fixtures::{applied, execute, has_table},
    inline::{Inline, project},
    on_every_backend, scalar,
};

on_every_backend!(
    a_run_is_written_down,
    what_follows_a_revision_without_a_transaction_is_written_down,
    a_changed_revision_is_named_until_it_is_accepted,
    rows_of_other_tools_are_taken_over,
    an_unfinished_revision_is_seen_and_continued,
    an_unfinished_revision_that_fails_again_says_what_to_do,
    a_revision_that_was_done_and_not_written_down_is_written_down,
);

fn sites() -> Inline {
    Inline::table("m1_sites", "sites")
}

fn rooms() -> Inline {
    Inline::table("m2_rooms", "rooms")
}

async fn of_engine(runner: &Runner, column: &str, revision: &str) -> Option<String> {
    let text = if runner.connection().get_database_backend() == DbBackend::MySql { "char" } else { "text" };
    let sql = format!("SELECT CAST({column} AS {text}) FROM seaql_migrations_engine WHERE version = '{revision}'");
    scalar(runner.connection(), &sql).await
}

/// On MySQL the beginning of a revision is written down with the end of the one before, if that one has a transaction.
async fn what_follows_a_revision_without_a_transaction_is_written_down(database: TestDatabase) {
    let alone = || sites().outside_transaction();
    let runner = database.runner_of(project(&[alone(), rooms(), Inline::table("m3_halls", "halls")])).await;
    runner.up(None).await.unwrap();
    let entries = runner.records().await.unwrap().entries;
    assert_eq!(entries.keys().collect::<Vec<_>>(), ["m1_sites", "m2_rooms", "m3_halls"]);
    assert!(entries.values().all(|entry| entry.finished_at.is_some()), "{entries:#?}");
    runner.reset().await.unwrap();
    runner.close().await;

    let broken = rooms().then("SELECT * FROM nowhere");
    let runner = database.runner_of(project(&[alone(), broken])).await;
    runner.up(None).await.unwrap_err();
    let status = runner.status().await.unwrap();
    let stays = database.backend() == Backend::Mariadb;
    assert_eq!(has_table(runner.connection(), "rooms").await, stays, "a change of a table is committed there");
    assert_eq!(status[1].unfinished.is_some(), stays, "{status:#?}");
    runner.close().await;
}

async fn a_run_is_written_down(database: TestDatabase) {
    let runner = database.runner_of(project(&[sites(), rooms()])).await;
    runner.up(None).await.unwrap();
    let checksum = of_engine(&runner, "checksum", "m1_sites").await.unwrap();
    assert!(checksum.starts_with("2:") && checksum.len() == 66, "{checksum}");
    assert!(of_engine(&runner, "applied_by", "m1_sites").await.unwrap().contains('@'));
    assert!(of_engine(&runner, "duration_ms", "m1_sites").await.unwrap().parse::<u32>().unwrap() < 60_000);
    assert_eq!(of_engine(&runner, "engine_version", "m1_sites").await.unwrap(), "0.1.0");
    // The extension, which the alarms enable, is not there: plain PostgreSQL, or TimescaleDB as the harness makes it.
    assert_eq!(of_engine(&runner, "profile", "m1_sites").await.unwrap(), runner.server().profile());
    let status = runner.status().await.unwrap();
    assert!(status.iter().all(|one| !one.is_pending() && !one.changed && one.unfinished.is_none()), "{status:?}");

    runner.down(Some(1)).await.unwrap();
    assert_eq!(of_engine(&runner, "checksum", "m2_rooms").await, None, "reverted and forgotten");
    assert_eq!(applied(runner.connection()).await, ["m1_sites"]);
    runner.reset().await.unwrap();
    for table in ["seaql_migrations", "seaql_migrations_engine"] {
        assert!(!has_table(runner.connection(), table).await, "{table}");
    }
}

async fn a_changed_revision_is_named_until_it_is_accepted(database: TestDatabase) {
    let runner = database.runner_of(project(&[sites()])).await;
    runner.up(None).await.unwrap();
    runner.close().await;

    let changed = sites().then("CREATE INDEX sites_idx ON sites (id)");
    let runner = database.runner_of(project(&[changed.clone(), rooms()])).await;
    assert!(runner.status().await.unwrap()[0].changed);
    let error = runner.up(None).await.unwrap_err();
    assert!(
        matches!(&error, EngineError::ChangedRevisions { revisions } if revisions[0].revision == "m1_sites"),
        "{error}"
    );
    assert!(error.to_string().contains("--accept-changed"), "{error}");
    assert_eq!(applied(runner.connection()).await, ["m1_sites"], "nothing ran");

    let mut runner = runner;
    runner.accept_changed(["m1_sites".to_owned()]);
    assert_eq!(runner.up(None).await.unwrap(), ["m2_rooms"]);
    runner.close().await;
    let runner = database.runner_of(project(&[changed, rooms()])).await;
    assert!(!runner.status().await.unwrap()[0].changed, "accepted for good");
    assert!(runner.up(None).await.unwrap().is_empty());
}

/// What stock SeaORM leaves is a row in its own table.
async fn rows_of_other_tools_are_taken_over(database: TestDatabase) {
    let runner = database.runner_of(project(&[sites(), rooms()])).await;
    let db = runner.connection();
    execute(
        db,
        "CREATE TABLE seaql_migrations (version varchar(255) NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
    )
    .await;
    execute(db, "INSERT INTO seaql_migrations VALUES ('m1_sites', 1700000000)").await;
    execute(db, "CREATE TABLE sites (id integer NOT NULL)").await;
    let status = runner.status().await.unwrap();
    assert!(status[0].applied_at.is_some() && status[0].entry.is_none() && status[1].is_pending(), "{status:?}");

    assert_eq!(runner.up(None).await.unwrap(), ["m2_rooms"]);
    assert_eq!(of_engine(&runner, "applied_by", "m1_sites").await.unwrap(), "another tool");
    assert_eq!(of_engine(&runner, "started_at", "m1_sites").await.unwrap(), "1700000000");
    runner.close().await;
    let runner = database.runner_of(project(&[sites().then("SELECT 1"), rooms()])).await;
    assert!(runner.up(None).await.is_err(), "from then on a change is seen");
    // And back: a row that the other tool took away is pending again, whatever the engine's table says.
    execute(runner.connection(), "DELETE FROM seaql_migrations WHERE version = 'm2_rooms'").await;
    execute(runner.connection(), "DROP TABLE rooms").await;
    let status = runner.status().await.unwrap();
    assert!(status[1].is_pending() && status[1].entry.is_none(), "{status:?}");
}

/// As a run that was killed leaves it: the second statement never ran.
fn half_done() -> Inline {
    Inline::new("m2_rooms", "CREATE TABLE IF NOT EXISTS rooms (id integer)", "DROP TABLE IF EXISTS rooms")
        .then("THIS IS NO SQL")
        .outside_transaction()
}

fn convergent() -> Inline {
    Inline::new("m2_rooms", "CREATE TABLE IF NOT EXISTS rooms (id integer)", "DROP TABLE IF EXISTS rooms")
        .outside_transaction()
}

async fn an_unfinished_revision_is_seen_and_continued(database: TestDatabase) {
    for back in [false, true] {
        let runner = database.runner_of(project(&[sites(), half_done()])).await;
        runner.up(None).await.unwrap_err();
        let status = runner.status().await.unwrap();
        let unfinished = status[1].unfinished.as_ref().expect("seen");
        assert!(status[1].is_pending() && status[1].applied_at.is_none() && unfinished.applied_by.contains('@'));
        assert_eq!(runner.tables().await.unwrap(), ["rooms", "sites"]);
        runner.close().await;

        let runner = database.runner_of(project(&[sites(), convergent()])).await;
        if back {
            assert_eq!(runner.down(Some(1)).await.unwrap(), ["m2_rooms"], "what is half done can be reverted");
            assert_eq!(runner.tables().await.unwrap(), ["sites"]);
        } else {
            assert_eq!(runner.up(None).await.unwrap(), ["m2_rooms"]);
            assert!(!runner.status().await.unwrap()[1].is_pending());
            assert_eq!(runner.down(Some(2)).await.unwrap(), ["m2_rooms", "m1_sites"]);
        }
        assert_eq!(of_engine(&runner, "version", "m2_rooms").await, None);
        runner.close().await;
    }
}

async fn an_unfinished_revision_that_fails_again_says_what_to_do(database: TestDatabase) {
    let runner = database.runner_of(project(&[sites(), half_done()])).await;
    runner.up(None).await.unwrap_err();
    let error = runner.up_to(&RevisionTarget::Head).await.unwrap_err();
    let text = error.on_one_line();
    for words in
        ["revision m2_rooms failed on up", "did not finish", "`migration show m2_rooms`", "`migration stamp m2_rooms`"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
    runner.close().await;
}

/// Killed between its only statement and the note, as it can happen where every change is committed by itself.
async fn a_revision_that_was_done_and_not_written_down_is_written_down(database: TestDatabase) {
    let plain = || Inline::table("m2_rooms", "rooms").outside_transaction();
    let runner = database.runner_of(project(&[sites(), plain()])).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    execute(db, "DELETE FROM seaql_migrations WHERE version = 'm2_rooms'").await;
    execute(db, "UPDATE seaql_migrations_engine SET finished_at = NULL WHERE version = 'm2_rooms'").await;
    assert!(runner.status().await.unwrap()[1].unfinished.is_some());
    assert_eq!(runner.up(None).await.unwrap(), ["m2_rooms"], "the table is there, as the revision makes it");
    assert!(!runner.status().await.unwrap()[1].is_pending());

    // With another column it is not what the revision makes.
    execute(db, "DELETE FROM seaql_migrations WHERE version = 'm2_rooms'").await;
    execute(db, "UPDATE seaql_migrations_engine SET finished_at = NULL WHERE version = 'm2_rooms'").await;
    execute(db, "ALTER TABLE rooms ADD COLUMN floor integer").await;
    assert!(matches!(runner.up(None).await.unwrap_err(), EngineError::Unfinished { .. }));
    runner.close().await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let patience = Patience { statement_timeout: Some(Duration::from_millis(200)), ..Patience::default() };
    let slow = project(&[Inline::new("m1_slow", "SELECT pg_sleep(20)", "")]);
    let target = Target::parse(database.url(), "the test").unwrap();
    let runner = Runner::connect(slow, target, &connect::Settings::default(), patience).await.unwrap();
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("m1_slow") && error.contains("statement timeout"), "{error}");
    assert!(runner.status().await.unwrap()[0].is_pending());
}
