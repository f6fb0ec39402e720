//! A service migrates at its own start, over the pool that it has.

use migration_engine::{Runner, revision::Event};
use sea_orm::{ConnectOptions, Database};
use tests::{
    TestDatabase,
    fixtures::{applied, execute},
    inline::{Inline, project},
    on_every_backend,
};

on_every_backend!(
    needs: several_sessions;
    several_copies_start_at_once, a_run_is_told_event_by_event
);

fn history() -> migration_engine::Project {
    project(&[Inline::table("m1_sites", "sites"), Inline::table("m2_rooms", "rooms")])
}

async fn several_copies_start_at_once(database: TestDatabase) {
    let pool = Database::connect(ConnectOptions::new(database.url())).await.unwrap();
    let starts = futures_util::future::join_all((0..4).map(|_| migration_engine::up(history(), &pool))).await;
    let mut done: Vec<String> = starts.into_iter().flat_map(Result::unwrap).collect();
    done.sort();
    assert_eq!(done, ["m1_sites", "m2_rooms"], "each ran once");
    assert_eq!(applied(&pool).await, ["m1_sites", "m2_rooms"]);
    assert!(migration_engine::up(history(), &pool).await.unwrap().is_empty());
    execute(&pool, "INSERT INTO sites (id) VALUES (1)").await;
}

async fn a_run_is_told_event_by_event(database: TestDatabase) {
    let pool = Database::connect(ConnectOptions::new(database.url())).await.unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let runner = Runner::beside(history(), &pool).await.unwrap().on_event(move |event| tell.send(event).unwrap());
    runner.up(Some(1)).await.unwrap();
    let finished =
        told.try_iter().filter(|event| matches!(event, Event::Finished { revision, .. } if revision == "m1_sites"));
    assert_eq!(finished.count(), 1);
    runner.close().await;
    assert_eq!(applied(&pool).await, ["m1_sites"], "the pool goes on");
}

#[tokio::test]
async fn a_pool_in_memory_is_refused() {
    let pool = Database::connect("sqlite::memory:").await.unwrap();
    let error = migration_engine::up(history(), &pool).await.unwrap_err().on_one_line();
    assert!(error.contains("the program's own pool") && error.contains("in its own memory"), "{error}");
}
