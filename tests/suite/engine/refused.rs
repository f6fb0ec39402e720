//! What failed before its first change is not unfinished.

use sea_orm::DbErr;
use tests::{
    Backend, TestDatabase,
    fixtures::execute,
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(only: [mariadb, sqlite], "PostgreSQL says what nobody has changed, which other tests do"; what_refuses_at_once_is_not_unfinished);
on_every_backend!(what_was_begun_is);

const FIRST: &str = "m1_first";

fn refuses() -> Inline {
    Inline::new(FIRST, "CREATE TABLE first (id integer)", "").outside_transaction()
}

async fn what_refuses_at_once_is_not_unfinished(database: TestDatabase) {
    let refusing = refuses().down_by(|_| Box::pin(async { Err(DbErr::Migration("rows would be lost".to_owned())) }));
    let never = Inline::new("m2_never", "", "")
        .outside_transaction()
        .up_by(|_| Box::pin(async { Err(DbErr::Migration("not here".to_owned())) }));
    let runner = database.runner_of(project(&[refusing, never])).await;
    let error = runner.up(None).await.unwrap_err().on_one_line();
    assert!(error.contains("not here"), "{error}");
    let error = runner.down(None).await.unwrap_err().on_one_line();
    assert!(error.contains("m1_first failed on down: rows would be lost"), "{error}");
    let status = runner.status().await.unwrap();
    assert!(status.iter().all(|one| one.unfinished.is_none()), "{status:#?}");
    assert_eq!([status[0].applied_at.is_some(), status[1].applied_at.is_some()], [true, false]);
    // What was known of it is known as before.
    assert_eq!(runner.changed(&runner.records().await.unwrap()).await.unwrap(), []);
}

async fn what_was_begun_is(database: TestDatabase) {
    for begun in ["INSERT INTO first VALUES (1)", "CREATE TABLE second (id integer)", "UPDATE first SET id = 2"] {
        let refusing = refuses().then("INSERT INTO first VALUES (0)").down_by(move |manager| {
            Box::pin(async move {
                execute(manager.get_connection(), begun).await;
                Err(DbErr::Migration("half way".to_owned()))
            })
        });
        let runner = database.runner_of(project(&[refusing])).await;
        runner.up(None).await.unwrap();
        runner.down(None).await.unwrap_err();
        let status = runner.status().await.unwrap();
        assert!(status[0].unfinished.is_some(), "{begun}: {status:#?}");
        for sql in [
            "DROP TABLE first",
            "DROP TABLE IF EXISTS second",
            "DROP TABLE seaql_migrations",
            "DROP TABLE seaql_migrations_engine",
        ] {
            execute(runner.connection(), sql).await;
        }
    }
}

/// A `down` that a user may not run.
#[tokio::test]
async fn a_change_that_the_user_may_not_make_on_mariadb() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let runner =
        database.runner_of(project(&[refuses().back("DROP TABLE mysql.user"), Inline::table("m2", "second")])).await;
    runner.up(Some(1)).await.unwrap();
    let error = runner.down(None).await.unwrap_err().on_one_line();
    assert!(error.contains("denied"), "{error}");
    let status = runner.status().await.unwrap();
    assert!(status[0].unfinished.is_none() && status[0].applied_at.is_some(), "{status:#?}");
}

/// Other tests write to the same server meanwhile, and then it is not known. One try in which nobody does is enough.
#[tokio::test]
async fn what_refuses_at_once_on_postgres() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let refusing = || refuses().down_by(|_| Box::pin(async { Err(DbErr::Migration("rows would be lost".to_owned())) }));
    for _ in 0..200 {
        let runner = database.runner_of(project(&[refusing()])).await;
        runner.up(None).await.unwrap();
        runner.down(None).await.unwrap_err();
        let status = runner.status().await.unwrap();
        if status[0].unfinished.is_none() {
            assert!(status[0].applied_at.is_some(), "{status:#?}");
            return;
        }
        execute(runner.connection(), "DROP TABLE first; DROP TABLE seaql_migrations, seaql_migrations_engine").await;
        runner.close().await;
    }
    panic!("it was noted as unfinished every time");
}
