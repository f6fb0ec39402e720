//! What a revision does is there as a whole or not at all, and what the database remembers of it is true: whatever the
//! revision does to the transaction around it, and whatever its text looks like.

use migration_engine::{Direction, Project, ledger::Tables, recording};
use migration_timescale::{Capability, Dialect};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::{MigrationTrait, SchemaManager};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute, has_table},
    inline::{Inline, project},
    on_every_backend, rows_as_text,
};

use super::offline::run as run_script;

on_every_backend!(a_semicolon_in_a_text_switches_no_transaction_off);

const FIRST: &str = "m20260101_000000_first";

async fn error_of(database: &TestDatabase, project: Project) -> String {
    let runner = database.runner_of(project).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    runner.close().await;
    error
}

/// Of the first revision: whether it is applied, and whether it is unfinished.
async fn remembered(database: &TestDatabase, project: Project) -> (bool, bool) {
    let runner = database.runner_of(project).await;
    let status = runner.status().await.unwrap();
    runner.close().await;
    (status[0].applied_at.is_some(), status[0].unfinished.is_some())
}

/// What ends the transaction, and the tables it would leave.
const ENDED: [(&str, &str); 4] = [
    ("BEGIN; CREATE TABLE a (id int); COMMIT;", "SELECT 1/0"),
    ("CREATE TABLE a (id int); ROLLBACK; CREATE TABLE b (id int)", "SELECT 1"),
    ("/* dump */ START TRANSACTION; CREATE TABLE a (id int); end", "SELECT 1"),
    ("CREATE TABLE a (id int)", "-- done\nABORT"),
];

#[tokio::test]
async fn a_revision_that_would_end_the_transaction_does_not_run() {
    for (first, then) in ENDED {
        let database = TestDatabase::create(Backend::Postgres).await;
        let project = || project(&[Inline::new(FIRST, first, "").then(then)]);
        let error = error_of(&database, project()).await;
        for words in [FIRST, "would end the transaction", "use_transaction", "nothing was changed"] {
            assert!(error.contains(words), "{words} in {error}");
        }
        assert_eq!(remembered(&database, project()).await, (false, false), "{first}");
        let script =
            script_of(Backend::Postgres, &[&Inline::new(FIRST, first, "").then(then)]).await.unwrap_err().to_string();
        assert!(script.contains("would end the transaction"), "{script}");
        let found =
            migration_engine::lint::of_project(&project(), Dialect::Postgres, recording::REFERENCE_TIMESCALEDB, None)
                .await
                .unwrap();
        let found: Vec<_> = found.iter().filter(|finding| finding.rule == "end-of-transaction").collect();
        assert_eq!(found.len(), 1, "{first}: {found:#?}");
        assert!(found[0].allowed.is_none() && found[0].direction == Direction::Up, "{found:#?}");
        let runner = database.runner_of(project()).await;
        let verified = migration_engine::schema::verify::verify(&runner, |_| {}).await;
        assert!(format!("{verified:?}").contains("would end the transaction"), "{verified:?}");
        assert!(migration_engine::schema::drift::drift(&runner).await.is_ok_and(|found| found.is_empty()));
        runner.close().await;
        let db = database.connect().await;
        assert!(!has_table(&db, "a").await && !has_table(&db, "b").await, "{first}");
        assert_eq!(count(&db, "pg_namespace WHERE nspname LIKE 'migration_scratch%'").await, 0);
        db.close().await.unwrap();
    }
}

async fn script_of(
    backend: Backend,
    revisions: &[&dyn MigrationTrait],
) -> Result<String, migration_engine::error::OfflineError> {
    let server = if backend == Backend::Sqlite { Capability::sqlite() } else { Capability::postgres() };
    let table = Tables::named("seaql_migrations");
    let mut script = recording::script(revisions, |_| true, Direction::Up, server, &table).await;
    script.missing.pop().map_or(Ok(script.text), Err)
}

