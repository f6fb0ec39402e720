//! What revisions make that is in no schema of PostgreSQL, or is one, is dropped by `fresh` as well.

use migration_engine::EngineError;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(
    only: [postgres, timescaledb], "other servers have nothing beside a schema";
    what_revisions_make_is_made_again,
    a_schema_that_may_be_others_is_named,
);

fn reports() -> Inline {
    Inline::new("m1_reports", "CREATE SCHEMA \"Rep's\"", "DROP SCHEMA \"Rep's\" CASCADE")
        .then("CREATE TABLE \"Rep's\".days (id integer PRIMARY KEY)")
        .then("CREATE TABLE sites (id integer PRIMARY KEY)")
        .then("CREATE PUBLICATION \"p's\" FOR TABLE sites")
        .then("SELECT lo_create(4711)")
}

async fn what_revisions_make_is_made_again(database: TestDatabase) {
    let runner = database.runner_of(project(&[reports()])).await;
    runner.up(None).await.unwrap();
    for _ in 0..2 {
        execute(runner.connection(), "INSERT INTO \"Rep's\".days VALUES (1)").await;
        assert_eq!(runner.tables_with_rows_beside().await.unwrap(), ["\"Rep's\".days"]);
        runner.fresh(false).await.unwrap();
        assert_eq!(count(runner.connection(), "\"Rep's\".days").await, 0);
        assert_eq!(count(runner.connection(), "pg_publication WHERE pubname = 'p''s'").await, 1);
        assert_eq!(count(runner.connection(), "pg_largeobject_metadata WHERE oid = 4711").await, 1);
    }
}

async fn a_schema_that_may_be_others_is_named(database: TestDatabase) {
    let shared = Inline::new("m1_shared", "CREATE SCHEMA IF NOT EXISTS shared", "");
    let runner = database.runner_of(project(&[shared.then("CREATE TABLE shared.days (id integer)")])).await;
    runner.up(None).await.unwrap();
    let refused = runner.fresh(false).await.unwrap_err();
    assert!(matches!(&refused, EngineError::TakesAlong { objects } if *objects == ["table shared.days"]), "{refused}");
    runner.fresh(true).await.unwrap();
    assert_eq!(count(runner.connection(), "shared.days").await, 0);
}

/// Event triggers take a superuser.
#[tokio::test]
async fn event_triggers_are_made_again() {
    let revision = Inline::new(
        "m1_watch",
        "CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "DROP FUNCTION watch() CASCADE",
    );
    let revision = revision.then("CREATE EVENT TRIGGER \"watch's\" ON ddl_command_end EXECUTE FUNCTION watch()");
    let database = TestDatabase::create(Backend::Postgres).await.as_administrator();
    let runner = database.runner_of(project(&[revision])).await;
    runner.up(None).await.unwrap();
    for _ in 0..2 {
        runner.fresh(false).await.unwrap();
        assert_eq!(count(runner.connection(), "pg_event_trigger WHERE evtname = 'watch''s'").await, 1);
    }
}
