//! Sensors: registered once, listed, changed, and with their last reading.

use core_server_adapter::{
    AdapterError, PageRequest,
    telemetry::{Added, NewSensor, Sensor, SensorFilter, SensorRepository, SensorStatus},
};
use sea_orm::TransactionTrait;
use tests::{TestDatabase, on_every_backend};

use super::{AWKWARD, count, invalid, migrated, minute, reading};

on_every_backend!(
    a_sensor_is_registered_once,
    sensors_are_listed_by_what_they_are,
    sensors_change,
    the_last_reading_comes_with_the_sensor,
    bad_sensors_are_refused,
);

async fn a_sensor_is_registered_once(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let (sensors, db) = (telemetry.sensors(), telemetry.connection());
    let new = NewSensor::new(AWKWARD, "temperature").location(AWKWARD).status(SensorStatus::Faulty);
    let registered = sensors.register(&new).await.unwrap();
    assert_eq!((&*registered.sensor_id, &*registered.r#type), (AWKWARD, "temperature"));
    assert_eq!((registered.location.as_deref(), registered.status), (Some(AWKWARD), SensorStatus::Faulty));
    assert_eq!(registered.created_at, registered.updated_at);
    assert_eq!(sensors.get(AWKWARD).await.unwrap(), registered);
    // Again, and otherwise: the first one stays.
    assert_eq!(sensors.register(&NewSensor::new(AWKWARD, "pressure")).await.unwrap(), registered);
    let others = [NewSensor::new("b", "pressure"), new, NewSensor::new("c", "pressure"), NewSensor::new("b", "other")];
    assert_eq!(sensors.register_many(&others).await.unwrap(), Added { new: 2, already_there: 2 });
    assert_eq!(sensors.get("b").await.unwrap().r#type, "pressure");
    let many: Vec<NewSensor> = (0..2500).map(|number| NewSensor::new(format!("n {number}"), "flow")).collect();
    assert_eq!(sensors.register_many(&many).await.unwrap(), Added { new: 2500, already_there: 0 });
    assert_eq!(sensors.register_many(&many).await.unwrap(), Added { new: 0, already_there: 2500 });
    assert_eq!(sensors.register_many(&[]).await.unwrap(), Added::default());
    assert_eq!(count(db, "sensors").await, 2503);
    // Case makes a difference, and so does what is not there.
    assert_eq!(sensors.find("B").await.unwrap(), None);
    let error = sensors.get("B").await.unwrap_err();
    assert!(matches!(&error, AdapterError::NotFound { table: "sensors", id, .. } if id == "B"), "{error:?}");
    // A transaction of the caller's takes it back.
    let transaction = db.begin().await.unwrap();
    let within = SensorRepository::new(&transaction);
    within.register(&NewSensor::new("d", "flow")).await.unwrap();
    within.register_many(&[NewSensor::new("e", "flow")]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(count(db, "sensors").await, 2503);
}

async fn all(sensors: SensorRepository<'_, core_server_adapter::Pool>, filter: &SensorFilter) -> Vec<Sensor> {
    let mut request = PageRequest::first(7);
    let mut found = Vec::new();
    loop {
        let page = sensors.list(filter, &request).await.unwrap();
        found.extend(page.items);
        let Some(next) = page.next else { return found };
        request = PageRequest::at(next, 7);
    }
}

async fn sensors_are_listed_by_what_they_are(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let sensors = telemetry.sensors();
    let status = [SensorStatus::Active, SensorStatus::Inactive, SensorStatus::Maintenance];
    let new: Vec<NewSensor> = (0..60_usize)
        .map(|number| {
            let kind = ["temperature", "pressure"][number % 2];
            let sensor = NewSensor::new(format!("s {number}"), kind).status(status[number % 3]);
            if number % 5 == 0 { sensor.location("hall 1") } else { sensor }
        })
        .collect();
    // Some at the same moment, some not.
    sensors.register_many(&new[..30]).await.unwrap();
    sensors.register_many(&new[30..]).await.unwrap();
    let everything = all(sensors, &SensorFilter::new()).await;
    assert_eq!(everything.len(), 60);
    assert!(everything.is_sorted_by(|newer, older| (newer.created_at, newer.id) > (older.created_at, older.id)));
    for kind in [None, Some("pressure"), Some("Pressure")] {
        for status in [None, Some(SensorStatus::Maintenance), Some(SensorStatus::Faulty)] {
            for location in [None, Some("hall 1")] {
                let filter =
                    SensorFilter { kind: kind.map(str::to_owned), status, location: location.map(str::to_owned) };
                let expected: Vec<Sensor> = everything
                    .iter()
                    .filter(|sensor| {
                        kind.is_none_or(|kind| sensor.r#type == kind)
                            && status.is_none_or(|status| sensor.status == status)
                            && location.is_none_or(|location| sensor.location.as_deref() == Some(location))
                    })
                    .cloned()
                    .collect();
                assert_eq!(all(sensors, &filter).await, expected, "{filter:?}");
            }
        }
    }
    let error = sensors.list(&SensorFilter::new(), &PageRequest::first(1001)).await.unwrap_err();
    assert_eq!(error.to_string(), "limit 1001 is not between 1 and 1000");
}

async fn sensors_change(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let sensors = telemetry.sensors();
    let before = sensors.register(&NewSensor::new("s", "flow").location("hall 1")).await.unwrap();
    let other = sensors.register(&NewSensor::new("t", "flow")).await.unwrap();
    let changed = sensors.set_status("s", SensorStatus::Decommissioned).await.unwrap();
    assert!(changed.updated_at > before.updated_at);
    assert_eq!(
        Sensor { status: SensorStatus::Decommissioned, updated_at: changed.updated_at, ..before.clone() },
        changed
    );
    assert_eq!(sensors.set_location("s", Some(AWKWARD)).await.unwrap().location.as_deref(), Some(AWKWARD));
    assert_eq!(sensors.set_location("s", None).await.unwrap().location, None);
    assert_eq!(sensors.get("t").await.unwrap(), other);
    let error = sensors.set_location("s", Some("")).await.unwrap_err();
    assert_eq!(invalid("sensors", &error), ("location", None));
    for result in [sensors.set_status("u", SensorStatus::Active).await, sensors.set_location("u", None).await] {
        assert!(matches!(result.unwrap_err(), AdapterError::NotFound { .. }));
    }
}

async fn the_last_reading_comes_with_the_sensor(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let (sensors, readings) = (telemetry.sensors(), telemetry.readings());
    let names: Vec<String> = (0..20).map(|number| format!("s {number:02}")).collect();
    let new: Vec<NewSensor> = names.iter().map(|name| NewSensor::new(name, "flow")).collect();
    sensors.register_many(&new).await.unwrap();
    // The first has none; the others so many. One reading is of no registered sensor.
    let mut written = vec![reading("nobody", 9999)];
    for (name, count) in names.iter().zip(0..) {
        written.extend((0..count).map(|number| reading(name, number * 700)));
    }
    readings.insert_many(&written).await.unwrap();
    let mut request = PageRequest::first(6);
    let mut seen = 0;
    loop {
        let page = sensors.list_with_last_reading(&SensorFilter::new(), &request).await.unwrap();
        for state in page.items {
            seen += 1;
            let number: i64 = state.sensor.sensor_id[2..].parse().unwrap();
            let last = state.last.map(|reading| (reading.sensor_id, reading.timestamp.to_utc()));
            let expected = (number > 0).then(|| (state.sensor.sensor_id, minute((number - 1) * 700)));
            assert_eq!(last, expected);
        }
        let Some(next) = page.next else { break };
        request = PageRequest::at(next, 6);
    }
    assert_eq!(seen, 20);
}

async fn bad_sensors_are_refused(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let sensors = telemetry.sensors();
    let cases = [
        ("sensor_id", NewSensor::new("", "flow")),
        ("sensor_id", NewSensor::new("s ", "flow")),
        ("sensor_id", NewSensor::new("ü".repeat(256), "flow")),
        ("type", NewSensor::new("s", " ")),
        ("type", NewSensor::new("s", "ü".repeat(101))),
        ("location", NewSensor::new("s", "flow").location("a\0")),
    ];
    for (column, new) in cases {
        assert_eq!(invalid("sensors", &sensors.register(&new).await.unwrap_err()), (column, None));
        let error = sensors.register_many(&[NewSensor::new("t", "flow"), new]).await.unwrap_err();
        assert_eq!(invalid("sensors", &error), (column, Some(1)));
    }
    assert_eq!(count(telemetry.connection(), "sensors").await, 0);
}
