//! A trial of revisions (`verify`, `check`) changes nothing but what it is tried in, whatever the revisions name.

use migration_engine::{
    Project,
    schema::{
        drift::drift,
        verify::{Outcome, verify},
    },
};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{Inline, project},
    rows_as_text,
};

const TABLE: &str = "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)";

/// The name of a database of MariaDB.
async fn name_of(db: &sea_orm::DatabaseConnection) -> String {
    rows_as_text(db, "SELECT DATABASE()").await.remove(0)
}

/// Verifies a project whose first revision a trial would make change something; gives what was found.
async fn refused(database: &TestDatabase, said: &str, project: Project) -> String {
    let runner = database.runner_of(project).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    runner.close().await;
    assert_eq!(verified[0].outcome, Outcome::Failed, "{said} {verified:#?}");
    verified[0].findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn another_database_of_mariadb_is_as_it_was() {
    let (database, beside) =
        (TestDatabase::create(Backend::Mariadb).await, TestDatabase::create(Backend::Mariadb).await);
    let (home, other) = (database.connect().await, beside.connect().await);
    let name = name_of(&other).await;
    execute(&other, TABLE).await;
    for (up, down) in [
        ("DELETE FROM {other}.t", ""),
        ("INSERT INTO `{other}` . `t` SELECT 3", ""),
        ("/* dump */ DROP TABLE IF EXISTS {other}.t", ""),
        ("USE {other}; DELETE FROM t", ""),
        ("UPDATE {other}.t SET id = 7", ""),
        ("TRUNCATE TABLE {other}.t", ""),
        ("CREATE TABLE {other}.u (id int)", ""),
        ("CREATE TABLE a (id int)", "DROP TABLE a; DELETE FROM {other}.t"),
        ("SELECT 1", "DROP DATABASE {other}"),
        ("SELECT 1", "DROP SCHEMA IF EXISTS {other}"),
        (
            "CREATE TABLE a (id int); CREATE TRIGGER g AFTER INSERT ON a FOR EACH ROW INSERT INTO {other}.t VALUES (9)",
            "DROP TABLE a",
        ),
    ] {
        let named = |sql: &str| sql.replace("{other}", &name);
        let found = refused(&database, up, project(&[Inline::new("m1", &named(up), &named(down))])).await;
        assert!(found.contains("really change") && found.contains(&name), "{up}: {found}");
        assert_eq!(rows_as_text(&other, "SELECT CAST(id AS CHAR) FROM t ORDER BY 1").await, ["1", "2"], "{up}");
        assert_eq!(count(&other, "information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()").await, 1, "{up}");
    }
    // What is only read there is tried, and what changes it is run all the same.
    let copy = format!("CREATE TABLE copied AS SELECT * FROM {name}.t");
    let reads = Inline::new("m1", &copy, "DROP TABLE copied");
    let runner = database.runner_of(project(std::slice::from_ref(&reads))).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!(verified[0].outcome, Outcome::Proved, "{verified:#?}");
    runner.close().await;
    let writes = Inline::new("m2", &format!("INSERT INTO {name}.t VALUES (3)"), "");
    let runner = database.runner_of(project(&[reads, writes])).await;
    runner.up(None).await.unwrap();
    let error = drift(&runner).await.unwrap_err().on_one_line();
    assert!(error.contains("m2") && error.contains("really change"), "{error}");
    assert_eq!(count(&other, "t").await, 3);
    runner.close().await;
    assert_eq!(count(&home, "copied").await, 2);
}

/// A dump has it in front of every name.
#[tokio::test]
async fn the_name_of_the_live_database_leads_no_trial_to_it() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let home = database.connect().await;
    let name = name_of(&home).await;
    for dump in ["DROP TABLE IF EXISTS {home}.t; CREATE TABLE {home}.t (id int)", "USE {home}; DROP TABLE IF EXISTS t"]
    {
        execute(&home, "DROP TABLE IF EXISTS t").await;
        execute(&home, TABLE).await;
        let found = refused(&database, dump, project(&[Inline::new("m1", &dump.replace("{home}", &name), "")])).await;
        assert!(found.contains("leave the database's own name out"), "{dump}: {found}");
        assert_eq!(count(&home, "t").await, 2, "{dump}");
    }
}

