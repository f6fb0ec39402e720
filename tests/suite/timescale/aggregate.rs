//! Continuous aggregates, and the table with a view that stands in for them.

use chrono::{DateTime, TimeDelta, Utc};
use migration_timescale::{AggregateIndex, ContinuousAggregate, Interval, TimescaleManager, Window};
use sea_orm::{DatabaseConnection, FromQueryResult, Statement, TransactionTrait};
use sea_orm_migration::SchemaManager;
use tests::{Backend, TestDatabase, on_every_backend};

use super::{catalog, insert, monday, readings, summaries};

on_every_backend!(
    readers_see_the_same_before_and_after_a_refresh,
    what_comes_late_is_seen_after_a_refresh,
    a_second_run_changes_nothing,
    they_are_taken_back_to_nothing,
    another_aggregate_of_the_name_is_refused,
);

/// A row as a typed entity reads it.
#[derive(Debug, PartialEq, FromQueryResult)]
struct Summary {
    bucket: DateTime<Utc>,
    sensor_id: String,
    avg_value: f64,
    max_value: f64,
    min_value: f64,
    readings: i64,
}

async fn rows(db: &DatabaseConnection, of: &str) -> Vec<Summary> {
    let sql = format!(
        "SELECT bucket, sensor_id, avg_value, max_value, min_value, readings FROM {of} ORDER BY bucket, sensor_id"
    );
    let backend = SchemaManager::new(db).get_database_backend();
    Summary::find_by_statement(Statement::from_string(backend, sql)).all(db).await.unwrap()
}

async fn create(db: &DatabaseConnection) {
    let manager = SchemaManager::new(db);
    for aggregate in summaries() {
        manager.create_continuous_aggregate(&aggregate).await.unwrap();
    }
}

async fn refresh(db: &DatabaseConnection, window: Window) {
    let manager = SchemaManager::new(db);
    for aggregate in summaries() {
        manager.refresh_continuous_aggregate(&aggregate, window).await.unwrap();
    }
}

async fn readers_see_the_same_before_and_after_a_refresh(database: TestDatabase) {
    let db = readings(&database).await;
    insert(&db, monday() + TimeDelta::minutes(30), 300).await;
    create(&db).await;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for aggregate in summaries() {
        before.push(rows(&db, aggregate.name()).await);
    }
    // Days and weeks that are not over stay as they are.
    refresh(&db, Window { from: None, to: Some(monday() + TimeDelta::hours(30)) }).await;
    for aggregate in summaries() {
        after.push(rows(&db, aggregate.name()).await);
    }
    assert_eq!(before, after);
    let [hourly, daily, weekly] = &before[..] else { unreachable!() };
    assert_eq!((hourly.len(), daily.len(), weekly.len()), (102, 6, 2));
    let first = Summary {
        bucket: monday(),
        sensor_id: "a".to_owned(),
        avg_value: 1.5,
        max_value: 2.5,
        min_value: 0.5,
        readings: 3,
    };
    assert_eq!(hourly[0], first);
    let all = Summary { avg_value: 150.0, max_value: 299.5, readings: 300, ..first };
    assert!((weekly[0].avg_value - all.avg_value).abs() < 1e-9);
    assert_eq!(Summary { avg_value: 150.0, ..rows(&db, "readings_weekly").await.remove(0) }, all);
}

async fn what_comes_late_is_seen_after_a_refresh(database: TestDatabase) {
    let db = readings(&database).await;
    insert(&db, monday(), 60).await;
    create(&db).await;
    refresh(&db, Window::ALL).await;
    insert(&db, monday() + TimeDelta::minutes(5), 6).await;
    insert(&db, monday() + TimeDelta::days(1), 6).await;
    let hourly = rows(&db, "readings_hourly").await;
    assert_eq!((hourly[0].readings, hourly.len()), (6, 22), "what is late is not seen, what is new is");
    // The second hour only in part: it is left alone.
    let window = Window::between(monday(), monday() + TimeDelta::minutes(119));
    let [hours, ..] = summaries();
    let manager = SchemaManager::new(&db);
    manager.refresh_continuous_aggregate(&hours, window).await.unwrap();
    let hourly = rows(&db, "readings_hourly").await;
    assert_eq!((hourly[0].readings, hourly[2].readings, hourly.len()), (12, 6, 22));
    // Less than a bucket is nothing to do.
    let window = Window::between(monday() + TimeDelta::minutes(1), monday() + TimeDelta::minutes(119));
    manager.refresh_continuous_aggregate(&hours, window).await.unwrap();
    let materialized_only = hours.materialized_only();
    manager.create_continuous_aggregate(&materialized_only).await.unwrap();
    assert_eq!(rows(&db, "readings_hourly").await.len(), 20, "what is new is not materialised");
}

