//! The Apache profile on a server with the full licence: what is rendered for the former runs on the latter, since it has
//! all that the former has. (A whole server with `timescaledb.license = apache` passes the tests of this folder that run
//! on every backend.)

use chrono::TimeDelta;
use migration_timescale::{AggregateIndex, Capability, Interval, RefreshPolicy, RetentionPolicy, TimescaleManager};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::SchemaManager;
use tests::{Backend, TestDatabase, fixtures::count, rows_as_text};

use super::{catalog, insert, monday, readings, summaries};

async fn apache(db: &DatabaseConnection) -> Capability {
    let server = SchemaManager::new(db).capability().await.unwrap();
    Capability::timescale_apache(server.timescale_version().unwrap())
}

async fn run(db: &DatabaseConnection, statements: impl IntoIterator<Item = String>) {
    for sql in statements {
        db.execute_unprepared(&sql).await.unwrap();
    }
}

#[tokio::test]
async fn aggregates_are_tables_and_views_over_hypertables() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = readings(&database).await;
    let (server, before) = (apache(&db).await, catalog(&db).await);
    insert(&db, monday(), 432).await;
    let [hourly, ..] = summaries();
    let index = AggregateIndex::on(&hourly, "readings_hourly_max_idx").column("max_value");
    for _ in 0..2 {
        for aggregate in summaries() {
            run(&db, aggregate.create_sql(server).unwrap()).await;
        }
        run(&db, [index.create_sql(server)]).await;
    }
    let text = "SELECT concat_ws(' ', bucket, sensor_id, readings) FROM readings_hourly ORDER BY bucket, sensor_id";
    let unrefreshed = rows_as_text(&db, text).await;
    assert_eq!(unrefreshed.len(), 144);

    // Nothing is summarised, so nothing is dropped; then the first of three days.
    let now = monday() + TimeDelta::days(3);
    let retention = RetentionPolicy::of_table("readings", "taken_at", Interval::days(2));
    let retention = retention.keeps_until_summarised_by(&hourly).run_sql(server, now, 1_000).unwrap();
    run(&db, [retention.clone()]).await;
    assert_eq!(count(&db, "readings").await, 864);
    let asked = Statement::from_string(server.backend(), hourly.last_bucket_sql(server));
    let last = db.query_one_raw(asked).await.unwrap().unwrap().try_get("", "last_bucket").unwrap();
    let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(3));
    run(&db, refresh.run_sql(server, now, last).unwrap()).await;
    run(&db, [retention]).await;
    assert_eq!(count(&db, "readings").await, 576);
    assert_eq!(rows_as_text(&db, text).await, unrefreshed);

    let [hourly, daily, weekly] = summaries();
    for aggregate in [weekly, daily, hourly] {
        run(&db, aggregate.drop_sql(server)).await;
    }
    assert_eq!(catalog(&db).await, before);
}