/// However a statement leads there.
#[tokio::test]
async fn no_trial_of_mariadb_deletes_a_live_row() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let home = database.connect().await;
    let name = name_of(&home).await;
    execute(&home, "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)").await;
    for deletes in [
        "/*M! DELETE FROM {home}.t */",
        "/*M!100000 DELETE FROM {home}.t */",
        "/*!50000 DELETE FROM {home}.t */",
        "BEGIN NOT ATOMIC DELETE FROM {home}.t; END",
        "IF 1 = 1 THEN DELETE FROM {home}.t; END IF",
        "SET STATEMENT max_statement_time = 10 FOR DELETE FROM {home}.t",
        "ANALYZE DELETE FROM {home}.t",
        "ANALYZE FORMAT = JSON DELETE FROM {home}.t",
        "EXECUTE IMMEDIATE 'DELETE FROM {home}.t'",
        "PREPARE s FROM 'DELETE FROM {home}.t'; EXECUTE s",
        "SET @s = 'DELETE FROM `{home}`.t'; PREPARE s FROM @s; EXECUTE s",
        "SELECT 'DELETE FROM {home}.t' INTO @s; EXECUTE IMMEDIATE @s",
        "CREATE VIEW v AS SELECT * FROM {home}.t; DELETE FROM v",
        "CREATE VIEW v AS SELECT * FROM {home}.t; CREATE VIEW w AS SELECT * FROM v; UPDATE w SET id = 7",
        "CREATE PROCEDURE p() DELETE FROM {home}.t; CALL p()",
        "HANDLER {home}.t OPEN",
        "LOCK TABLES {home}.t WRITE",
    ] {
        let found =
            refused(&database, deletes, project(&[Inline::new("m1", &deletes.replace("{home}", &name), "")])).await;
        assert!(found.contains("really change"), "{deletes}: {found}");
        assert_eq!(rows_as_text(&home, "SELECT CAST(id AS CHAR) FROM t ORDER BY 1").await, ["1", "2"], "{deletes}");
    }
    // Over a view of an earlier revision.
    let view = Inline::new("m1", &format!("CREATE VIEW v AS SELECT * FROM {name}.t"), "DROP VIEW a; DROP VIEW v")
        .then("CREATE VIEW a AS SELECT * FROM v");
    let runner = database.runner_of(project(&[view, Inline::new("m2", "DELETE FROM a", "")])).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    assert_eq!(verified[1].outcome, Outcome::Failed, "{verified:#?}");
    assert_eq!(count(&home, "t").await, 2);
    runner.close().await;
}

/// A schema in front of a name leads out of a schema for trials, and a sequence that was set stays set.
#[tokio::test]
async fn what_names_the_live_schema_of_postgres_is_tried_in_a_database() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let table = Inline::new("m1", "CREATE TABLE t (id serial PRIMARY KEY, v text)", "DROP TABLE t");
    for names in [
        "SELECT pg_catalog.setval('public.t_id_seq', 2, true)",
        "DO $$ BEGIN PERFORM setval('public.t_id_seq', 2, true); END $$",
        "SET search_path = public; SELECT setval('t_id_seq', 2, true)",
        "SELECT set_config('search_path', 'public, pg_catalog', false); SELECT setval('t_id_seq', 2, true)",
        "DO $$ BEGIN PERFORM setval(format('%I.%I', 'public', 't_id_seq'), 2, true); END $$",
        "ALTER TABLE public.t ADD COLUMN IF NOT EXISTS w integer",
        "CREATE UNIQUE INDEX IF NOT EXISTS tv ON PUBLIC.t (v)",
        "COMMENT ON TABLE \"public\".t IS 'things'",
        "CREATE OR REPLACE FUNCTION public.g() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    ] {
        let m2 = Inline::new(
            "m2",
            names,
            "DROP INDEX IF EXISTS tv; DROP FUNCTION IF EXISTS g(); COMMENT ON TABLE t IS NULL",
        );
        let runner =
            database.runner_of(project(&[table.clone(), m2.back("ALTER TABLE t DROP COLUMN IF EXISTS w")])).await;
        runner.up(None).await.unwrap();
        let db = database.connect().await;
        execute(&db, "INSERT INTO t (v) SELECT n FROM generate_series(1, 50) n").await;
        let last = rows_as_text(&db, "SELECT last_value::text FROM t_id_seq").await;
        assert_eq!(drift(&runner).await.unwrap(), [], "{names}");
        let verified = verify(&runner, |_| {}).await.unwrap();
        // A column that goes takes its values along, which is another matter.
        let failed = verified.iter().any(|one| one.outcome == Outcome::Failed);
        assert_eq!(failed, names.contains("ADD COLUMN"), "{names}: {verified:#?}");
        assert_eq!(rows_as_text(&db, "SELECT last_value::text FROM t_id_seq").await, last, "{names}");
        db.close().await.unwrap();
        runner.reset().await.unwrap();
        runner.close().await;
    }
}

