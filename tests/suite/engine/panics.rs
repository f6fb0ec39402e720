//! A revision that panics has failed, like one that ends with an error: what it did is rolled back, the lock and scratch
//! databases are given back, and the other revisions are gone on with.

use migration_engine::{
    Project,
    schema::verify::{Outcome, verify},
};
use tests::{
    Backend, TestDatabase,
    fixtures::has_table,
    inline::{Inline, project},
    on_every_backend,
};

use migration_engine::{
    lint,
    recording::REFERENCE_TIMESCALEDB,
    sea_orm_migration::{MigrationTrait, prelude::*},
};
use migration_timescale::Dialect;

use super::verify::scratch_databases;

on_every_backend!(only: [postgres, mariadb, sqlite], "TimescaleDB changes nothing about panics"; up_that_panics_is_rolled_back, down_that_panics_is_a_finding);

/// The second of three panics, one way.
fn three(up: bool, down: bool) -> Project {
    let second = Inline::table("m2_second", "second").in_transaction();
    let second = if up { second.up_by(|_| Box::pin(async { todo!("the other half") })) } else { second };
    let second = if down { second.down_by(|_| Box::pin(async { panic!("no way down") })) } else { second };
    project(&[Inline::table("m1_first", "first"), second, Inline::table("m3_third", "third")])
}

async fn up_that_panics_is_rolled_back(database: TestDatabase) {
    let runner = database.runner_of(three(true, false)).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("m2_second failed on up: it panicked: not yet implemented: the other half ("), "{error}");
    assert!(has_table(runner.connection(), "first").await && !has_table(runner.connection(), "third").await);
    let rolls_back = database.backend() != Backend::Mariadb;
    assert_eq!(has_table(runner.connection(), "second").await, !rolls_back);
    let status = runner.status().await.unwrap();
    assert_eq!(status[1].unfinished.is_none(), rolls_back, "MySQL commits with every change of a table");
    // The lock is free.
    let other = database.runner_of(three(false, false)).await;
    let down = other.down(None).await.unwrap();
    assert!(!down.is_empty(), "{down:?}");
}

async fn down_that_panics_is_a_finding(database: TestDatabase) {
    let runner = database.runner_of(three(false, true)).await;
    let verified = verify(&runner, |_| {}).await.unwrap();
    let outcomes: Vec<_> = verified.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Proved, Outcome::Failed, Outcome::Proved]);
    assert!(verified[1].findings[0].to_string().contains("down failed: it panicked: no way down"), "{verified:#?}");
    assert_eq!(scratch_databases(&runner).await, 0);
    runner.up(None).await.unwrap();
    let error = runner.down(Some(2)).await.unwrap_err().on_one_line();
    assert!(error.contains("m2_second failed on down: it panicked: no way down"), "{error}");
}

/// It panics before its first statement.
struct Undecided;

impl MigrationName for Undecided {
    fn name(&self) -> &'static str {
        "m2_undecided"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Undecided {
    fn use_transaction(&self) -> Option<bool> {
        panic!("who knows")
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("CREATE TABLE second (id int)").await.map(drop)
    }
}

#[tokio::test]
async fn use_transaction_that_panics_is_a_failure_of_that_revision() {
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mariadb] {
        let database = TestDatabase::create(backend).await;
        let revisions: Vec<Box<dyn MigrationTrait>> = vec![
            Box::new(Inline::table("m1_first", "first")),
            Box::new(Undecided),
            Box::new(Inline::table("m3_third", "third")),
        ];
        let runner = database.runner_of(Project::of(revisions)).await;
        let error = runner.up(None).await.unwrap_err().on_one_line();
        assert!(error.contains("m2_undecided failed on up: its use_transaction() panicked: who knows"), "{error}");
        assert!(has_table(runner.connection(), "first").await && !has_table(runner.connection(), "second").await);
        assert!(runner.status().await.unwrap()[1].unfinished.is_none(), "{backend:?}");
        let verified = verify(&runner, |_| {}).await.unwrap();
        let outcomes: Vec<_> = verified.iter().map(|one| one.outcome).collect();
        assert_eq!(outcomes, [Outcome::Proved, Outcome::Failed, Outcome::NotReached], "{verified:#?}");
        let found = lint::of_project(runner.project(), Dialect::Postgres, REFERENCE_TIMESCALEDB, None).await.unwrap();
        assert!(found.iter().any(|one| one.message.contains("use_transaction() panicked")), "{found:#?}");
        runner.close().await;
    }
}
