//! Errors that a revision ignores: a script goes on where `up` does, and ends at the same schema and rows.

use migration_engine::{Direction, sea_orm_migration::MigrationTrait};
use migration_timescale::Capability;
use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManager;
use tests::{
    Backend, TestDatabase, catalog,
    fixtures::count,
    inline::{Inline, project},
    on_every_backend,
};

use super::offline::{run, script_of};

on_every_backend!(
    only: [postgres, mariadb, sqlite],
    "TimescaleDB changes nothing about errors";
    a_statement_whose_error_is_ignored,
    an_error_that_is_known_by_its_text,
    a_revision_that_goes_another_way_after_an_error,
    what_is_dropped_without_being_there,
);

fn first() -> Inline {
    Inline::new("m1_first", "CREATE TABLE t (id integer PRIMARY KEY, c integer)", "DROP TABLE t")
}

/// Runs the revisions by `up` and as a script, and compares what comes of it.
async fn agree(database: &TestDatabase, second: impl Fn() -> Inline) -> String {
    let other = TestDatabase::create(database.backend()).await;
    let runner = other.runner_of(project(&[first(), second()])).await;
    runner.up(None).await.unwrap();
    let revisions: Vec<Box<dyn MigrationTrait>> = vec![Box::new(first()), Box::new(second())];
    let text = script_of(revisions, runner.server(), Direction::Up, |_| true).await;
    let finished = run(database, &text);
    assert_eq!(finished.code, 0, "{finished:#?}\n{text}");
    let live = database.runner_of(project(&[first(), second()])).await;
    assert_eq!(catalog(&live).await.diff(&catalog(&runner).await), [], "{text}");
    assert_eq!(count(live.connection(), "t").await, count(runner.connection(), "t").await, "{text}");
    assert!(live.status().await.unwrap().iter().all(|one| one.applied_at.is_some()), "{text}");
    live.close().await;
    text
}

/// Where PostgreSQL goes on after an error: outside of a transaction.
fn second() -> Inline {
    Inline::new("m2_second", "", "").outside_transaction()
}

/// Where they go on: MySQL and SQLite in a transaction too.
fn second_on(backend: Backend) -> Inline {
    if backend == Backend::Postgres { second() } else { Inline::new("m2_second", "", "").in_transaction() }
}

async fn a_statement_whose_error_is_ignored(database: TestDatabase) {
    let text = agree(&database, || {
        second_on(database.backend()).up_by(|manager| {
            Box::pin(async {
                let db = manager.get_connection();
                let _ = db.execute_unprepared("ALTER TABLE t ADD COLUMN c integer").await;
                db.execute_unprepared("ALTER TABLE t ADD COLUMN d integer").await.map(drop)
            })
        })
    })
    .await;
    assert!(text.contains("the revision ignores"), "{text}");
}

/// As a helper of a public project does it.
async fn add_column_if_not_exists(manager: &SchemaManager<'_>, column: &str) -> Result<(), DbErr> {
    let sql = format!("ALTER TABLE t ADD COLUMN {column} integer");
    match manager.get_connection().execute_unprepared(&sql).await {
        Err(error)
            if !["duplicate column name", "Duplicate column name", "already exists"]
                .iter()
                .any(|text| error.to_string().contains(text)) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
}

async fn an_error_that_is_known_by_its_text(database: TestDatabase) {
    agree(&database, || {
        second().up_by(|manager| {
            Box::pin(async {
                add_column_if_not_exists(manager, "c").await?;
                add_column_if_not_exists(manager, "d").await
            })
        })
    })
    .await;
}

async fn a_revision_that_goes_another_way_after_an_error(database: TestDatabase) {
    agree(&database, || {
        second().up_by(|manager| {
            Box::pin(async {
                let db = manager.get_connection();
                if db.execute_unprepared("CREATE TABLE t (other integer)").await.is_err() {
                    db.execute_unprepared("CREATE TABLE other (id integer)").await?;
                }
                Ok(())
            })
        })
    })
    .await;
}

fn inserts_twice() -> Inline {
    second().then("INSERT INTO t VALUES (1, 1)").up_by(|manager| {
        Box::pin(async {
            let db = manager.get_connection();
            let _ = db.execute_unprepared("INSERT INTO t VALUES (1, 2)").await;
            db.execute_unprepared("INSERT INTO t VALUES (2, 2)").await.map(drop)
        })
    })
}

on_every_backend!(only: [postgres, mariadb], "sqlite3 has no way to go on after an error"; a_row_that_is_there_already);

async fn a_row_that_is_there_already(database: TestDatabase) {
    agree(&database, inserts_twice).await;
}

/// Which rows there are nobody knows while a script is written, and sqlite3 cannot go on after an error.
#[tokio::test]
async fn a_script_for_sqlite_stops_at_an_error_that_nobody_foresaw() {
    let database = TestDatabase::create(Backend::Sqlite).await;
    let revisions: Vec<Box<dyn MigrationTrait>> = vec![Box::new(first()), Box::new(inserts_twice())];
    let text = script_of(revisions, Capability::sqlite(), Direction::Up, |_| true).await;
    let finished = run(&database, &text);
    assert!(finished.code != 0 && finished.stderr.contains("UNIQUE"), "{finished:#?}");
    assert!(text.contains("-- If this fails, the revision ignores it"), "{text}");
    let runner = database.runner_of(project(&[first(), second()])).await;
    assert!(runner.status().await.unwrap()[1].is_pending());
}

async fn what_is_dropped_without_being_there(database: TestDatabase) {
    agree(&database, || {
        second().up_by(|manager| {
            Box::pin(async {
                let db = manager.get_connection();
                let _ = db.execute_unprepared("DROP TABLE nothing").await;
                let _ = db.execute_unprepared("DROP VIEW nothing").await;
                let _ = db.execute_unprepared("ALTER TABLE t DROP COLUMN nothing").await;
                db.execute_unprepared("INSERT INTO t VALUES (1, 1)").await.map(drop)
            })
        })
    })
    .await;
}

#[tokio::test]
async fn an_error_inside_a_savepoint_on_postgres() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let text = agree(&database, || {
        Inline::new("m2_second", "", "").up_by(|manager| {
            Box::pin(async {
                let db = manager.get_connection();
                let inner = db.begin().await?;
                if inner.execute_unprepared("INSERT INTO t VALUES (1, 1); SELECT 1/0").await.is_ok() {
                    inner.commit().await?;
                } else {
                    inner.rollback().await?;
                }
                db.execute_unprepared("INSERT INTO t VALUES (2, 2)").await.map(drop)
            })
        })
    })
    .await;
    assert!(text.contains("SAVEPOINT"), "{text}");
}

/// An error that is ignored in a transaction of PostgreSQL ends it all the same.
#[tokio::test]
async fn an_error_that_ends_the_transaction_on_postgres() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let ignores = || {
        Inline::new("m2_second", "", "").up_by(|manager| {
            Box::pin(async {
                let _ = manager.get_connection().execute_unprepared("ALTER TABLE t ADD COLUMN c integer").await;
                Ok(())
            })
        })
    };
    let other = TestDatabase::create(Backend::Postgres).await;
    let runner = other.runner_of(project(&[first(), ignores()])).await;
    assert!(runner.up(None).await.is_err());
    let revisions: Vec<Box<dyn MigrationTrait>> = vec![Box::new(first()), Box::new(ignores())];
    let text = script_of(revisions, runner.server(), Direction::Up, |_| true).await;
    assert_ne!(run(&database, &text).code, 0, "{text}");
}
