//! What revisions make that is in no schema of PostgreSQL, or is one, is dropped by `fresh` as well.

use migration_engine::{EngineError, schema::drift::drift};
use sea_orm::{ConnectionTrait, DbErr};
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
    a_schema_that_is_renamed_is_made_again,
    a_schema_that_is_renamed_and_not_made_is_refused,
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

async fn a_schema_that_is_renamed_is_made_again(database: TestDatabase) {
    let renamed = Inline::new("m2_renamed", "ALTER SCHEMA \"Rep's\" RENAME TO figures", "")
        .then("ALTER PUBLICATION \"p's\" RENAME TO all_sites");
    let dropped = Inline::new("m3_dropped", "CREATE SCHEMA passing", "").then("DROP SCHEMA passing");
    let runner = database.runner_of(project(&[reports(), renamed, dropped])).await;
    runner.up(None).await.unwrap();
    execute(runner.connection(), "INSERT INTO figures.days VALUES (1)").await;
    assert_eq!(runner.tables_with_rows_beside().await.unwrap(), ["figures.days"]);
    for _ in 0..2 {
        runner.fresh(false).await.unwrap();
        assert_eq!(count(runner.connection(), "figures.days").await, 0);
        assert_eq!(count(runner.connection(), "pg_publication WHERE pubname = 'all_sites'").await, 1);
    }
}

async fn a_schema_that_is_renamed_and_not_made_is_refused(database: TestDatabase) {
    let renamed = Inline::new("m1_renamed", "ALTER SCHEMA \"old's\" RENAME TO new", "");
    let runner = database.runner_of(project(&[Inline::table("m0_rooms", "rooms"), renamed])).await;
    execute(runner.connection(), "CREATE SCHEMA \"old's\"").await;
    runner.up(None).await.unwrap();
    execute(runner.connection(), "INSERT INTO rooms VALUES (1)").await;
    let refused = runner.fresh(false).await.unwrap_err().to_string();
    let back = "ALTER SCHEMA \"new\" RENAME TO \"old's\"";
    assert!(refused.contains("nothing was changed") && refused.contains(back), "{refused}");
    assert_eq!(count(runner.connection(), "rooms").await, 1);
    execute(runner.connection(), back).await;
    runner.fresh(false).await.unwrap();
    assert_eq!(count(runner.connection(), "pg_namespace WHERE nspname = 'new'").await, 1);
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

/// An extension is there once a database, so a trial beside it fails; which code the server gave, this revision keeps to
/// itself.
#[tokio::test]
async fn an_extension_of_a_revision_with_errors_of_its_own_is_checked() {
    let revision = Inline::new("m1_search", "", "DROP EXTENSION pg_trgm").up_by(|manager| {
        Box::pin(async move {
            let made = manager.get_connection().execute_unprepared("CREATE EXTENSION pg_trgm").await;
            made.map(drop).map_err(|error| DbErr::Migration(format!("{error}, in CREATE EXTENSION")))
        })
    });
    let database = TestDatabase::create(Backend::Postgres).await;
    let runner = database.runner_of(project(&[revision])).await;
    runner.up(None).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
}
