//! A trial of revisions is like a run of them: bookkeeping, settings and extensions are what they would be.

use migration_engine::schema::{
    drift::drift,
    verify::{Outcome, verify},
};
use tests::{
    Backend, TestDatabase,
    fixtures::{self, has_table, with_current_database},
    inline::{Inline, project},
    on_every_backend, rows_as_text,
};

on_every_backend!(only: [postgres, mariadb, sqlite], "TimescaleDB changes nothing about bookkeeping"; a_revision_may_read_the_bookkeeping);

const COUNTED: &str = "INSERT INTO counted SELECT count(*) FROM seaql_migrations WHERE version LIKE 'm%'";

async fn a_revision_may_read_the_bookkeeping(database: TestDatabase) {
    // As the upgrade path of a public project does.
    let first = Inline::new("m1_first", "CREATE TABLE counted (applied integer NOT NULL)", "DROP TABLE counted");
    let copies =
        Inline::new("m2_copies", "CREATE TABLE copied AS SELECT version FROM seaql_migrations", "DROP TABLE copied");
    let counts = Inline::new("m3_counts", COUNTED, "DELETE FROM counted WHERE applied < 10");
    let runner = database.runner_of(project(&[first, copies, counts])).await;
    runner.up(None).await.unwrap();
    assert_eq!(
        tests::scalar(runner.connection(), "SELECT CAST(applied AS char(4)) FROM counted").await.unwrap().trim(),
        "2"
    );
    assert_eq!(drift(&runner).await.unwrap(), []);
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert!(verified.iter().all(|one| one.outcome == Outcome::Proved), "{verified:#?}");
    runner.reset().await.unwrap();
    assert!(!has_table(runner.connection(), "counted").await);
}

#[tokio::test]
async fn an_extension_is_made_by_the_revision_that_makes_it() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let make = Inline::new("m1_search", "CREATE EXTENSION pg_trgm", "DROP TABLE notes")
        .then("CREATE TABLE notes (note text)")
        .then("CREATE INDEX notes_idx ON notes USING gin (note gin_trgm_ops)")
        .back("DROP EXTENSION pg_trgm");
    let runner = database.runner_of(project(&[make])).await;
    runner.up(None).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!(verified[0].outcome, Outcome::Proved, "{verified:#?}");
    runner.fresh(false).await.unwrap();
    runner.refresh().await.unwrap();
    runner.reset().await.unwrap();
    let left = "SELECT extname::text FROM pg_extension WHERE extname = 'pg_trgm'";
    assert_eq!(rows_as_text(runner.connection(), left).await, [""; 0]);
}

#[tokio::test]
async fn a_revision_may_read_the_settings_of_its_database() {
    let database = TestDatabase::create(Backend::Postgres).await;
    database.by_administrator(&with_current_database("ALTER DATABASE %I SET plant.site = 'it''s Ulm'")).await;
    database
        .by_administrator(&with_current_database("ALTER ROLE test_owner IN DATABASE %I SET plant.hall = '7'"))
        .await;
    let up = "DO $$ BEGIN EXECUTE format('CREATE TABLE %I (id int)', current_setting('plant.site') || current_setting('plant.hall')); END $$";
    let made = Inline::new("m1_site", up, "DROP TABLE \"it's Ulm7\"");
    let runner = database.runner_of(project(&[made])).await;
    runner.up(None).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!(verified[0].outcome, Outcome::Proved, "{verified:#?}");
}

/// The definition of an index names the schema of what it uses, unless that is on the search path.
#[tokio::test]
async fn an_extension_in_another_schema_is_named_in_a_trial_as_it_is_in_a_run() {
    for path in ["", "app, extra"] {
        let database = TestDatabase::create(Backend::Postgres).await;
        if !path.is_empty() {
            database
                .by_administrator(&with_current_database(&format!("ALTER DATABASE %I SET search_path = {path}")))
                .await;
        }
        let db = database.connect().await;
        fixtures::execute(&db, "CREATE SCHEMA app; CREATE SCHEMA extra; CREATE EXTENSION pg_trgm SCHEMA extra").await;
        db.close().await.unwrap();
        let class = if path.is_empty() { "extra.gin_trgm_ops" } else { "gin_trgm_ops" };
        let make = Inline::new("m1", "CREATE TABLE notes (note text)", "DROP TABLE notes")
            .then(&format!("CREATE INDEX notes_idx ON notes USING gin (note {class})"));
        let runner = database.runner_of(project(&[make])).await;
        runner.up(None).await.unwrap();
        assert_eq!(drift(&runner).await.unwrap(), [], "{path}");
        let verified = verify(&runner, |_| {}).await.unwrap();
        assert_eq!(verified[0].outcome, Outcome::Proved, "{verified:#?}");
        runner.close().await;
    }
}

/// It is there in another schema of the database, so a trial in a schema of its own would not make it.
#[tokio::test]
async fn a_revision_may_look_for_a_type_in_the_whole_database() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let domain = "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'lamports') THEN \
        CREATE DOMAIN lamports AS numeric(23, 0); END IF; END $$";
    let make = Inline::new("m1_accounts", domain, "DROP TABLE accounts").then("CREATE TABLE accounts (owned lamports)");
    let runner = database.runner_of(project(&[make.back("DROP DOMAIN lamports")])).await;
    runner.up(None).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
    runner.close().await;
}

#[tokio::test]
async fn what_runs_outside_of_transactions_alone_says_so() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let index = Inline::table("m1_rooms", "rooms").then("CREATE INDEX CONCURRENTLY rooms_id ON rooms (id)");
    let runner = database.runner_of(project(&[index])).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("let its use_transaction() return Some(false): CREATE INDEX CONCURRENTLY"), "{error}");
    runner.close().await;
}
