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
async fn refused(database: &TestDatabase, project: Project) -> String {
    let runner = database.runner_of(project).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    runner.close().await;
    assert_eq!(verified[0].outcome, Outcome::Failed, "{verified:#?}");
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
        let found = refused(&database, project(&[Inline::new("m1", &named(up), &named(down))])).await;
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
        let found = refused(&database, project(&[Inline::new("m1", &dump.replace("{home}", &name), "")])).await;
        assert!(found.contains("leave the database's own name out"), "{dump}: {found}");
        assert_eq!(count(&home, "t").await, 2, "{dump}");
    }
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
            ][..],
        ),
        (Backend::Mariadb, &["DROP USER IF EXISTS nobody", "CREATE ROLE nobody", "SET GLOBAL max_error_count = 64"]),
    ] {
        for sql in statements {
            let database = TestDatabase::create(backend).await;
            let found = refused(&database, project(&[Inline::new("m1", sql, "")])).await;
            assert!(found.contains("really change") && found.contains("of the server"), "{sql}: {found}");
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