/// What only looks like the name of the schema is tried where it is cheapest.
#[tokio::test]
async fn what_does_not_name_the_live_schema_needs_no_database() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let table = Inline::new("m1", "CREATE TABLE t (public boolean, v text DEFAULT 'a public thing')", "DROP TABLE t")
        .then("GRANT SELECT ON t TO PUBLIC")
        .then("REVOKE ALL ON t FROM public")
        .then("COMMENT ON TABLE t IS 'public. All of it'");
    let runner = database.runner_of(project(&[table])).await;
    runner.up(None).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
    runner.close().await;
}

#[tokio::test]
async fn users_databases_and_settings_of_a_server_are_as_they_were() {
    for (backend, statements) in [
        (
            Backend::Postgres,
            &[
                "DROP ROLE IF EXISTS nobody",
                "ALTER ROLE test_owner SET work_mem = '5MB'",
                "ALTER SYSTEM SET work_mem = 1",
                "REASSIGN OWNED BY test_owner TO test_owner",
                "DROP OWNED BY test_owner",
                "GRANT pg_monitor TO test_owner",
                "REVOKE pg_monitor FROM test_owner",
                "GRANT CONNECT ON DATABASE postgres TO PUBLIC",
                "COMMENT ON ROLE test_owner IS 'one'",
                "COMMENT ON DATABASE postgres IS 'one'",
                "ALTER ROLE test_owner PASSWORD 'S3cretWord'",
            ][..],
        ),
        (
            Backend::Mariadb,
            &[
                "DROP USER IF EXISTS nobody",
                "CREATE ROLE nobody",
                "SET GLOBAL max_error_count = 64",
                "GRANT SELECT ON *.* TO nobody",
            ],
        ),
    ] {
        for sql in statements {
            let database = TestDatabase::create(backend).await;
            let found = refused(&database, sql, project(&[Inline::new("m1", sql, "")])).await;
            assert!(found.contains("really change") && found.contains("of the server"), "{sql}: {found}");
            assert!(!found.contains("S3cret"), "{found}");
        }
    }
}

#[tokio::test]
async fn a_file_that_a_revision_attaches_is_as_it_was() {
    let (database, folder) = (TestDatabase::create(Backend::Sqlite).await, tests::temporary_folder());
    let file = folder.path().join("other.sqlite");
    let attach = Inline::new("m1", &format!("ATTACH '{}' AS o", file.display()), "")
        .then("CREATE TABLE IF NOT EXISTS o.t (id int)")
        .then("INSERT INTO o.t VALUES (1)");
    let runner = database.runner_of(project(&[attach])).await;
    runner.up(None).await.unwrap();
    verify(&runner, |_| {}).await.unwrap();
    assert_eq!(drift(&runner).await.unwrap(), []);
    let sql = format!("ATTACH '{}' AS o", file.display());
    execute(runner.connection(), &sql).await;
    assert_eq!(count(runner.connection(), "o.t").await, 1);
    runner.close().await;
}