/// What is dropped first could not be made anew.
#[tokio::test]
async fn nothing_is_dropped_for_a_revision_that_would_not_run() {
    for (refresh, ended) in [(false, "CREATE TABLE a (id int); COMMIT"), (true, "COMMIT")] {
        let database = TestDatabase::create(Backend::Postgres).await;
        let first = Inline::table(FIRST, "kept");
        let runner = database.runner_of(project(std::slice::from_ref(&first))).await;
        runner.up(None).await.unwrap();
        execute(runner.connection(), "INSERT INTO kept VALUES (1)").await;
        runner.close().await;
        let second = Inline::new("m20260102_000000_second", ended, "");
        let runner = database.runner_of(project(&[first, second])).await;
        let done = if refresh { runner.refresh().await } else { runner.fresh(false).await };
        assert!(done.unwrap_err().to_string().contains("would end the transaction"));
        assert_eq!(count(runner.connection(), "kept").await, 1);
    }
}

/// A revision that manages its transactions does by its script what it does by `up`.
#[tokio::test]
async fn transactions_of_its_own_are_the_same_in_a_script() {
    const TWO: &str = "CREATE TABLE a (id int); CREATE TABLE b (id int)";
    for statements in [
        &["BEGIN", TWO, "SELECT 1/0", "COMMIT"][..],
        &["BEGIN", TWO, "COMMIT", "SELECT 1/0"],
        &["BEGIN; CREATE TABLE a (id int); COMMIT;", "SELECT 1/0"],
        &["CREATE TABLE a (id int); ROLLBACK; CREATE TABLE b (id int)"],
        &[TWO, "SELECT 1/0"],
        &["CREATE TABLE a (id int); SELECT 1/0"],
    ] {
        let revision = statements[1..].iter().fold(Inline::new(FIRST, statements[0], ""), |one, sql| one.then(sql));
        let revision = revision.outside_transaction();
        let mut made = Vec::new();
        for by_script in [false, true] {
            let database = TestDatabase::create(Backend::Postgres).await;
            let failed = if by_script {
                let script = script_of(Backend::Postgres, &[&revision]).await.unwrap();
                run_script(&database, &script).code != 0
            } else {
                let runner = database.runner_of(project(std::slice::from_ref(&revision))).await;
                let failed = runner.up(None).await.is_err();
                runner.close().await;
                failed
            };
            let db = database.connect().await;
            made.push((failed, has_table(&db, "a").await, has_table(&db, "b").await));
        }
        assert_eq!(made[0], made[1], "{statements:?}");
    }
}

/// Nobody sees what it does before it does it: recording it takes an answer that only a database has.
fn unseen(statements: &'static [&'static str]) -> Project {
    let asked = Inline::new(FIRST, "", "").in_transaction().up_by(|manager| Box::pin(ask(manager, "SELECT 1 AS one")));
    project(&[asked.then_all(statements)])
}

/// Runs it as a query that has an answer.
async fn ask(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let answer = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    answer.map(drop).ok_or(DbErr::Custom("no answer".to_owned()))
}

#[tokio::test]
async fn one_that_ended_it_all_the_same_is_unfinished() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        for statements in [
            &["CREATE TABLE a (id int)", "COMMIT", "SELECT * FROM nope"][..],
            &["CREATE TABLE a (id int)", "COMMIT", "CREATE TABLE b (id int)"],
            &["CREATE TABLE b (id int)", "ROLLBACK", "CREATE TABLE a (id int)"],
            &["COMMIT", "CREATE TABLE a (id int)", "BEGIN"],
        ] {
            let database = TestDatabase::create(backend).await;
            let error = error_of(&database, unseen(statements)).await;
            assert!(error.contains("ended the transaction"), "{error}");
            assert_eq!(remembered(&database, unseen(statements)).await, (false, true), "{backend:?} {statements:?}");
            let db = database.connect().await;
            assert!(has_table(&db, "a").await, "what was committed is there");
            db.close().await.unwrap();
        }
    }
}

