//! `drift` names the one object that was changed and the side it differs on, for every kind of object, and nothing else.
//!
//! # How to add a kind
//!
//! The object in `SETUP` of the backends that have it, and a case that changes it and back.

mod mariadb;
mod postgres;
mod sqlite;
mod timescale;

use migration_engine::{EngineError, Project, Runner, schema::drift::drift};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute, has_table},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(
    the_alarms_schema_does_not_drift,
    every_kind_of_object_is_compared,
    only_applied_revisions_are_expected,
    what_is_no_schema_is_no_drift,
);

/// A change, how the differences it makes begin, and what undoes it.
type Case = (&'static str, &'static [&'static str], &'static str);

/// A revision that makes an object of every kind the backend has.
fn create_plant(backend: Backend) -> Inline {
    let create = |setup: &[&str]| Inline::new("m1_create_plant", "", "").then_all(setup);
    match backend {
        Backend::Sqlite => create(sqlite::SETUP),
        Backend::Mariadb => create(mariadb::SETUP),
        Backend::Postgres => create(postgres::SETUP),
        Backend::Timescale => create(postgres::SETUP).then_all(timescale::SETUP),
    }
}

async fn lines(runner: &Runner) -> Vec<String> {
    drift(runner).await.unwrap().iter().map(ToString::to_string).collect()
}

async fn the_alarms_schema_does_not_drift(database: TestDatabase) {
    let database = database.up(None).await;
    let runner = database.runner().await;
    assert_eq!(drift(&runner).await.unwrap(), []);
    let drop = if database.backend() == Backend::Mariadb {
        "DROP INDEX alarms_open_idx ON alarms"
    } else {
        "DROP INDEX alarms_open_idx"
    };
    execute(runner.connection(), drop).await;
    let found = lines(&runner).await;
    assert!(found.len() == 1 && found[0].contains("alarms_open_idx is missing from the database"), "{found:#?}");
}

async fn every_kind_of_object_is_compared(database: TestDatabase) {
    // One of the cases is an index that only the server itself, or its administrator, makes invalid.
    let database = database.as_administrator();
    let runner = database.runner_of(project(&[create_plant(database.backend())])).await;
    runner.up(None).await.unwrap();
    assert_eq!(lines(&runner).await, [""; 0], "before any change");
    let cases: Vec<&Case> = match database.backend() {
        Backend::Sqlite => sqlite::CASES.iter().collect(),
        Backend::Mariadb => mariadb::CASES.iter().collect(),
        Backend::Postgres => postgres::CASES.iter().collect(),
        // Each comparison makes a database there, for the name of the aggregate's index.
        Backend::Timescale if !database.has_one_session() => timescale::CASES.iter().collect(),
        Backend::Timescale => timescale::CASES.iter().chain(postgres::CASES).collect(),
    };
    let mut wrong = Vec::new();
    for (change, expected, undo) in cases {
        execute(runner.connection(), change).await;
        let found = lines(&runner).await;
        let named =
            found.len() == expected.len() && found.iter().zip(*expected).all(|(line, begin)| line.starts_with(begin));
        if !named {
            wrong.push(format!("{change}\n  expected {expected:#?}\n  found {found:#?}"));
        }
        execute(runner.connection(), undo).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(lines(&runner).await, [""; 0], "with every change undone");
}

async fn only_applied_revisions_are_expected(database: TestDatabase) {
    let database = database.up(Some(1)).await;
    let runner = database.runner().await;
    assert_eq!(lines(&runner).await, [""; 0], "one of two applied");
    runner.up(None).await.unwrap();
    execute(runner.connection(), "ALTER TABLE alarms DROP COLUMN acknowledged_by").await;
    let found = lines(&runner).await;
    assert!(found[0].starts_with("column alarms.acknowledged_by is missing from the database: text"), "{found:#?}");
    assert_eq!(found.len(), 1, "those behind it stand where they should");
    execute(runner.connection(), "ALTER TABLE alarms ADD COLUMN acknowledged_by text").await;
    assert_eq!(lines(&runner).await, ["column alarms.acknowledged_by stands 18th instead of 11th"], "order counts");
}

async fn what_is_no_schema_is_no_drift(database: TestDatabase) {
    let database = database.up(None).await;
    let runner = database.runner().await;
    assert!(has_table(runner.connection(), "seaql_migrations_engine").await);
    execute(runner.connection(), "CREATE TABLE _kept_alarms_origin (id integer PRIMARY KEY)").await;
    assert_eq!(lines(&runner).await, [""; 0]);
    execute(runner.connection(), "CREATE TABLE seaql_migrations_engines (id integer)").await;
    let found = lines(&runner).await;
    assert!(found[0].starts_with("table seaql_migrations_engines is not expected"), "{found:#?}");
}

/// TimescaleDB keeps the intervals of a job as text, in the style of the session that made it.
#[tokio::test]
async fn jobs_are_compared_by_their_intervals() {
    let database = TestDatabase::create(Backend::Timescale).await;
    database.up_of("telemetry", migration::areas::telemetry::project, None).await;
    let runner = database.runner_of(migration::areas::telemetry::project()).await;
    let db = runner.connection();
    execute(db, "SET IntervalStyle = iso_8601").await;
    for key in ["start_offset", "end_offset", "drop_after", "compress_after"] {
        let other = format!(
            "SELECT alter_job(job_id, config => jsonb_set(config, '{{{key}}}', to_jsonb((config ->> '{key}')::interval::text))) \
             FROM timescaledb_information.jobs WHERE hypertable_schema = current_schema() AND config ->> '{key}' IS NOT NULL"
        );
        execute(db, &other).await;
    }
    execute(db, "SET IntervalStyle = postgres").await;
    assert!(count(db, "timescaledb_information.jobs WHERE config::text LIKE '%\"P%'").await > 3);
    assert_eq!(lines(&runner).await, [""; 0]);
    let other = "SELECT alter_job(job_id, config => config || '{\"drop_after\": \"P91D\"}') \
         FROM timescaledb_information.jobs WHERE hypertable_schema = current_schema() AND config ? 'drop_after'";
    execute(db, other).await;
    let found = lines(&runner).await;
    assert!(found.len() == 1 && found[0].contains("91 days"), "{found:#?}");
}

/// An index built while others write, after what all backends of PostgreSQL have.
fn concurrently() -> Project {
    let index = Inline::new("m2_create_index_concurrently", "CREATE INDEX CONCURRENTLY plainly ON makers (label)", "");
    project(&[create_plant(Backend::Postgres), index.outside_transaction()])
}

async fn tried_in_a_database_of_its_own(database: TestDatabase) {
    let runner = database.runner_of(concurrently()).await;
    runner.up(None).await.unwrap();
    assert_eq!(lines(&runner).await, [""; 0]);
    execute(runner.connection(), "DROP INDEX plainly").await;
    let found = lines(&runner).await;
    assert!(found.len() == 1 && found[0].starts_with("index plainly is missing"), "{found:#?}");
    assert_eq!(crate::engine::verify::scratch_databases(&runner).await, 0);
}

#[tokio::test]
async fn a_history_outside_transactions_is_tried_in_a_database_of_its_own_on_postgres() {
    tried_in_a_database_of_its_own(TestDatabase::create(Backend::Postgres).await).await;
}

#[tokio::test]
#[ignore = "needs an index built while others write, and TimescaleDB in WebAssembly has one session"]
async fn a_history_outside_transactions_is_tried_in_a_database_of_its_own_on_timescaledb() {
    tried_in_a_database_of_its_own(TestDatabase::native(Backend::Timescale).await).await;
}

/// Where there is one session there is no database of its own, and that is said.
#[tokio::test]
async fn a_server_with_one_session_has_no_place_for_it() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = database.runner_of(concurrently()).await;
    // The index itself would leave damage in WebAssembly.
    runner.up(Some(1)).await.unwrap();
    execute(runner.connection(), "INSERT INTO seaql_migrations VALUES ('m2_create_index_concurrently', 1)").await;
    let found = drift(&runner).await;
    if database.has_one_session() {
        let error = found.unwrap_err();
        assert!(matches!(error, EngineError::Scratch(_)), "{error}");
        let line = error.on_one_line();
        assert!(line.contains("m2_create_index_concurrently") && line.contains("--database-url"), "{line}");
    } else {
        assert!(found.unwrap().iter().any(|one| one.name == "plainly"), "a native server has several sessions");
    }
}
