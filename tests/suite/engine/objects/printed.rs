//! What `schema` prints, given to the client, makes the same schema in an empty database.

use migration_engine::Project;
use tests::{Backend, TestDatabase, areas, catalog, inline::project, on_every_backend, process::run};

use super::make_one_of_each;
use crate::{adopted, engine::offline, migration};

on_every_backend!(every_kind_is_made_again, every_area_is_made_again);
on_every_backend!(needs: concurrent_index; an_adopted_project_is_made_again);

/// Has the client run what a command printed of the first database, and compares.
async fn makes_the_same(live: TestDatabase, mut schema: std::process::Command, subject: &str) {
    let printed = run(schema.args(["-u", live.url(), "schema", "--quiet"]));
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""), "{subject}: {printed:#?}");
    let runner = live.runner_of(none()).await;
    let expected = catalog(&runner).await;
    runner.close().await;
    assert!(printed.stdout.ends_with(&format!("-- fingerprint {}\n", expected.fingerprint())), "{subject}");
    let backend = live.backend();
    // There are few of some kinds, and none is held while another one is waited for.
    drop(live);
    let made = TestDatabase::create(backend).await;
    offline::must_run(&made, &printed.stdout);
    let runner = made.runner_of(none()).await;
    let again = catalog(&runner).await;
    // A session that is still open is the only one that some servers have, and the next command waits for it.
    runner.close().await;
    assert_eq!(again.diff(&expected), [], "{subject}\n{}", printed.stdout);
    assert_eq!(again.fingerprint(), expected.fingerprint(), "{subject}");
}

/// Whose bookkeeping is left out is the same for all.
fn none() -> Project {
    project(&[])
}

fn folder() -> std::path::PathBuf {
    std::env::temp_dir()
}

async fn every_kind_is_made_again(database: TestDatabase) {
    make_one_of_each(&database).await;
    makes_the_same(database, migration(&folder()), "one of each").await;
}

async fn every_area_is_made_again(database: TestDatabase) {
    let backend = database.backend();
    drop(database);
    for (area, _) in areas() {
        let live = TestDatabase::create(backend).await;
        live.up_of(area, || tests::area(area), None).await;
        makes_the_same(live, migration(&folder()), area).await;
    }
}

async fn an_adopted_project_is_made_again(database: TestDatabase) {
    let up = run(adopted(&folder()).args(["-u", database.url(), "up"]));
    assert_eq!(up.code, 0, "{up:#?}");
    makes_the_same(database, adopted(&folder()), "adopted").await;
}

/// Comments in the body of a trigger are no schema: `mariadb` leaves them out unless it is told not to.
#[tokio::test]
async fn comments_that_mariadb_leaves_out_are_no_drift() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    make_one_of_each(&database).await;
    let printed = run(migration(&folder()).args(["-u", database.url(), "schema", "--quiet"]));
    assert!(printed.stdout.contains("-- Run it with: mariadb --comments "), "{}", printed.stdout);
    assert!(printed.stdout.contains("/* it's; */"), "the script has them: {}", printed.stdout);
}

/// What an administrator alone may make, in the order in which it is needed.
#[tokio::test]
async fn what_an_administrator_made_is_made_again() {
    let live = TestDatabase::create(Backend::Postgres).await.as_administrator();
    let db = live.connect().await;
    for sql in super::postgres::OF_ADMINISTRATORS {
        tests::fixtures::execute(&db, sql).await;
    }
    let printed = run(migration(&folder()).args(["-u", live.url(), "schema", "--quiet"]));
    let runner = live.runner_of(none()).await;
    let made = TestDatabase::create(Backend::Postgres).await.as_administrator();
    for sql in super::postgres::BESIDE_THE_SCHEMA {
        tests::fixtures::execute(&made.connect().await, sql).await;
    }
    offline::must_run(&made, &printed.stdout);
    let again = made.runner_of(none()).await;
    assert_eq!(catalog(&again).await.diff(&catalog(&runner).await), [], "{}", printed.stdout);
}