/// A failure that is none of the transaction's leaves nothing and is pending, as ever.
#[tokio::test]
async fn one_that_only_fails_is_pending() {
    for backend in [Backend::Postgres, Backend::Sqlite] {
        let database = TestDatabase::create(backend).await;
        let statements: &[&str] = &["CREATE TABLE a (id int)", "SELECT * FROM nope"];
        let error = error_of(&database, unseen(statements)).await;
        assert!(!error.contains("ended the transaction"), "{error}");
        assert_eq!(remembered(&database, unseen(statements)).await, (false, false), "{backend:?}");
        let db = database.connect().await;
        assert!(!has_table(&db, "a").await);
        db.close().await.unwrap();
    }
}

async fn a_semicolon_in_a_text_switches_no_transaction_off(database: TestDatabase) {
    let notes = Inline::new(FIRST, "CREATE TABLE notes (note varchar(99))", "DROP TABLE notes");
    let fills = |text: &str| {
        Inline::new("m20260102_000000_second", &format!("INSERT INTO notes VALUES ('{text}')"), "")
            .then("SELECT * FROM nope")
    };
    for text in ["first; set up the pump", "a; pragma b; lock c", "''; commit; ''"] {
        for _ in 0..2 {
            error_of(&database, project(&[notes.clone(), fills(text)])).await;
        }
    }
    let db = database.connect().await;
    assert_eq!(count(&db, "notes").await, 0);
}

/// The usual rebuild of a table on SQLite, with and without what is meant to keep the rows of other tables.
#[tokio::test]
async fn a_table_of_sqlite_that_is_built_anew_takes_no_rows_of_others_along() {
    const OFF: &str = "PRAGMA foreign_keys = OFF";
    const REBUILD: &str = "CREATE TABLE n (id integer PRIMARY KEY, name text); INSERT INTO n SELECT id, 'x' FROM parent; \
        DROP TABLE parent; ALTER TABLE n RENAME TO parent";
    let keys = [
        ("query", String::new()),
        ("no pragma", REBUILD.to_owned()),
        ("pragma", format!("{OFF}; {REBUILD}; PRAGMA foreign_keys = ON")),
        ("comment", format!("-- rebuild\n{OFF}; {REBUILD}; PRAGMA foreign_keys = ON")),
        ("block comment", format!("/* rebuild */ {OFF}; {REBUILD}; PRAGMA foreign_keys = ON")),
        ("BOM", format!("\u{feff}{OFF}; {REBUILD}; PRAGMA foreign_keys = ON")),
    ];
    for (action, outside) in
        [("CASCADE", false), ("CASCADE", true), ("SET NULL", false), ("SET NULL", true), ("NO ACTION", false)]
    {
        for (what, up) in &keys {
            let database = TestDatabase::create(Backend::Sqlite).await;
            let first = Inline::new(FIRST, "CREATE TABLE parent (id integer PRIMARY KEY)", "DROP TABLE parent").then(&format!(
                "CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE {action})"
            ));
            let second = Inline::new("m20260102_000000_second", up, "");
            let second = if *what == "query" {
                second.up_by(|manager| Box::pin(async { ask(manager, OFF).await.or(Ok(())) })).then(REBUILD)
            } else {
                second
            };
            let second = if outside { second.outside_transaction() } else { second };
            let what = format!("{what}, outside of a transaction: {outside}");
            let runner = database.runner_of(project(&[first, second])).await;
            runner.up(Some(1)).await.unwrap();
            execute(runner.connection(), "INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2)")
                .await;
            runner.up(None).await.unwrap_or_else(|error| panic!("{action}, {what}: {}", error.on_one_line()));
            let rows = rows_as_text(runner.connection(), "SELECT id || ' ' || parent FROM child ORDER BY 1").await;
            assert_eq!(rows, ["1 1", "2 2"], "{action}, {what}");
            let keys =
                rows_as_text(runner.connection(), "SELECT CAST(foreign_keys AS text) FROM pragma_foreign_keys").await;
            assert_eq!(keys, ["1"], "{action}, {what}");
        }
    }
}

