//! Hours, days and weeks: right before and after they are stored, and after a refresh of what came in late.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, Period,
    telemetry::{NewReading, ReadingSummary, Summary, Telemetry},
};
use futures_util::TryStreamExt;
use sea_orm::ConnectionTrait;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, execute},
    on_every_backend,
};

use super::{migrated, minute, value};

on_every_backend!(
    summaries_are_right_before_and_after_they_are_stored,
    old_readings_show_after_a_refresh,
    a_refresh_loses_nothing_that_retention_has_dropped,
    an_hour_that_was_cut_does_not_shrink,
);

type Rows = Vec<(String, DateTime<Utc>, f64)>;

/// Two sensors over five weeks, not evenly.
fn rows() -> Rows {
    let row = |number: u32| {
        let at = minute(i64::from(number) * 97) + TimeDelta::seconds(i64::from(number % 7) * 13);
        (["a-1", "b-1"][number as usize % 2].to_owned(), at, value(number))
    };
    (0..500).map(row).collect()
}

async fn insert(telemetry: &Telemetry, rows: &Rows) {
    let new: Vec<NewReading> = rows.iter().map(|(sensor, at, value)| NewReading::new(sensor, *at, *value)).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
}

/// Computed by hand, in the order of the repository.
#[allow(clippy::cast_precision_loss, reason = "small")]
fn by_hand(rows: &Rows, summary: Summary, sensor: Option<&str>, period: Period) -> Vec<ReadingSummary> {
    let seconds = match summary {
        Summary::Hourly => 3_600,
        Summary::Daily => 86_400,
        Summary::Weekly => 604_800,
    };
    let monday = "2000-01-03T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp();
    let mut buckets: BTreeMap<(i64, &str), Vec<f64>> = BTreeMap::new();
    for (of, at, value) in rows.iter().filter(|row| sensor.is_none_or(|sensor| row.0 == sensor)) {
        let begin = at.timestamp() - (at.timestamp() - monday).rem_euclid(seconds);
        buckets.entry((begin, of)).or_default().push(*value);
    }
    let summarized = |((begin, sensor), values): (&(i64, &str), &Vec<f64>)| ReadingSummary {
        bucket: DateTime::from_timestamp(*begin, 0).unwrap(),
        sensor_id: (*sensor).to_owned(),
        average: values.iter().sum::<f64>() / values.len() as f64,
        minimum: values.iter().copied().fold(f64::INFINITY, f64::min),
        maximum: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        count: i64::try_from(values.len()).unwrap(),
    };
    let within = |summary: &ReadingSummary| {
        period.from.is_none_or(|from| summary.bucket >= from) && period.to.is_none_or(|to| summary.bucket < to)
    };
    buckets.iter().map(summarized).filter(within).collect()
}

fn same(found: &[ReadingSummary], expected: &[ReadingSummary]) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() < 1e-9 * other.abs().max(1.0);
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(one, other)| {
            near(one.average, other.average) && *one == ReadingSummary { average: one.average, ..other.clone() }
        })
}

async fn check(telemetry: &Telemetry, rows: &Rows, when: &str) {
    let readings = telemetry.readings();
    let periods = [
        Period::ALL,
        Period::between(minute(1000), minute(20_000)),
        Period::between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC),
        Period::until(minute(-1)),
    ];
    for summary in Summary::ALL {
        for sensor in [None, Some("b-1"), Some("B-1")] {
            for period in periods {
                let found = readings.summary(summary, sensor, period).await.unwrap();
                let expected = by_hand(rows, summary, sensor, period);
                assert!(same(&found, &expected), "{when}, {summary:?} {sensor:?} {period:?}: {found:#?}");
                let streamed: Vec<ReadingSummary> =
                    readings.stream_summary(summary, sensor, period).await.unwrap().try_collect().await.unwrap();
                assert_eq!(streamed, found);
            }
        }
    }
}

async fn summaries_are_right_before_and_after_they_are_stored(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let mut rows = rows();
    insert(&telemetry, &rows).await;
    check(&telemetry, &rows, "computed when asked").await;
    telemetry.operations().refresh_summaries(Period::ALL).await.unwrap();
    check(&telemetry, &rows, "stored").await;
    // What is newer than what is stored shows at once.
    let newer: Rows = (0..50).map(|number| ("a-1".to_owned(), minute(200_000 + number * 50), 1.5)).collect();
    insert(&telemetry, &newer).await;
    rows.extend(newer);
    check(&telemetry, &rows, "newer than stored").await;
}

async fn old_readings_show_after_a_refresh(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let mut all = rows();
    insert(&telemetry, &all).await;
    telemetry.operations().refresh_summaries(Period::ALL).await.unwrap();
    let late: Rows = (0..20).map(|number| ("b-1".to_owned(), minute(5000 + number * 7 + 1), 1e6)).collect();
    insert(&telemetry, &late).await;
    let period = Period::between(minute(5001), minute(5001 + 19 * 7 + 1));
    let stale = by_hand(&all, Summary::Hourly, None, Period::ALL);
    let found = telemetry.readings().summary(Summary::Hourly, None, Period::ALL).await.unwrap();
    assert!(same(&found, &stale), "stored summaries do not look back by themselves");
    all.extend(late);
    telemetry.operations().refresh_summaries(period).await.unwrap();
    check(&telemetry, &all, "refreshed").await;
    // A stretch that holds no reading, and one that is not over yet.
    telemetry.operations().refresh_summaries(Period::since(Utc::now())).await.unwrap();
    telemetry.operations().refresh_summaries(Period::between(minute(-5000), minute(-4000))).await.unwrap();
    check(&telemetry, &all, "refreshed again").await;
}

