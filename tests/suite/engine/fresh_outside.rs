//! `fresh` drops what is in the schema and leaves other schemas alone, unless it is told to.

use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    process::run,
    rows_as_text,
};

use crate::migration;

#[tokio::test]
async fn what_depends_on_it_elsewhere_is_named_and_stays() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(
        &db,
        "CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE site (id int PRIMARY KEY); CREATE SEQUENCE numbers; \
         CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SCHEMA rep; \
         CREATE TABLE rep.m (id int DEFAULT nextval('numbers'), m mood, site int REFERENCES site (id), n int DEFAULT one()); \
         CREATE VIEW rep.sites AS SELECT id FROM site; INSERT INTO rep.m VALUES (1, 'calm', NULL); \
         CREATE TABLE rep.alone (id int)",
    )
    .await;
    let fresh = |arguments: &[&str]| {
        let folder = std::env::temp_dir();
        run(migration(&folder).args(["-u", database.url(), "fresh", "--yes"]).args(arguments))
    };
    let refused = fresh(&[]);
    assert_eq!(refused.code, 1, "{refused:#?}");
    for named in
        ["column rep.m.m", "view rep.sites", "constraint m_site_fkey of rep.m", "default of rep.m.id", "--cascade"]
    {
        assert!(refused.stderr.contains(named), "{named} in {}", refused.stderr);
    }
    assert!(!refused.stderr.contains("alone") && !refused.stderr.contains("column rep.sites"), "{}", refused.stderr);
    assert_eq!(rows_as_text(&db, "SELECT id || ' ' || m FROM rep.m").await, ["1 calm"]);
    assert_eq!(count(&db, "pg_tables WHERE tablename IN ('site', 'alarms')").await, 1, "nothing was changed");
    let done = fresh(&["--cascade"]);
    assert_eq!(done.code, 0, "{done:#?}");
    assert_eq!(count(&db, "rep.m").await, 1, "the row is there, without the column");
    assert_eq!(count(&db, "pg_tables WHERE tablename IN ('site', 'alarms')").await, 1);
    // Nothing depends on it any more.
    fresh(&[]).ended_with(0);
}

/// An attribute of a type there goes with the values of every column of that type.
#[tokio::test]
async fn a_part_of_a_type_elsewhere_is_named_and_stays() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(
        &db,
        "CREATE DOMAIN level AS int; CREATE SCHEMA rep; CREATE TYPE rep.pair AS (n int, l level); \
         CREATE TABLE rep.m (p rep.pair); INSERT INTO rep.m VALUES (ROW(1, 2))",
    )
    .await;
    let refused = run(migration(&std::env::temp_dir()).args(["-u", database.url(), "fresh", "--yes"]));
    assert_eq!(refused.code, 1, "{refused:#?}");
    assert!(
        refused.stderr.contains("column rep.pair.l") && !refused.stderr.contains("rep.pair.n"),
        "{}",
        refused.stderr
    );
    assert_eq!(rows_as_text(&db, "SELECT p::text FROM rep.m").await, ["(1,2)"]);
}
