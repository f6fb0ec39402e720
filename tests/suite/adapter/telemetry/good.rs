//! Good readings are found by their partial index, where the backend has one.

use std::sync::{Arc, Mutex};

use core_server_adapter::{
    PageRequest,
    telemetry::{NewReading, ReadingFilter, ReadingRepository},
};
use sea_orm::{ConnectionTrait, Statement};
use tests::{Backend, TestDatabase, fixtures::execute, on_every_backend};

use super::{migrated, minute, reading};

on_every_backend!(good_is_from_the_bound_on);
on_every_backend!(
    only: [sqlite, postgres, timescaledb], "MariaDB has no partial indexes, and chooses between its indexes as it likes";
    good_readings_come_from_their_index,
);

async fn good_is_from_the_bound_on(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let qualities = [Some(0.8), Some(0.799_999), None, Some(1.0), Some(-1.0), Some(0.8)];
    let new: Vec<NewReading> = (0..)
        .zip(qualities)
        .map(|(number, quality)| {
            let new = reading("a", number);
            if let Some(quality) = quality { new.quality(quality) } else { new }
        })
        .collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let page = telemetry.readings().list(&ReadingFilter::new().good(), &PageRequest::first(10)).await.unwrap();
    let found: Vec<_> = page.items.iter().map(|reading| reading.timestamp.to_utc()).collect();
    assert_eq!(found, [5, 3, 0].map(minute));
}

async fn good_readings_come_from_their_index(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    // One in fifty is good: looking for them among all of the sensor would read fifty times as many.
    let new: Vec<NewReading> = (0..20_000)
        .map(|number| {
            reading(["a", "b"][number as usize % 2], number).quality(if number % 50 == 0 { 0.9 } else { 0.1 })
        })
        .collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    telemetry.close().await;
    let mut db = database.connect().await;
    let sent: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let written = Arc::clone(&sent);
    db.set_metric_callback(move |info| written.lock().unwrap().push(info.statement.clone()));
    let filter = ReadingFilter::new().sensor("a").good();
    let page = ReadingRepository::new(&db).list(&filter, &PageRequest::first(100)).await.unwrap();
    assert_eq!(page.items.len(), 100);
    let statement = sent.lock().unwrap().last().unwrap().to_string();
    let is_sqlite = database.backend() == Backend::Sqlite;
    let explain = if is_sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    execute(&db, "ANALYZE").await;
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), format!("{explain} {statement}")))
        .await
        .unwrap();
    let column = if is_sqlite { "detail" } else { "QUERY PLAN" };
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    assert!(plan.iter().any(|line| line.contains("sensor_readings_good_idx")), "{statement}\n{plan:#?}");
}
