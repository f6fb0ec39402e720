//! Readings are stored as they were given, several all or not at all, and the same ones once.

use core_server_adapter::{
    AdapterError,
    telemetry::{Added, NewReading, ReadingRepository, SensorReading},
};
use sea_orm::TransactionTrait;
use serde_json::json;
use tests::{TestDatabase, fixtures, on_every_backend};

use super::{at, count, invalid, key, migrated, minute, reading, rows};

on_every_backend!(
    a_reading_is_stored_as_it_was_given,
    many_readings_are_stored_as_they_were_given,
    all_of_many_are_written_or_none,
    what_is_there_is_not_written_again,
    the_callers_transaction_decides,
    bad_values_are_refused_before_the_database_is_asked,
);

/// All that a text can have, for those who quote it.
const AWKWARD: &str = "it's \"20 °C\" \\ 水漏れ \\' $1 ? ?? `x` %s {0} ; -- /* \u{1F525}";

/// Everything that can be given, and what has to come of it.
fn complete(number: u32) -> (NewReading, SensorReading) {
    let metadata =
        json!({"text": AWKWARD, "list": [null, true, -0.125, {"deep": [[], {}]}], "n": 9_007_199_254_740_993_i64});
    let new = reading(AWKWARD, number)
        .kind("Temperatur, °C")
        .unit("m/s² \"x\"")
        .quality(0.1 + 0.2)
        .metadata(metadata.clone());
    let expected = SensorReading {
        timestamp: minute(i64::from(number)).fixed_offset(),
        sensor_id: AWKWARD.to_owned(),
        sensor_type: Some("Temperatur, °C".to_owned()),
        value: super::value(number),
        unit: Some("m/s² \"x\"".to_owned()),
        quality: Some(0.1 + 0.2),
        sensor_metadata: Some(metadata),
        // The database's.
        created_at: minute(0).fixed_offset(),
        id: 0,
    };
    (new, expected)
}

/// And nothing but what has to be given.
fn bare(number: u32) -> (NewReading, SensorReading) {
    let (_, complete) = complete(number);
    let expected = SensorReading {
        sensor_id: "s".to_owned(),
        sensor_type: None,
        unit: None,
        quality: None,
        sensor_metadata: None,
        ..complete
    };
    (reading("s", number), expected)
}

/// Without what the database gives.
fn given(reading: SensorReading) -> SensorReading {
    SensorReading { created_at: minute(0).fixed_offset(), id: 0, ..reading }
}

async fn a_reading_is_stored_as_it_was_given(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let (readings, db) = (telemetry.readings(), telemetry.connection());
    for (new, expected) in [complete(0), bare(1)] {
        let written = readings.insert(&new).await.unwrap();
        assert_eq!(given(written.clone()), expected, "as insert returns it");
        let sensor = &expected.sensor_id;
        assert_eq!(readings.get(sensor, expected.timestamp).await.unwrap(), written);
        assert_eq!(readings.find(sensor, expected.timestamp).await.unwrap().unwrap(), written);
        // In the database's own words: UTC and microseconds.
        let moment = fixtures::moment(database.backend(), expected.timestamp.to_utc());
        assert_eq!(count(db, &format!("sensor_readings WHERE timestamp = {moment}")).await, 1);
        let again = readings.insert(&new).await.unwrap_err();
        let there = matches!(again, AdapterError::AlreadyExists { area: "telemetry", table: "sensor_readings", .. });
        assert!(there, "{again:?}");
    }
    let of_another = readings.find("other", minute(0)).await.unwrap();
    assert_eq!(of_another, None);
    assert_eq!(readings.find("s", at("+12000-01-01T00:00:00Z")).await.unwrap(), None);
    let error = readings.get("s", minute(9)).await.unwrap_err().to_string();
    assert!(error.contains("no row of sensor_readings has the id s at 2026-01-01T00:09:00.123456+00:00"), "{error}");
    // Finer than a microsecond: the same moment.
    let fine = NewReading::new("s", at("2026-03-29T03:30:00.123456789+02:00"), f64::MAX);
    assert_eq!(readings.insert(&fine).await.unwrap().timestamp.to_utc(), at("2026-03-29T01:30:00.123456Z"));
    assert_eq!(readings.get("s", at("2026-03-29T01:30:00.123456Z")).await.unwrap().value, f64::MAX);
}

async fn many_readings_are_stored_as_they_were_given(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let (readings, db) = (telemetry.readings(), telemetry.connection());
    assert_eq!(readings.insert_many(&[]).await.unwrap(), 0);
    assert_eq!(readings.insert_missing(&[]).await.unwrap(), Added::default());
    // Complete ones and bare ones beside each other, and more than one statement.
    let (new, mut expected): (Vec<_>, Vec<_>) =
        (0..2500).map(|number| if number % 3 == 0 { complete(number) } else { bare(number) }).unzip();
    assert_eq!(readings.insert_many(&new).await.unwrap(), 2500);
    expected.sort_by_key(key);
    let written = rows(db).await;
    let ids: std::collections::HashSet<i32> = written.iter().map(|reading| reading.id).collect();
    assert_eq!(ids.len(), 2500, "each has a number of its own");
    assert_eq!(written.into_iter().map(given).collect::<Vec<_>>(), expected);
}

