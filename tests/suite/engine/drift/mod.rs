//! `drift` names the one object that was changed and the side it differs on, for every kind of object, and nothing else.
//!
//! # How to add a kind
//!
//! The object in `SETUP` of the backends that have it, and a case that changes it and back.

mod mariadb;
mod postgres;
mod sqlite;
mod timescale;

use migration_engine::{EngineError, Project, Runner, drift::drift, sea_orm_migration::prelude::*};
use sea_orm::{ConnectionTrait, DbBackend};
use tests::{
    Backend, TestDatabase,
    fixtures::{execute, has_table},
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

/// A project with an object of every kind the backend has.
struct Plant;

struct CreatePlant;

impl MigrationName for CreatePlant {
    fn name(&self) -> &'static str {
        "m1_create_plant"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreatePlant {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let setup = match manager.get_database_backend() {
            DbBackend::Postgres => postgres::SETUP,
            DbBackend::MySql => mariadb::SETUP,
            _ => sqlite::SETUP,
        };
        for statement in setup {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// The part that needs TimescaleDB.
struct CreateMetrics;

impl MigrationName for CreateMetrics {
    fn name(&self) -> &'static str {
        "m2_create_metrics"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateMetrics {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use migration_timescale::TimescaleManager;
        if manager.enable_timescaledb().await?.has_columnstore() {
            for statement in timescale::SETUP {
                manager.get_connection().execute_unprepared(statement).await?;
            }
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl MigratorTrait for Plant {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(CreatePlant), Box::new(CreateMetrics)]
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
    let runner = database.runner_of(Project::new(Plant)).await;
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
    let column = "ALTER TABLE alarms DROP COLUMN acknowledged_by";
    execute(runner.connection(), column).await;
    let found = lines(&runner).await;
    assert!(found[0].starts_with("column alarms.acknowledged_by is missing from the database: 11 "), "{found:#?}");
    assert!(
        found[1].starts_with("column alarms.") && found[1].contains("the database has"),
        "order counts: {found:#?}"
    );
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

/// A history that PostgreSQL does not run in one transaction.
struct Concurrent;

#[async_trait::async_trait]
impl MigratorTrait for Concurrent {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(CreatePlant), Box::new(CreateIndexConcurrently)]
    }
}

struct CreateIndexConcurrently;

impl MigrationName for CreateIndexConcurrently {
    fn name(&self) -> &'static str {
        "m2_create_index_concurrently"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateIndexConcurrently {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE INDEX CONCURRENTLY plainly ON makers (label)";
        manager.get_connection().execute_unprepared(sql).await.map(drop)
    }
}

async fn concurrently(backend: Backend) {
    let database = TestDatabase::create(backend).await;
    let runner = database.runner_of(Project::new(Concurrent)).await;
    if database.has_one_session() {
        // The index itself would leave damage there.
        runner.up(Some(1)).await.unwrap();
        execute(runner.connection(), "INSERT INTO seaql_migrations VALUES ('m2_create_index_concurrently', 1)").await;
        let error = drift(&runner).await.unwrap_err();
        assert!(matches!(error, EngineError::Scratch(_)), "{error}");
        let line = error.on_one_line();
        assert!(line.contains("m2_create_index_concurrently") && line.contains("--database-url"), "{line}");
        return;
    }
    runner.up(None).await.unwrap();
    assert_eq!(lines(&runner).await, [""; 0]);
    execute(runner.connection(), "DROP INDEX plainly").await;
    let found = lines(&runner).await;
    assert!(found.len() == 1 && found[0].starts_with("index plainly is missing"), "{found:#?}");
    assert_eq!(crate::engine::verify::scratch_databases(&runner).await, 0);
}

#[tokio::test]
async fn a_history_outside_transactions_is_tried_in_a_database_of_its_own_on_postgres() {
    concurrently(Backend::Postgres).await;
}

#[tokio::test]
async fn a_history_outside_transactions_is_tried_in_a_database_of_its_own_on_timescaledb() {
    concurrently(Backend::Timescale).await;
}
