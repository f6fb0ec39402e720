//! A SeaORM project that knows nothing of the engine but the call in its `main.rs` is run by it, from the first revision
//! on or from wherever SeaORM's own migrator left it, and can go back to that.

use std::process::Command;

use adopted_project::Migrator;
use sea_orm_migration::MigratorTrait;
use tests::{
    TestDatabase,
    fixtures::{applied, count, has_table},
    on_every_backend,
    process::{Finished, run},
};

use crate::adopted;

const TABLE: &str = "m20220101_000001_create_table";
const SEED: &str = "m20220102_000001_seed_posts";
const VIEWS: &str = "m20220103_000001_count_views";

/// Commands that go well on the migrated database and change nothing in it.
///
/// # How to add a command
///
/// A line here.
const LOOK: &[&[&str]] = &[
    &["status"],
    &["status", "--json"],
    &["schema"],
    &["history", "-v"],
    &["current"],
    &["heads"],
    &["branches"],
    &["show", "m20220102"],
    &["up", "--dry-run"],
    &["down", "base", "--dry-run"],
    &["sql", "up", "--backend", "timescaledb"],
    &["sql", "down", "m20220101:head", "--backend", "sqlite"],
    &["check"],
    &["lint", "--list"],
    &["doctor"],
    &["stamp", "head"],
];

on_every_backend!(
    needs: concurrent_index;
    every_command_works_from_an_empty_database,
    everything_is_taken_back_and_applied_again,
    a_database_of_stock_seaorm_is_continued,
    stock_seaorm_takes_over_again,
);

/// Runs a command in an empty folder against the database.
fn on(database: &TestDatabase, arguments: &[&str]) -> Finished {
    let folder = tests::temporary_folder();
    let mut command: Command = adopted(folder.path());
    run(command.args(["-u", database.url()]).args(arguments))
}

fn printed(database: &TestDatabase, arguments: &[&str]) -> String {
    let finished = on(database, arguments);
    assert_eq!(finished.code, 0, "{arguments:?}: {finished:#?}");
    finished.stdout
}

async fn applied_in(database: &TestDatabase) -> Vec<String> {
    let db = database.connect().await;
    let names = applied(&db).await;
    db.close().await.unwrap();
    names
}

async fn posts_in(database: &TestDatabase) -> u32 {
    let db = database.connect().await;
    let posts = count(&db, "post").await;
    db.close().await.unwrap();
    posts
}

async fn schema_of(database: &TestDatabase) -> String {
    let runner = database.runner_of(Migrator.into()).await;
    let live = runner.schema_sql().await.unwrap();
    runner.close().await;
    live
}

/// Nothing is declared and nothing is seeded, and the one loss there is has a name: views that were counted.
fn verify_names_the_loss(database: &TestDatabase) {
    let finished = on(database, &["verify"]);
    assert_eq!(finished.code, 4, "{finished:#?}");
    let lines: Vec<&str> = finished.stdout.lines().collect();
    assert!(lines[0].contains(TABLE) && lines[0].contains("proved"), "{finished:#?}");
    assert!(lines[1].contains(SEED) && lines[1].contains("proved"), "{finished:#?}");
    assert!(lines[2].contains(VIEWS) && lines[3].contains("row of table post lost"), "{finished:#?}");
    assert!(lines[3].ends_with("set views") && lines[4].starts_with("1 of 3 revisions not proved"), "{finished:#?}");
}

async fn every_command_works_from_an_empty_database(database: TestDatabase) {
    let up = printed(&database, &["up"]);
    for revision in [TABLE, SEED, VIEWS] {
        assert!(up.contains(&format!("up   {revision}")), "{up}");
    }
    let migrated = schema_of(&database).await;
    assert!(migrated.contains("post_views_idx"), "{migrated}");
    for arguments in LOOK {
        assert!(!printed(&database, arguments).is_empty(), "{arguments:?}");
    }
    verify_names_the_loss(&database);
    assert!(printed(&database, &["status"]).ends_with("3 applied, 0 pending\n"));
    assert_eq!((applied_in(&database).await, posts_in(&database).await), (names(3), 3));
    assert_eq!(schema_of(&database).await, migrated);

    assert!(printed(&database, &["down"]).contains(&format!("down {VIEWS}")));
    assert_eq!(applied_in(&database).await, names(2));
    let without_views = schema_of(&database).await;
    assert!(!without_views.contains("views"), "{without_views}");
    assert!(printed(&database, &["up", "-n", "1"]).contains(&format!("up   {VIEWS}")));
    printed(&database, &["fresh", "--yes"]);
    assert_eq!((applied_in(&database).await, posts_in(&database).await), (names(3), 3));
    assert_eq!(schema_of(&database).await, migrated);
    printed(&database, &["down", "-n", "3"]);
    assert!(printed(&database, &["status"]).ends_with("0 applied, 3 pending\n"));
}

async fn everything_is_taken_back_and_applied_again(database: TestDatabase) {
    printed(&database, &["up"]);
    let migrated = schema_of(&database).await;
    printed(&database, &["refresh", "--yes"]);
    assert_eq!((applied_in(&database).await, posts_in(&database).await), (names(3), 3));
    assert_eq!(schema_of(&database).await, migrated);
    printed(&database, &["reset", "--yes"]);
    let db = database.connect().await;
    assert!(!has_table(&db, "post").await && !has_table(&db, "seaql_migrations").await);
}

async fn a_database_of_stock_seaorm_is_continued(database: TestDatabase) {
    let db = database.connect().await;
    Migrator::up(&db, Some(2)).await.unwrap();
    db.close().await.unwrap();
    assert!(printed(&database, &["status"]).ends_with("2 applied, 1 pending\n"));
    let up = printed(&database, &["up"]);
    assert!(up.starts_with(&format!("up   {VIEWS}")) && up.ends_with("1 revision applied\n"), "{up}");
    assert_eq!((applied_in(&database).await, posts_in(&database).await), (names(3), 3));
    for arguments in LOOK {
        printed(&database, arguments);
    }
    let continued = schema_of(&database).await;
    printed(&database, &["fresh", "--yes"]);
    assert_eq!(schema_of(&database).await, continued);
}

async fn stock_seaorm_takes_over_again(database: TestDatabase) {
    printed(&database, &["up"]);
    let migrated = schema_of(&database).await;
    let db = database.connect().await;
    Migrator::status(&db).await.unwrap();
    assert!(Migrator::get_pending_migrations(&db).await.unwrap().is_empty());
    Migrator::down(&db, Some(2)).await.unwrap();
    assert_eq!((applied(&db).await, count(&db, "post").await), (names(1), 0));
    Migrator::up(&db, None).await.unwrap();
    assert_eq!((applied(&db).await, count(&db, "post").await), (names(3), 3));
    db.close().await.unwrap();
    assert_eq!(schema_of(&database).await, migrated);
    assert_eq!(printed(&database, &["up"]), "nothing to apply, the schema is up to date\n");
}

/// The first `count` revisions.
fn names(count: usize) -> Vec<String> {
    [TABLE, SEED, VIEWS][..count].iter().map(|name| (*name).to_owned()).collect()
}