async fn all_of_many_are_written_or_none(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let (readings, db) = (telemetry.readings(), telemetry.connection());
    let there = readings.insert(&reading("s", 0)).await.unwrap();
    let many = || (1..=2500).map(|number| reading("s", number)).collect::<Vec<_>>();
    let mut bad_value = many();
    bad_value[2400] = NewReading::new("s", minute(2401), f64::NAN);
    for result in
        [readings.insert_many(&bad_value).await.map(drop), readings.insert_missing(&bad_value).await.map(drop)]
    {
        assert_eq!(invalid("sensor_readings", &result.unwrap_err()), ("value", Some(2400)));
        assert_eq!(count(db, "sensor_readings").await, 1, "after a bad value");
    }
    // A key that only the database knows to be taken, in the last statement and in a single one.
    let mut taken = many();
    taken.push(reading("s", 0));
    for taken in [&taken[..], &[reading("s", 1), reading("s", 0)], &[reading("s", 2), reading("s", 2)]] {
        let error = readings.insert_many(taken).await.unwrap_err();
        assert!(matches!(error, AdapterError::AlreadyExists { .. }), "{error:?}");
        assert_eq!(rows(db).await, std::slice::from_ref(&there), "after a key that was taken");
    }
    // The last transaction is rolled back when its session gets its turn, and holds the tables until then.
    telemetry.close().await;
}

async fn what_is_there_is_not_written_again(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let (readings, db) = (telemetry.readings(), telemetry.connection());
    let of =
        |sensor: &str, numbers: std::ops::Range<u32>| numbers.map(|number| reading(sensor, number)).collect::<Vec<_>>();
    assert_eq!(readings.insert_missing(&of("s", 0..1500)).await.unwrap(), Added { new: 1500, already_there: 0 });
    let before = rows(db).await;
    let again: Vec<NewReading> = of("s", 0..1500).into_iter().map(|reading| reading.unit("changed")).collect();
    assert_eq!(readings.insert_missing(&again).await.unwrap(), Added { new: 0, already_there: 1500 });
    assert_eq!(rows(db).await, before, "what is there stays as it is");
    // Half new, and another sensor at the same moments.
    assert_eq!(readings.insert_missing(&of("s", 1000..3000)).await.unwrap(), Added { new: 1500, already_there: 500 });
    assert_eq!(readings.insert_missing(&of("t", 0..100)).await.unwrap(), Added { new: 100, already_there: 0 });
    // Twice in the same list: the first stays.
    let twice = [reading("u", 0).unit("first"), reading("u", 0).unit("second"), reading("s", 0)];
    assert_eq!(readings.insert_missing(&twice).await.unwrap(), Added { new: 1, already_there: 2 });
    assert_eq!(readings.get("u", minute(0)).await.unwrap().unit.as_deref(), Some("first"));
    assert_eq!(count(db, "sensor_readings").await, 3101);
}

async fn the_callers_transaction_decides(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let db = telemetry.connection();
    let many: Vec<NewReading> = (0..1200).map(|number| reading("s", number)).collect();
    let transaction = db.begin().await.unwrap();
    let readings = ReadingRepository::new(&transaction);
    assert_eq!(readings.insert_many(&many).await.unwrap(), 1200);
    assert_eq!(readings.latest("s", 5).await.unwrap().len(), 5);
    transaction.rollback().await.unwrap();
    assert_eq!(count(db, "sensor_readings").await, 0);

    let transaction = db.begin().await.unwrap();
    let readings = ReadingRepository::new(&transaction);
    readings.insert(&reading("s", 0)).await.unwrap();
    // A failed call leaves the transaction usable.
    readings.insert_many(&many).await.unwrap_err();
    assert_eq!(readings.insert_missing(&many).await.unwrap(), Added { new: 1199, already_there: 1 });
    transaction.commit().await.unwrap();
    assert_eq!(count(db, "sensor_readings").await, 1200);
}

async fn bad_values_are_refused_before_the_database_is_asked(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let good = || reading("s", 0);
    let cases = [
        ("sensor_id", reading("", 0)),
        ("sensor_id", reading("  ", 0)),
        ("sensor_id", reading("s ", 0)),
        ("sensor_id", reading("a\0", 0)),
        ("sensor_id", reading(&"ü".repeat(256), 0)),
        ("sensor_type", good().kind("")),
        ("sensor_type", good().kind("ü".repeat(101))),
        ("unit", good().unit("")),
        ("unit", good().unit("ü".repeat(51))),
        ("value", NewReading::new("s", minute(0), f64::INFINITY)),
        ("value", NewReading::new("s", minute(0), f64::NAN)),
        ("quality", good().quality(f64::NEG_INFINITY)),
        ("quality", good().quality(f64::NAN)),
        ("sensor_metadata", good().metadata(json!({"a": ["\0"]}))),
        ("timestamp", NewReading::new("s", at("1969-12-31T23:59:59.999999Z"), 1.0)),
        ("timestamp", NewReading::new("s", at("+10000-01-01T00:00:00Z"), 1.0)),
    ];
    for (column, new) in cases {
        assert_eq!(invalid("sensor_readings", &new.validate().unwrap_err()), (column, None));
        assert_eq!(invalid("sensor_readings", &telemetry.readings().insert(&new).await.unwrap_err()), (column, None));
        let error = telemetry.readings().insert_many(&[good(), new]).await.unwrap_err();
        assert_eq!(invalid("sensor_readings", &error), (column, Some(1)));
    }
    // As much as fits.
    let most = reading(&"ü".repeat(255), 0).kind("ü".repeat(100)).unit("ü".repeat(50)).metadata(json!(null));
    assert_eq!(telemetry.readings().insert(&most).await.unwrap().sensor_metadata, None);
    assert_eq!(count(telemetry.connection(), "sensor_readings").await, 1);
}