async fn a_refresh_loses_nothing_that_retention_has_dropped(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let rows = rows();
    insert(&telemetry, &rows).await;
    telemetry.operations().refresh_summaries(Period::ALL).await.unwrap();
    let before = telemetry.readings().summary(Summary::Hourly, None, Period::ALL).await.unwrap();
    let cut = fixtures::moment(database.backend(), minute(10_000));
    telemetry
        .connection()
        .execute_unprepared(&format!("DELETE FROM sensor_readings WHERE timestamp < {cut}"))
        .await
        .unwrap();
    let error = telemetry.operations().refresh_summaries(Period::until(minute(20_000))).await.unwrap_err();
    assert!(matches!(error, AdapterError::SummaryWouldShrink { .. }), "{error:?}");
    assert!(error.to_string().contains("refreshing sensor_readings_summary_hourly would lose"), "{error}");
    assert_eq!(telemetry.readings().summary(Summary::Hourly, None, Period::ALL).await.unwrap(), before);
    telemetry.operations().refresh_summaries(Period::since(minute(30_000))).await.unwrap();
    assert_eq!(telemetry.readings().summary(Summary::Hourly, None, Period::ALL).await.unwrap(), before);
}

/// Six readings in each hour of a day: so many in each hour, and in the day.
async fn a_day(telemetry: &Telemetry) {
    let readings: Vec<NewReading> = (0..144).map(|number| NewReading::new("s-1", minute(number * 10), 1.5)).collect();
    telemetry.readings().insert_many(&readings).await.unwrap();
    telemetry.operations().refresh_summaries(Period::ALL).await.unwrap();
}

async fn counts(telemetry: &Telemetry, summary: Summary) -> Vec<i64> {
    let found = telemetry.readings().summary(summary, None, Period::ALL).await.unwrap();
    found.iter().map(|bucket| bucket.count).collect()
}

async fn an_hour_that_was_cut_does_not_shrink(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    a_day(&telemetry).await;
    let cut = fixtures::moment(database.backend(), minute(90));
    execute(telemetry.connection(), &format!("DELETE FROM sensor_readings WHERE timestamp < {cut}")).await;
    // One comes late into the hour of which three are left, and the hour before has none.
    telemetry.readings().insert(&NewReading::new("s-1", minute(95), 2.5)).await.unwrap();
    let operations = telemetry.operations();
    for (period, bucket, left) in [
        (Period::between(minute(60), minute(119)), "2026-01-01 01:00 UTC", "4"),
        (Period::until(minute(1000)), "2026-01-01 00:00 UTC", "0"),
    ] {
        let error = operations.refresh_summaries(period).await.unwrap_err();
        assert!(matches!(error, AdapterError::SummaryWouldShrink { .. }), "{error:?}");
        let told = format!(
            "sensor_readings_summary_hourly would lose what it holds of them: its bucket {bucket} of s-1 counts 6, and {left}"
        );
        assert!(error.to_string().contains(&told), "{error}");
        assert_eq!(counts(&telemetry, Summary::Hourly).await, [6; 24]);
        assert_eq!(counts(&telemetry, Summary::Daily).await, [144]);
    }
    // A late reading of an hour that is whole counts.
    telemetry.readings().insert(&NewReading::new("s-1", minute(125), 2.5)).await.unwrap();
    operations.refresh_summaries(Period::between(minute(120), minute(179))).await.unwrap();
    assert_eq!(counts(&telemetry, Summary::Hourly).await[..4], [6, 6, 7, 6]);
    assert_eq!(counts(&telemetry, Summary::Daily).await, [145]);
}

#[tokio::test]
async fn an_hour_between_two_chunks_does_not_shrink() {
    let (_database, telemetry) = migrated(TestDatabase::create(Backend::Timescale).await).await;
    execute(telemetry.connection(), "SELECT set_chunk_time_interval('sensor_readings', INTERVAL '90 minutes')").await;
    a_day(&telemetry).await;
    execute(
        telemetry.connection(),
        "SELECT drop_chunks('sensor_readings', older_than => TIMESTAMPTZ '2026-01-01 01:40+00')",
    )
    .await;
    assert_eq!(fixtures::count(telemetry.connection(), "sensor_readings").await, 135, "three of an hour are left");
    telemetry.readings().insert(&NewReading::new("s-1", minute(95), 2.5)).await.unwrap();
    let error = telemetry.operations().refresh_summaries(Period::between(minute(60), minute(119))).await.unwrap_err();
    assert!(error.to_string().contains("bucket 2026-01-01 01:00 UTC of s-1 counts 6, and 4"), "{error}");
    assert_eq!(counts(&telemetry, Summary::Hourly).await, [6; 24]);
    assert_eq!(counts(&telemetry, Summary::Daily).await, [144]);
}
