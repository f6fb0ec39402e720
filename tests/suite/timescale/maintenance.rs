//! What a command does where there are no jobs.

use chrono::{DateTime, TimeDelta, Utc};
use migration_timescale::{Interval, RefreshPolicy, RetentionPolicy, TimescaleManager};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::SchemaManager;
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{insert, monday, readings, summaries};

on_every_backend!(a_command_refreshes_and_drops);

/// What the command does, save its transactions: the refresh of what is due, then retention in batches.
async fn maintain(db: &DatabaseConnection, now: DateTime<Utc>) {
    let server = SchemaManager::new(db).capability().await.unwrap();
    let [hourly, ..] = summaries();
    let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(3)).end_offset(Interval::minutes(30));
    let last = if server.has_continuous_aggregates() {
        None
    } else {
        let asked = Statement::from_string(server.backend(), hourly.last_bucket_sql(server));
        db.query_one_raw(asked).await.unwrap().unwrap().try_get("", "last_bucket").unwrap()
    };
    for sql in refresh.run_sql(server, now, last).unwrap() {
        db.execute_unprepared(&sql).await.unwrap();
    }
    let retention =
        RetentionPolicy::of_table("readings", "taken_at", Interval::days(2)).keeps_until_summarised_by(&hourly);
    let sql = retention.run_sql(server, now, 50).unwrap();
    while db.execute_unprepared(&sql).await.unwrap().rows_affected() == 50 {}
}

async fn a_command_refreshes_and_drops(database: TestDatabase) {
    let db = readings(&database).await;
    let manager = SchemaManager::new(&db);
    let [hourly, ..] = summaries();
    manager.create_continuous_aggregate(&hourly).await.unwrap();
    insert(&db, monday(), 144 * 3).await;
    // Nothing is summarised yet.
    let server = manager.capability().await.unwrap();
    let all = count(&db, "readings").await;
    if !server.has_continuous_aggregates() {
        let retention = RetentionPolicy::of_table("readings", "taken_at", Interval::days(2));
        let retention = retention.keeps_until_summarised_by(&hourly);
        let sql = retention.run_sql(server, monday() + TimeDelta::days(30), 1_000).unwrap();
        db.execute_unprepared(&sql).await.unwrap();
        assert_eq!(count(&db, "readings").await, all, "what no summary has stays");
    }
    maintain(&db, monday() + TimeDelta::days(3)).await;
    assert_eq!(count(&db, "readings").await, 2 * 288);
    assert_eq!(count(&db, "readings_hourly").await, 144, "the summary outlives what it was made from");
    // A job that stands still for longer than its start offset leaves a hole.
    if !server.has_continuous_aggregates() {
        // The command did not run for a day, which is more than the three hours it looks back.
        insert(&db, monday() + TimeDelta::days(3), 144 + 12).await;
        maintain(&db, monday() + TimeDelta::days(4) + TimeDelta::hours(3)).await;
        assert_eq!(count(&db, "readings_hourly").await, 196);
    }
}
