//! A policy that hides rows of a table from its own owner hides none from a revision: it is refused.

use migration_engine::{
    operate::maintain::{TaskOutcome, maintain},
    revision::batch::BatchedUpdate,
    sea_orm_migration::{SchemaManager, prelude::*},
};
use sea_orm::DbBackend;
use tests::{
    Backend,
    fixtures::{self, HISTORY, alarms, columns, count, execute, model_alarms},
};

use super::Ordinary;

const HIDE: &str = "ALTER TABLE alarms FORCE ROW LEVEL SECURITY; ALTER TABLE alarms ENABLE ROW LEVEL SECURITY; \
     CREATE POLICY visible ON alarms USING (sensor_id = 'pump-1')";

#[tokio::test]
async fn down_is_refused_and_loses_nothing() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up_to_predictive().await;
    let db = ordinary.superuser().await;
    execute(&db, &fixtures::history(Backend::Postgres)).await;
    execute(&db, &model_alarms(Backend::Postgres)).await;
    let before = alarms(&db, Backend::Postgres, &columns()).await;
    execute(&db, HIDE).await;

    let runner = ordinary.runner().await;
    let error = runner.down(Some(1)).await.expect_err("rows are hidden").on_one_line();
    assert!(error.contains("row-level security") && error.contains("alarms"), "{error}");
    assert_eq!(alarms(&db, Backend::Postgres, &columns()).await, before);
}

#[tokio::test]
async fn restore_is_refused_and_loses_nothing() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up_to_predictive().await;
    let db = ordinary.superuser().await;
    execute(&db, &model_alarms(Backend::Postgres)).await;
    let runner = ordinary.runner().await;
    runner.down(Some(1)).await.unwrap();
    execute(&db, HIDE).await;
    let error = runner.up(Some(1)).await.expect_err("rows are hidden").on_one_line();
    assert!(error.contains("row-level security"), "{error}");
    execute(&db, "ALTER TABLE alarms DISABLE ROW LEVEL SECURITY").await;
    runner.up(Some(1)).await.unwrap();
    assert_eq!(count(&db, "alarms WHERE origin = 'anomaly_model'").await, HISTORY / 10);
}

/// On a connection that is not the engine's, as stock SeaORM runs revisions.
#[tokio::test]
async fn an_update_in_steps_is_refused() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    ordinary.up().await;
    execute(&ordinary.superuser().await, &format!("{}; {HIDE}", fixtures::history(Backend::Postgres))).await;
    let db = ordinary.connect().await;
    let update = BatchedUpdate::of("alarms", &["id", "raised_at"]).set("message = 'x'").rows_where("message <> 'x'");
    let error = update.run(&SchemaManager::new(&db)).await.expect_err("rows are hidden").to_string();
    assert!(error.contains("row-level security"), "{error}");
    assert_eq!(db.get_database_backend(), DbBackend::Postgres);
}

#[tokio::test]
async fn maintain_is_refused() {
    let ordinary = Ordinary::owner(Backend::Postgres).await;
    let runner = ordinary.runner_of(migration::areas::telemetry::project()).await;
    runner.up(None).await.unwrap();
    let readings = "INSERT INTO sensor_readings (timestamp, sensor_id, value) \
         SELECT now() - n * INTERVAL '1 hour', 'pump-' || n % 2, n FROM generate_series(1, 200) n";
    let hide = "ALTER TABLE sensor_readings FORCE ROW LEVEL SECURITY; ALTER TABLE sensor_readings ENABLE ROW LEVEL SECURITY; \
         CREATE POLICY visible ON sensor_readings USING (sensor_id = 'pump-1')";
    execute(&ordinary.superuser().await, &format!("{readings}; {hide}")).await;
    let tasks = maintain(&runner, false).await.map(|done| done.tasks);
    let refused = match &tasks {
        Ok(tasks) => tasks.iter().any(|task| {
            task.outcome == TaskOutcome::Failed && task.error.as_ref().is_some_and(|e| e.contains("row-level security"))
        }),
        Err(error) => error.to_string().contains("row-level security"),
    };
    assert!(refused, "{tasks:#?}");
    assert_eq!(count(runner.connection(), "sensor_readings_summary_hourly_materialized").await, 0);
}
