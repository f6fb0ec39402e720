//! Readings in pages, as streams, and the newest of them.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, PageRequest, Period,
    telemetry::{Band, NewReading, ReadingCursor, ReadingFilter, ReadingRepository, SensorReading, Telemetry},
};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, StreamTrait, TransactionTrait};
use tests::{TestDatabase, on_every_backend};

use super::{key, migrated, minute, reading, rows, value};

on_every_backend!(
    filters_let_through_what_they_say,
    pages_cover_every_reading_once_both_ways,
    what_is_written_meanwhile_disturbs_no_page,
    the_newest_readings_are_found,
    bad_requests_are_refused,
);

/// Names in the order of any collation.
const SENSORS: [&str; 4] = ["a-1", "b-1", "c-1", "d-1"];
const ROWS: u32 = 400;

/// Four sensors at the same moments, some a microsecond apart, over some weeks.
async fn fill(telemetry: &Telemetry) -> Vec<SensorReading> {
    let new = |number: u32| {
        let moment = number / 4;
        let at = minute(i64::from(moment / 2) * 611) + TimeDelta::microseconds(i64::from(moment % 2));
        let new = NewReading::new(SENSORS[number as usize % 4], at, value(number));
        if number.is_multiple_of(3) { new.kind("temperature") } else { new }
    };
    telemetry.readings().insert_many(&(0..ROWS).map(new).collect::<Vec<_>>()).await.unwrap();
    let rows = rows(telemetry.connection()).await;
    assert_eq!(rows.len(), ROWS as usize);
    rows
}

fn matches(filter: &ReadingFilter, reading: &SensorReading) -> bool {
    let in_band = |band: Band| match band {
        Band::Inside { low, high } => low <= reading.value && reading.value <= high,
        Band::Outside { low, high } => reading.value < low || reading.value > high,
    };
    filter.sensor.as_ref().is_none_or(|sensor| reading.sensor_id == *sensor)
        && filter.kind.as_ref().is_none_or(|kind| reading.sensor_type.as_ref() == Some(kind))
        && filter.period.from.is_none_or(|from| reading.timestamp >= from)
        && filter.period.to.is_none_or(|to| reading.timestamp < to)
        && filter.band.is_none_or(in_band)
}

async fn streamed<C: ConnectionTrait + StreamTrait>(
    readings: ReadingRepository<'_, C>,
    filter: &ReadingFilter,
    beyond: Option<&ReadingCursor>,
) -> Vec<SensorReading> {
    readings.stream(filter, beyond).await.unwrap().try_collect().await.unwrap()
}

async fn filters_let_through_what_they_say(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let all = fill(&telemetry).await;
    let readings = telemetry.readings();
    let tie = all[200].timestamp.to_utc();
    let values = [all[7].value, all[8].value];
    let (low, high) = (values[0].min(values[1]), values[0].max(values[1]));
    let bands = [
        None,
        Some(Band::Inside { low, high }),
        Some(Band::Outside { low, high }),
        Some(Band::Inside { low, high: low }),
    ];
    let nano = TimeDelta::nanoseconds(1);
    let periods = [
        Period::ALL,
        Period::since(tie),
        Period::until(tie + nano),
        Period::between(tie, tie + TimeDelta::microseconds(1)),
        Period::between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC),
        Period::between(tie, tie),
    ];
    let mut empty = 0;
    for band in bands {
        for period in periods {
            for sensor in [None, Some("b-1"), Some("B-1")] {
                for kind in [None, Some("temperature")] {
                    let sensor = sensor.map(str::to_owned);
                    let filter = ReadingFilter { sensor, kind: kind.map(str::to_owned), period, band, good: false };
                    let mut expected: Vec<SensorReading> =
                        all.iter().filter(|reading| matches(&filter, reading)).cloned().collect();
                    assert_eq!(streamed(readings, &filter, None).await, expected, "streamed {filter:?}");
                    expected.reverse();
                    let page = readings.list(&filter, &PageRequest::first(1000)).await.unwrap();
                    assert_eq!(page.items, expected, "{filter:?}");
                    empty += u32::from(expected.is_empty());
                }
            }
        }
    }
    assert!((50..120).contains(&empty), "{empty} of 144 find nothing");
}

async fn pages_cover_every_reading_once_both_ways(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let mut all = fill(&telemetry).await;
    let readings = telemetry.readings();
    all.reverse();
    for filter in [ReadingFilter::new(), ReadingFilter::new().sensor("c-1"), ReadingFilter::new().sensor("nowhere")] {
        let expected: Vec<SensorReading> = all.iter().filter(|reading| matches(&filter, reading)).cloned().collect();
        let mut request = PageRequest::first(7);
        let mut forwards = Vec::new();
        loop {
            let page = readings.list(&filter, &request).await.unwrap();
            if let Some(previous) = &page.previous {
                let back = readings.list(&filter, &PageRequest::at(previous.clone(), 7)).await.unwrap();
                assert_eq!(back.items[..], forwards[forwards.len() - 7..], "back, {filter:?}");
            }
            forwards.extend(page.items);
            let Some(next) = page.next else { break };
            // As text and as JSON.
            let next: ReadingCursor = next.to_string().parse().unwrap();
            let json = serde_json::to_string(&PageRequest::at(next, 7)).unwrap();
            request = serde_json::from_str(&json).unwrap();
        }
        assert_eq!(forwards, expected, "{filter:?}");
        // A stream goes on from any reading, both from its own place and within a transaction.
        for number in [0, 1, 2, 3, 50, expected.len().saturating_sub(1)] {
            let Some(place) = expected.get(number) else { continue };
            let mut newer = expected[..number].to_vec();
            newer.reverse();
            assert_eq!(streamed(readings, &filter, Some(&ReadingCursor::after_reading(place))).await, newer);
        }
    }
    let transaction = telemetry.connection().begin().await.unwrap();
    let within = ReadingRepository::new(&transaction);
    within.insert(&reading("e-1", 5)).await.unwrap();
    assert_eq!(streamed(within, &ReadingFilter::new(), None).await.len(), ROWS as usize + 1);
    // A stream that is dropped half way leaves the session usable.
    let mut stream = Box::pin(within.stream(&ReadingFilter::new(), None).await.unwrap());
    stream.try_next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(within.latest("e-1", 10).await.unwrap().len(), 1);
    transaction.rollback().await.unwrap();
}

