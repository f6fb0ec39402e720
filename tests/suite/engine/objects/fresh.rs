//! `fresh` drops every kind of object, twice, and leaves what extensions have.

use tests::{
    Backend, TestDatabase, catalog,
    fixtures::{count, execute},
    on_every_backend,
    process::run,
    rows_as_text,
};

use super::make_one_of_each;
use crate::migration;

on_every_backend!(every_kind_is_dropped);

fn fresh(database: &TestDatabase) {
    let done = run(migration(&std::env::temp_dir()).args(["-u", database.url(), "fresh", "--yes"]));
    assert_eq!(done.code, 0, "{done:#?}");
}

async fn equals_a_normal_schema(database: &TestDatabase) {
    let runner = database.runner().await;
    let live = catalog(&runner).await;
    runner.close().await;
    let normal = TestDatabase::migrated(database.backend()).await;
    assert_eq!(live.diff(&catalog(&normal.runner().await).await), []);
}

async fn every_kind_is_dropped(database: TestDatabase) {
    for _ in 0..2 {
        make_one_of_each(&database).await;
        if database.backend() == Backend::Sqlite {
            // The tables of a module then stand before the table they are for.
            execute(&database.connect().await, "VACUUM").await;
        }
        fresh(&database);
    }
    equals_a_normal_schema(&database).await;
}

#[tokio::test]
async fn what_an_administrator_made_is_dropped_and_extensions_stay() {
    let database = TestDatabase::create(Backend::Postgres).await.as_administrator();
    let db = database.connect().await;
    execute(&db, "CREATE EXTENSION citext; CREATE EXTENSION btree_gist").await;
    let of_extensions = "SELECT pg_describe_object(classid, objid, 0) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' ORDER BY 1";
    let before = rows_as_text(&db, of_extensions).await;
    for sql in super::postgres::OF_ADMINISTRATORS {
        execute(&db, sql).await;
    }
    execute(&db, "CREATE TABLE written (word citext, n integer, EXCLUDE USING gist (n WITH =))").await;
    fresh(&database);
    equals_a_normal_schema(&database).await;
    assert_eq!(rows_as_text(&db, of_extensions).await, before);
    assert_eq!(rows_as_text(&db, "SELECT ('A'::citext = 'a')::text").await, ["true"]);
}

/// Jobs of no hypertable are in no schema, and the next `fresh` would find the one before.
#[tokio::test]
async fn jobs_go_with_the_procedure_that_they_call() {
    let database = TestDatabase::create(Backend::Timescale).await;
    for _ in 0..2 {
        let db = database.connect().await;
        execute(&db, "CREATE PROCEDURE tidy(job_id integer, config jsonb) LANGUAGE sql AS 'SELECT 1'").await;
        execute(&db, "SELECT add_job('tidy', INTERVAL '1 hour')").await;
        db.close().await.unwrap();
        fresh(&database);
        let db = database.connect().await;
        assert_eq!(count(&db, "timescaledb_information.jobs WHERE proc_name = 'tidy'").await, 0);
        db.close().await.unwrap();
    }
}

/// A large object is in no schema: it goes with the column that knows it, unless another one does.
#[tokio::test]
async fn large_objects_go_with_their_columns() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, "CREATE SCHEMA other; CREATE TABLE other.kept (id oid); CREATE DOMAIN lo AS oid").await;
    execute(&db, "SELECT lo_create(1001), lo_create(1002), lo_create(1003), lo_create(1004)").await;
    execute(&db, "CREATE TABLE pictures (id int, bytes oid, more lo); INSERT INTO pictures VALUES (1, 1001, 1002), (2, 1003, NULL)").await;
    execute(&db, "INSERT INTO other.kept VALUES (1003)").await;
    fresh(&database);
    let left = rows_as_text(&db, "SELECT oid::text FROM pg_largeobject_metadata ORDER BY 1").await;
    assert_eq!(left, ["1003", "1004"]);
}
