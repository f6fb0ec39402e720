//! What `fresh` cannot drop is named before anything is dropped.

use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    process::{Finished, run},
    rows_as_text,
};

use crate::migration;

fn fresh(database: &TestDatabase, more: &[&str]) -> Finished {
    run(migration(&std::env::temp_dir()).args(["-u", database.url(), "fresh", "--yes"]).args(more))
}

#[tokio::test]
async fn objects_of_another_owner() {
    let database = TestDatabase::create(Backend::Postgres).await;
    database
        .by_administrator(
            "CREATE SCHEMA shared; GRANT ALL ON SCHEMA shared TO public; CREATE TABLE shared.\"their's\" (id int); \
             CREATE FUNCTION shared.theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE COLLATION shared.sorted (LOCALE = 'C')",
        )
        .await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE shared.mine (id int); INSERT INTO shared.mine VALUES (1)").await;
    let refused = fresh(&database, &["-s", "shared"]);
    assert_eq!(refused.code, 1, "{refused:#?}");
    for named in
        ["table shared.\"their's\"", "function shared.theirs()", "collation shared.sorted", "nothing was changed"]
    {
        assert!(refused.stderr.contains(named), "{named} in {}", refused.stderr);
    }
    assert!(!refused.stderr.contains("mine"), "{}", refused.stderr);
    assert_eq!(count(&db, "shared.mine").await, 1);
    // Whoever owns the schema may drop what is in it.
    database.by_administrator("ALTER SCHEMA shared OWNER TO test_owner").await;
    fresh(&database, &["-s", "shared"]).ended_with(0);
    assert_eq!(rows_as_text(&db, "SELECT to_regclass('shared.mine')::text IS NULL || ''").await, ["true"]);
}

#[tokio::test]
async fn a_table_of_a_module_that_is_not_there() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE kept (id integer); INSERT INTO kept VALUES (1)").await;
    execute(
        &db,
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('table', 'ghost', 'ghost', 0, 'CREATE VIRTUAL TABLE ghost USING gone(a)'); \
         PRAGMA writable_schema = OFF",
    )
    .await;
    db.close().await.unwrap();
    let refused = fresh(&database, &[]);
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(
        refused.stderr.contains("table ghost, whose module gone is not there; nothing was changed"),
        "{}",
        refused.stderr
    );
    assert_eq!(count(&database.connect().await, "kept").await, 1);
}