async fn what_is_written_meanwhile_disturbs_no_page(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let there: HashSet<_> = fill(&telemetry).await.iter().map(key).collect();
    // Newer, older, between, and at moments that are there with sensors before and after.
    let meanwhile = |number: u32| {
        let offset = i64::from(number);
        let tie = minute(offset % 50 * 611);
        let name = format!("c-1 {number}");
        [
            NewReading::new("a-1", minute(100_000 + offset), 1.0),
            NewReading::new("a-1", minute(-100_000 - offset), 1.0),
            NewReading::new(name, tie, 1.0),
        ]
    };
    let written = Arc::new(AtomicU32::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let writer = (!database.has_one_session()).then(|| {
        let (telemetry, stop, written) = (telemetry.clone(), Arc::clone(&stop), Arc::clone(&written));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let number = written.fetch_add(1, Ordering::Relaxed);
                telemetry.readings().insert_many(&meanwhile(number)).await.unwrap();
            }
        })
    });
    let mut seen = Vec::new();
    let mut request = PageRequest::first(7);
    loop {
        let page = telemetry.readings().list(&ReadingFilter::new(), &request).await.unwrap();
        seen.extend(page.items.iter().map(key));
        match &writer {
            // The second one that begins from here on tells that one whole batch is in.
            Some(writer) if seen.len() < 200 => {
                let before = written.load(Ordering::Relaxed);
                while written.load(Ordering::Relaxed) < before + 2 && !writer.is_finished() {
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
            }
            Some(_) => stop.store(true, Ordering::Relaxed),
            None if seen.len() < 200 => {
                let number = written.fetch_add(1, Ordering::Relaxed);
                telemetry.readings().insert_many(&meanwhile(number)).await.unwrap();
            }
            None => {}
        }
        let Some(next) = page.next else { break };
        request = PageRequest::at(next, 7);
    }
    stop.store(true, Ordering::Relaxed);
    if let Some(writer) = writer {
        writer.await.unwrap();
    }
    assert!(written.load(Ordering::Relaxed) > 10);
    assert!(seen.is_sorted_by(|newer, older| newer > older), "newest first, none twice");
    let seen: HashSet<_> = seen.into_iter().collect();
    let missed = there.difference(&seen).count();
    assert_eq!(missed, 0, "readings that were there at the start");
}

async fn the_newest_readings_are_found(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let mut all = fill(&telemetry).await;
    let readings = telemetry.readings();
    all.reverse();
    for sensor in ["a-1", "d-1", "nowhere"] {
        let expected: Vec<&SensorReading> = all.iter().filter(|reading| reading.sensor_id == sensor).collect();
        for count in [1, 10, 1000] {
            let found = readings.latest(sensor, count).await.unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected[..expected.len().min(count as usize)]);
        }
    }
    readings.insert(&NewReading::new("b-1", minute(1_000_000), 7.0)).await.unwrap();
    let mut last = readings.last_of(&["d-1", "nowhere", "b-1", "a-1"]).await.unwrap();
    last.sort_by_key(|reading| reading.sensor_id.clone());
    let names: Vec<&str> = last.iter().map(|reading| reading.sensor_id.as_str()).collect();
    assert_eq!(names, ["a-1", "b-1", "d-1"]);
    assert_eq!(last[1].timestamp.to_utc(), minute(1_000_000));
    assert_eq!(last[0], *all.iter().find(|reading| reading.sensor_id == "a-1").unwrap());
    assert_eq!(readings.last_of(&[]).await.unwrap(), []);
}

async fn bad_requests_are_refused(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings = telemetry.readings();
    let refused = |error: AdapterError, expected: &str| {
        assert!(matches!(error, AdapterError::InvalidPage { .. }), "{error:?}");
        assert_eq!(error.to_string(), expected);
    };
    let all = ReadingFilter::new();
    refused(readings.list(&all, &PageRequest::first(0)).await.unwrap_err(), "limit 0 is not between 1 and 1000");
    refused(readings.latest("s", 100_001).await.unwrap_err(), "limit 100001 is not between 1 and 100000");
    for (low, high) in [(2.0, 1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
        for band in [Band::Inside { low, high }, Band::Outside { low, high }] {
            let filter = ReadingFilter::new().band(band);
            let expected = format!("band goes from {low} to {high}; give finite numbers, the lower one first");
            refused(readings.list(&filter, &PageRequest::first(1)).await.unwrap_err(), &expected);
            refused(readings.stream(&filter, None).await.map(drop).unwrap_err(), &expected);
        }
    }
}