/// The same by a script, which sqlite3 runs with foreign keys on.
#[tokio::test]
async fn a_script_that_builds_a_table_of_sqlite_anew_takes_no_rows_of_others_along() {
    for (rows, outside, kept) in
        [("", false, true), ("", true, true), (" WHERE id > 1", false, false), (" WHERE id > 1", true, false)]
    {
        let database = TestDatabase::create(Backend::Sqlite).await;
        let first = Inline::new(FIRST, "CREATE TABLE parent (id integer PRIMARY KEY)", "").then(
            "CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE)",
        );
        let second = Inline::new("m20260102_000000_second", "CREATE TABLE n (id integer PRIMARY KEY)", "")
            .then(&format!("INSERT INTO n SELECT id FROM parent{rows}"))
            .then("DROP TABLE parent")
            .then("ALTER TABLE n RENAME TO parent");
        let second = if outside { second.outside_transaction() } else { second.in_transaction() };
        let runner = database.runner_of(project(std::slice::from_ref(&first))).await;
        runner.up(None).await.unwrap();
        execute(runner.connection(), "INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2)")
            .await;
        runner.close().await;
        let table = Tables::named("seaql_migrations");
        let wanted = |name: &str| name != FIRST;
        let script = recording::script(&[&first, &second], wanted, Direction::Up, Capability::sqlite(), &table).await;
        let finished = run_script(&database, &script.text);
        assert_eq!(finished.code == 0, kept, "{finished:#?}");
        assert_eq!(finished.stderr.contains("no row refers to one that is gone"), !kept, "{finished:#?}");
        let db = database.connect().await;
        assert_eq!(count(&db, "child").await, 2, "{rows} {outside}");
        assert_eq!(count(&db, "seaql_migrations").await, if kept { 2 } else { 1 });
    }
}

/// Rows that lose what they refer to fail the revision that does it, and those that never had it do not.
#[tokio::test]
async fn a_rebuild_of_sqlite_that_leaves_orphans_fails() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let first = Inline::new(FIRST, "CREATE TABLE parent (id integer PRIMARY KEY)", "")
        .then("CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE CASCADE)");
    let second = |rows: &str| {
        let up = format!(
            "CREATE TABLE n (id integer PRIMARY KEY); INSERT INTO n SELECT id FROM parent{rows}; DROP TABLE parent; \
             ALTER TABLE n RENAME TO parent"
        );
        Inline::new("m20260102_000000_second", &up, "")
    };
    let runner = database.runner_of(project(&[first.clone(), second(" WHERE id > 1")])).await;
    runner.up(Some(1)).await.unwrap();
    let rows = "PRAGMA foreign_keys = OFF; INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2), (3, 9); \
        PRAGMA foreign_keys = ON";
    execute(runner.connection(), rows).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("child") && error.contains("parent") && error.contains("1 row"), "{error}");
    assert_eq!(count(runner.connection(), "child").await, 3);
    assert_eq!(count(runner.connection(), "parent").await, 2, "nothing was changed");
    runner.close().await;
    let runner = database.runner_of(project(&[first, second("")])).await;
    runner.up(None).await.unwrap();
    assert_eq!(count(runner.connection(), "child").await, 3, "the orphan of before is nobody's fault");
}

/// The database can be written to; it is the revision that says no.
#[tokio::test]
async fn a_revision_that_makes_its_transaction_read_only_has_failed() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let project = project(&[Inline::new(FIRST, "SET TRANSACTION READ ONLY", "").then("SELECT 1")]);
    let runner = database.runner_of(project).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains(FIRST) && error.contains("read-only transaction") && !error.contains("standby"), "{error}");
    let verified = migration_engine::schema::verify::verify(&runner, |_| {}).await.unwrap();
    assert_eq!(verified[0].outcome, migration_engine::schema::verify::Outcome::Failed, "{verified:#?}");
    runner.close().await;
}
