//! Policies added, exchanged and removed.

use migration_timescale::{
    ColumnstorePolicy, Interval, RefreshPolicy, ReorderPolicy, RetentionPolicy, Step, TimescaleManager,
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::SchemaManager;
use tests::{Backend, TestDatabase, fixtures::execute, on_every_backend, rows_as_text};

use super::{catalog, compress, readings, sqlstate, summaries};

on_every_backend!(policies_are_added_exchanged_and_removed);

/// Those of a hypertable and its aggregate, with the settings of a first and a second revision.
async fn add(db: &DatabaseConnection, second: bool) -> Vec<Step> {
    let manager = SchemaManager::new(db);
    let [hourly, ..] = summaries();
    let (days, index) = if second { (200, "readings_pkey") } else { (180, "readings_value_idx") };
    let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(if second { 4 } else { 3 }));
    let refresh = refresh.end_offset(Interval::minutes(30)).schedule_interval(Interval::minutes(30));
    let columnstore = ColumnstorePolicy::after("readings", if second { "14 days" } else { "7 days" });
    vec![
        manager.add_refresh_policy(&refresh).await.unwrap(),
        manager.add_columnstore_policy(&columnstore).await.unwrap(),
        manager.add_reorder_policy(&ReorderPolicy::by("readings", index)).await.unwrap(),
        manager
            .add_retention_policy(&RetentionPolicy::of_table("readings", "taken_at", Interval::days(days)))
            .await
            .unwrap(),
        manager.add_retention_policy(&RetentionPolicy::of_aggregate(&hourly, Interval::days(4 * days))).await.unwrap(),
    ]
}

async fn remove(db: &DatabaseConnection) {
    let manager = SchemaManager::new(db);
    let [hourly, ..] = summaries();
    let age = Interval::days(1);
    manager.remove_refresh_policy(&RefreshPolicy::of(&hourly)).await.unwrap();
    manager.remove_columnstore_policy(&ColumnstorePolicy::after("readings", "7 days")).await.unwrap();
    manager.remove_reorder_policy(&ReorderPolicy::by("readings", "readings_pkey")).await.unwrap();
    manager.remove_retention_policy(&RetentionPolicy::of_table("readings", "taken_at", age)).await.unwrap();
    manager.remove_retention_policy(&RetentionPolicy::of_aggregate(&hourly, age)).await.unwrap();
}

async fn policies_are_added_exchanged_and_removed(database: TestDatabase) {
    let db = readings(&database).await;
    let manager = SchemaManager::new(&db);
    let [hourly, ..] = summaries();
    manager.create_continuous_aggregate(&hourly).await.unwrap();
    execute(&db, "CREATE INDEX readings_value_idx ON readings (value)").await;
    compress(&db).await;
    let (before, has_jobs) = (catalog(&db).await, manager.capability().await.unwrap().has_jobs());
    let jobs = async || {
        let sql = "SELECT concat(job_id, config) FROM timescaledb_information.jobs ORDER BY 1";
        if has_jobs { rows_as_text(&db, sql).await } else { Vec::new() }
    };
    let steps = add(&db, false).await;
    assert!(steps.iter().all(|step| (*step == Step::Applied) == has_jobs), "{steps:?}");
    let (made, made_jobs) = (catalog(&db).await, jobs().await);
    assert_eq!(made != before, has_jobs);
    add(&db, false).await;
    assert_eq!((catalog(&db).await, jobs().await), (made.clone(), made_jobs), "the same jobs, not others like them");
    add(&db, true).await;
    let changed = catalog(&db).await;
    assert_eq!(made.diff(&changed).len(), if has_jobs { 5 } else { 0 });
    // Only the schedule is another.
    let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(4)).end_offset(Interval::minutes(30));
    manager.add_refresh_policy(&refresh.schedule_interval(Interval::hours(2))).await.unwrap();
    assert_eq!(changed.diff(&catalog(&db).await).len(), usize::from(has_jobs));
    add(&db, false).await;
    assert_eq!(catalog(&db).await, made);
    for _ in 0..2 {
        remove(&db).await;
        assert_eq!(catalog(&db).await, before);
    }
}

#[tokio::test]
async fn policies_that_lose_rows_are_refused_before() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = readings(&database).await;
    let manager = SchemaManager::new(&db);
    let [hourly, daily, _] = summaries();
    for aggregate in [&hourly, &daily] {
        manager.create_continuous_aggregate(aggregate).await.unwrap();
    }
    let small = RefreshPolicy::of(&hourly).start_offset(Interval::hours(2)).end_offset(Interval::minutes(30));
    let error = manager.add_refresh_policy(&small).await.unwrap_err();
    assert!(error.to_string().contains("less than two buckets"), "{error}");
    let add = "SELECT add_continuous_aggregate_policy('readings_hourly', INTERVAL '2 hours', INTERVAL '30 minutes', INTERVAL '1 hour')";
    assert_eq!(sqlstate(&db.execute_unprepared(add).await.unwrap_err()), "22023");

    let retention = |days| RetentionPolicy::of_table("readings", "taken_at", Interval::days(days));
    manager.add_refresh_policy(&RefreshPolicy::of(&hourly).start_offset(Interval::days(3))).await.unwrap();
    let error = manager.add_retention_policy(&retention(3)).await.unwrap_err();
    assert!(error.to_string().contains("start_offset shorter than drop_after"), "{error}");
    manager.add_retention_policy(&retention(4)).await.unwrap();
    for reach in [RefreshPolicy::of(&hourly), RefreshPolicy::of(&hourly).start_offset(Interval::days(4))] {
        let error = manager.add_refresh_policy(&reach).await.unwrap_err();
        assert!(error.to_string().contains("start_offset shorter than drop_after"), "{error}");
    }
    // Of an aggregate made of another it is that one's retention.
    manager.add_refresh_policy(&RefreshPolicy::of(&daily).start_offset(Interval::days(8))).await.unwrap();
    let error = manager.add_retention_policy(&RetentionPolicy::of_aggregate(&hourly, Interval::days(7))).await;
    assert!(error.unwrap_err().to_string().contains("an aggregate over readings_hourly"));
    manager.add_retention_policy(&RetentionPolicy::of_aggregate(&hourly, Interval::days(9))).await.unwrap();
    let error = manager.add_refresh_policy(&RefreshPolicy::of(&daily)).await.unwrap_err();
    assert!(error.to_string().contains("readings_daily"), "{error}");
}
