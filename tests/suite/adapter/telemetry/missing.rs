//! Readings that may be there: only new ones are written and take a number, whoever else writes, and history stays packed.

use std::time::Duration;

use chrono::TimeDelta;
use core_server_adapter::telemetry::{Added, NewReading, ReadingRepository, Telemetry};
use sea_orm::{ConnectionTrait, TransactionTrait};
use tests::{
    Backend, TestDatabase,
    fixtures::{self, execute},
    on_every_backend, rows_as_text,
};

use super::{connect, count, migrated, minute, reading, rows};

on_every_backend!(what_is_there_takes_no_number, readings_that_come_late_are_found,);
on_every_backend!(needs: several_sessions; of_two_that_write_the_same_one_adds_it);

fn of(sensor: &str, numbers: std::ops::Range<u32>) -> Vec<NewReading> {
    numbers.map(|number| reading(sensor, number)).collect()
}

async fn highest_number(telemetry: &Telemetry) -> i32 {
    rows(telemetry.connection()).await.iter().map(|reading| reading.id).max().unwrap_or_default()
}

async fn what_is_there_takes_no_number(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings = telemetry.readings();
    // More than one statement on MySQL and SQLite.
    readings.insert_missing(&of("s", 0..2500)).await.unwrap();
    let before = highest_number(&telemetry).await;
    for _ in 0..3 {
        let added = readings.insert_missing(&of("s", 0..2500)).await.unwrap();
        assert_eq!(added, Added { new: 0, already_there: 2500 });
    }
    // One new reading that comes more than once, among many that are there.
    let mut some = of("s", 0..2000);
    some.extend([reading("t", 7), reading("t", 7).unit("other"), reading("t", 7)]);
    assert_eq!(readings.insert_missing(&some).await.unwrap(), Added { new: 1, already_there: 2002 });
    let new = readings.get("t", minute(7)).await.unwrap();
    assert_eq!((new.id, new.unit), (before + 1, None));
    readings.insert_many(&of("u", 0..1)).await.unwrap();
    assert_eq!(highest_number(&telemetry).await, before + 2);
}

async fn readings_that_come_late_are_found(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings = telemetry.readings();
    let late = [-1, -90, -3_000, -150_000, -5_000_000].map(|number| NewReading::new("s-7", minute(number), 1.5));
    let mut all = late.to_vec();
    for sensor in 0..60 {
        all.extend(of(&format!("s-{sensor}"), 0..20));
    }
    // Newest first, and the same moment of several sensors.
    all.reverse();
    assert_eq!(readings.insert_missing(&all[..700]).await.unwrap(), Added { new: 700, already_there: 0 });
    assert_eq!(readings.insert_missing(&all).await.unwrap(), Added { new: 505, already_there: 700 });
    assert_eq!(readings.insert_missing(&all).await.unwrap(), Added { new: 0, already_there: 1205 });
    assert_eq!(readings.insert_missing(&late).await.unwrap(), Added { new: 0, already_there: 5 });
    assert_eq!(count(telemetry.connection(), "sensor_readings").await, 1205);
}

async fn of_two_that_write_the_same_one_adds_it(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let other = connect(&database, 1).await;
    let transaction = telemetry.connection().begin().await.unwrap();
    ReadingRepository::new(&transaction).insert_many(&of("s", 0..50)).await.unwrap();
    let second = tokio::spawn(async move { other.readings().insert_missing(&of("s", 0..100)).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!second.is_finished(), "the second waits for what becomes of the first");
    transaction.commit().await.unwrap();
    let added = second.await.unwrap().unwrap();
    // MySQL counts what was missing when it began.
    let new = if database.backend() == Backend::Mariadb { 100 } else { 50 };
    assert_eq!(added, Added { new, already_there: 100 - new });
    assert_eq!(count(telemetry.connection(), "sensor_readings").await, 100);
}

/// Rows that lie in the chunks themselves and not in the columnstore.
async fn unpacked<C: ConnectionTrait>(db: &C) -> u32 {
    execute(db, "SET timescaledb.enable_transparent_decompression = off").await;
    let mut rows = 0;
    for chunk in rows_as_text(db, "SELECT c::text FROM show_chunks('sensor_readings') c").await {
        rows += count(db, &format!("ONLY {chunk}")).await;
    }
    execute(db, "RESET timescaledb.enable_transparent_decompression").await;
    rows
}

#[tokio::test]
async fn history_stays_in_the_columnstore() {
    let (database, telemetry) = migrated(TestDatabase::create(Backend::Timescale).await).await;
    telemetry.close().await;
    let telemetry = connect(&database, 1).await;
    let (readings, db) = (telemetry.readings(), telemetry.connection());
    // Two chunks of 10 sensors, a reading of each every 20 minutes.
    let at = |number: i64| fixtures::raised_at(0) + TimeDelta::minutes(number / 10 * 20);
    let history: Vec<NewReading> =
        (0..10_000).map(|number| NewReading::new(format!("s-{}", number % 10), at(number), 1.5)).collect();
    readings.insert_missing(&history).await.unwrap();
    execute(db, "SELECT compress_chunk(c) FROM show_chunks('sensor_readings') c").await;
    assert_eq!(unpacked(db).await, 0);
    let before = highest_number(&telemetry).await;
    for part in [&history[..], &history[2000..2010], &history[..1]] {
        let all = part.len() as u64;
        assert_eq!(readings.insert_missing(part).await.unwrap(), Added { new: 0, already_there: all });
        assert_eq!(unpacked(db).await, 0);
    }
    // New ones between those that are there.
    let mut mixed = history[..100].to_vec();
    mixed.extend((0..5).map(|number| NewReading::new("s-3", at(number * 10) + TimeDelta::minutes(1), 2.5)));
    assert_eq!(readings.insert_missing(&mixed).await.unwrap(), Added { new: 5, already_there: 100 });
    assert_eq!(unpacked(db).await, 5);
    assert_eq!(highest_number(&telemetry).await, before + 5);
}