async fn a_second_run_changes_nothing(database: TestDatabase) {
    let db = readings(&database).await;
    insert(&db, monday(), 60).await;
    create(&db).await;
    let [hourly, ..] = summaries();
    let index = AggregateIndex::on(&hourly, "readings_hourly_max_idx").column("max_value").descending("bucket");
    let manager = SchemaManager::new(&db);
    manager.create_aggregate_index(&index).await.unwrap();
    refresh(&db, Window::ALL).await;
    let (made, stored) = (catalog(&db).await, rows(&db, "readings_weekly").await);
    create(&db).await;
    manager.create_aggregate_index(&index).await.unwrap();
    assert_eq!(catalog(&db).await, made);
    assert_eq!(rows(&db, "readings_weekly").await, stored);
    manager.create_continuous_aggregate(&hourly.clone().materialized_only()).await.unwrap();
    assert_ne!(catalog(&db).await, made);
    manager.create_continuous_aggregate(&hourly).await.unwrap();
    assert_eq!(catalog(&db).await, made, "real-time again");
}

async fn they_are_taken_back_to_nothing(database: TestDatabase) {
    let db = readings(&database).await;
    let before = catalog(&db).await;
    // In the transaction of a revision, where the backend has that.
    for _ in 0..2 {
        let work = db.begin().await.unwrap();
        let manager = SchemaManager::new(&work);
        for aggregate in summaries() {
            manager.create_continuous_aggregate(&aggregate).await.unwrap();
        }
        let [hourly, ..] = summaries();
        let index = AggregateIndex::on(&hourly, "readings_hourly_max_idx").column("max_value");
        manager.create_aggregate_index(&index).await.unwrap();
        if manager.capability().await.unwrap().has_continuous_aggregates() {
            let refused = manager.refresh_continuous_aggregate(&hourly, Window::ALL).await.unwrap_err();
            assert!(refused.to_string().contains("use_transaction() -> Some(false)"), "{refused}");
        }
        work.commit().await.unwrap();
        assert_ne!(catalog(&db).await, before);
        let manager = SchemaManager::new(&db);
        for _ in 0..2 {
            manager.drop_aggregate_index(&index).await.unwrap();
        }
        // As they were created: the order does not matter.
        for _ in 0..2 {
            manager.drop_continuous_aggregates(&summaries()).await.unwrap();
        }
        assert_eq!(catalog(&db).await, before);
    }
}

/// The same columns, and another meaning of one.
fn with_other_maximum(hourly: &ContinuousAggregate) -> ContinuousAggregate {
    ContinuousAggregate::on("readings", hourly.name())
        .bucket("bucket", "taken_at", Interval::hours(1))
        .group_by("sensor_id")
        .aggregate("avg_value", "avg(value)")
        .aggregate("max_value", "max(abs(value))")
        .aggregate("min_value", "min(value)")
        .aggregate("readings", "count(*)")
}

async fn another_aggregate_of_the_name_is_refused(database: TestDatabase) {
    let db = readings(&database).await;
    create(&db).await;
    let manager = SchemaManager::new(&db);
    let [hourly, daily, _] = summaries();
    let refused = async |other: ContinuousAggregate, difference: &str| {
        let error = manager.create_continuous_aggregate(&other).await.unwrap_err();
        assert!(error.to_string().contains(&format!("is there with another {difference}")), "{error}");
    };
    let made = catalog(&db).await;
    refused(hourly.clone().aggregate("sum_value", "sum(value)"), "list of columns").await;
    refused(with_other_maximum(&hourly), "query").await;
    refused(with_other_maximum(&hourly).materialized_only(), "query").await;
    assert_eq!(catalog(&db).await, made, "nothing is left of the comparison");
    if database.backend() == Backend::Timescale {
        refused(hourly.clone().bucket("bucket", "taken_at", Interval::hours(2)), "bucket width").await;
        let over_hours = ContinuousAggregate::on("readings", "readings_daily");
        let over_hours = over_hours.bucket("bucket", "taken_at", Interval::days(1)).group_by("sensor_id");
        let over_hours = ["avg_value", "max_value", "min_value", "readings"]
            .into_iter()
            .fold(over_hours, |aggregate, column| aggregate.aggregate(column, "max(value)"));
        refused(over_hours, "source").await;
    }
    let uneven = ContinuousAggregate::stacked_on(&daily, "uneven", Interval::hours(36)).aggregate("n", "count(*)");
    let error = manager.create_continuous_aggregate(&uneven).await.unwrap_err();
    assert!(error.to_string().contains("choose a multiple of 1 day"), "{error}");
}
