//! A service migrates at its own start, over the pool that it has.

use core_server_adapter::{DatabaseConfig, telemetry::Telemetry};
use migration_engine::{Runner, revision::Event};
use sea_orm::{ConnectOptions, Database};
use tests::{
    Backend, TestDatabase,
    fixtures::{applied, execute},
    inline::{Inline, project},
    on_every_backend, rows_as_text,
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

/// Schemas that have a table of this name.
async fn homes(database: &TestDatabase, table: &str) -> Vec<String> {
    let pool = database.connect().await;
    let homes =
        rows_as_text(&pool, &format!("SELECT schemaname FROM pg_catalog.pg_tables WHERE tablename = '{table}'")).await;
    pool.close().await.unwrap();
    homes
}

#[tokio::test]
async fn a_pool_of_an_area_leads_to_its_schema() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let config = DatabaseConfig::new(database.url()).unwrap().in_area("telemetry");
    let telemetry = Telemetry::open(&config).await.unwrap();
    let done = migration_engine::up(tests::area("telemetry"), telemetry.database().connection()).await.unwrap();
    assert_eq!(done, tests::area("telemetry").revision_names());
    assert_eq!(homes(&database, "sensors").await, ["telemetry"]);
    telemetry.database().check().await.unwrap();
    // The alarms' own pool has a search path of its session, too, which begins as the server's does.
    let alarms = core_server_adapter::Database::open(&DatabaseConfig::new(database.url()).unwrap()).await.unwrap();
    migration_engine::up(tests::area("alarms"), alarms.connection()).await.unwrap();
    assert_eq!(homes(&database, "alarms").await, ["public"]);
    alarms.check().await.unwrap();
}

#[tokio::test]
async fn a_pool_with_a_search_path_leads_to_the_first_of_it() {
    for (path, home) in [
        ("\"Plant \"\"7\"\"\", public", "Plant \"7\""),
        ("plant, public", "plant"),
        ("\"$user\", public", "public"),
        ("", "public"),
    ] {
        let database = TestDatabase::create(Backend::Postgres).await;
        let mut options = ConnectOptions::new(database.url());
        if !path.is_empty() {
            options.set_schema_search_path(path);
        }
        let pool = Database::connect(options).await.unwrap();
        assert_eq!(migration_engine::up(history(), &pool).await.unwrap().len(), 2, "{path}");
        assert_eq!(homes(&database, "sites").await, [home], "{path}");
        execute(&pool, "INSERT INTO sites (id) VALUES (1)").await;
    }
}

#[tokio::test]
async fn a_pool_in_memory_is_refused() {
    let pool = Database::connect("sqlite::memory:").await.unwrap();
    let error = migration_engine::up(history(), &pool).await.unwrap_err().on_one_line();
    assert!(error.contains("the program's own pool") && error.contains("in its own memory"), "{error}");
}
