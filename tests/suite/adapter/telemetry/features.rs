//! Feature snapshots: taken once, the same ever after.

use chrono::{TimeDelta, Utc};
use core_server_adapter::{
    PageRequest, Period,
    telemetry::{
        FEATURE_SET, FEATURE_SET_VERSION, FeatureSnapshot, FeatureSnapshotFilter, NewReading, Telemetry,
        TrainingWindow, WindowFeatures,
    },
};
use sea_orm::TransactionTrait;
use tests::{TestDatabase, fixtures::execute, on_every_backend};
use uuid::Uuid;

use super::{super::all_pages, AWKWARD, count, invalid, migrated, minute};

on_every_backend!(
    a_snapshot_stays_what_it_was,
    numbers_survive_to_the_last_bit,
    only_good_readings_of_the_window_count,
    snapshots_are_listed_by_sensor_and_period,
    a_snapshot_is_taken_within_a_transaction,
    windows_that_cannot_be_repeated_are_refused,
);

on_every_backend! {
    needs: several_sessions;
    several_take_one_snapshot_at_once,
}

/// A good reading.
fn good(sensor: &str, number: i64, value: f64) -> NewReading {
    NewReading::new(sensor, minute(number), value).quality(1.0)
}

fn window(sensor: &str, from: i64, to: i64) -> TrainingWindow {
    TrainingWindow::new(sensor, minute(from), minute(to))
}

async fn take(telemetry: &Telemetry, window: &TrainingWindow) -> (FeatureSnapshot, WindowFeatures) {
    let snapshot = telemetry.feature_snapshots().take(window).await.unwrap();
    let features = snapshot.features_as().unwrap();
    (snapshot, features)
}

async fn a_snapshot_stays_what_it_was(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings: Vec<NewReading> =
        (0..10).map(|number| good(AWKWARD, i64::from(number), 0.1 * f64::from(number))).collect();
    telemetry.readings().insert_many(&readings).await.unwrap();
    let asked = window(AWKWARD, 0, 20);
    assert_eq!(telemetry.feature_snapshots().find_taken(&asked).await.unwrap(), None);
    let (first, features) = take(&telemetry, &asked).await;
    assert_eq!((&*first.sensor_id, &*first.feature_set, first.version), (AWKWARD, FEATURE_SET, FEATURE_SET_VERSION));
    assert_eq!((first.window_from.to_utc(), first.window_to.to_utc()), (minute(0), minute(20)));
    assert_eq!((first.reading_count, features.first, features.last), (10, Some(0.0), Some(0.9)));

    // One comes in late, another goes.
    telemetry.readings().insert(&good(AWKWARD, 12, 99.5)).await.unwrap();
    execute(telemetry.connection(), "DELETE FROM sensor_readings WHERE value = 0").await;
    assert_eq!(take(&telemetry, &asked).await, (first.clone(), features));
    assert_eq!(telemetry.feature_snapshots().find_taken(&asked).await.unwrap(), Some(first.clone()));
    assert_eq!(telemetry.feature_snapshots().get(first.id).await.unwrap(), first);
    assert_eq!(telemetry.feature_snapshots().find(Uuid::nil()).await.unwrap(), None);
    assert_eq!(count(telemetry.connection(), "feature_snapshots").await, 1);

    let (other, features) = take(&telemetry, &window(AWKWARD, 1, 20)).await;
    assert_eq!((other.reading_count, features.first, features.last), (10, Some(0.1), Some(99.5)));
    assert_eq!(count(telemetry.connection(), "feature_snapshots").await, 2);
}

async fn numbers_survive_to_the_last_bit(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    // The second half are numbers of 17 digits without an order.
    let mut numbers =
        vec![0.1 + 0.2, 5e-324, f64::MIN_POSITIVE, 1e300, -0.0, 1e16, 9_007_199_254_740_993.0, -1.0 / 3.0];
    let mut state = 1_u64;
    while numbers.len() < 200 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        numbers.push(f64::from_bits(0x3ff0_0000_0000_0000 | (state >> 12)) * 37.7);
    }
    let readings: Vec<NewReading> = (0..).zip(&numbers).map(|(number, value)| good("s", number, *value)).collect();
    telemetry.readings().insert_many(&readings).await.unwrap();
    for (number, value) in (0..).zip(&numbers) {
        let (_, features) = take(&telemetry, &window("s", number, number + 1)).await;
        let found = [features.first, features.minimum, features.mean].map(Option::unwrap);
        assert_eq!(found, [*value; 3], "{value:e}");
    }
}

async fn only_good_readings_of_the_window_count(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let bad = NewReading::new("s", minute(3), 1000.0).quality(0.5);
    let unknown = NewReading::new("s", minute(4), 1000.0);
    let new = [good("s", 1, 1.0), good("s", 2, 2.0), bad, unknown, good("s", 5, 5.0), good("t", 2, 7.0)];
    telemetry.readings().insert_many(&new).await.unwrap();
    let (snapshot, features) = take(&telemetry, &window("s", 2, 5)).await;
    assert_eq!((snapshot.reading_count, features.mean), (1, Some(2.0)));
    let (snapshot, features) = take(&telemetry, &window("s", 1, 6)).await;
    assert_eq!((snapshot.reading_count, features.maximum), (3, Some(5.0)));
    assert_eq!(features.longest_gap_seconds, Some(180.0));
    let (snapshot, features) = take(&telemetry, &window("nobody", 1, 6)).await;
    assert_eq!((snapshot.reading_count, features), (0, WindowFeatures::default()));
}

async fn snapshots_are_listed_by_sensor_and_period(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let snapshots = telemetry.feature_snapshots();
    for number in 0..20 {
        for sensor in ["a", "b"] {
            snapshots.take(&window(sensor, number, number + 3)).await.unwrap();
        }
    }
    let filter = FeatureSnapshotFilter::new()
        .sensor("a")
        .feature_set(FEATURE_SET)
        .version(FEATURE_SET_VERSION)
        .period(Period::between(minute(2), minute(18)));
    let found = all_pages(async |page| snapshots.list(&filter, &page).await).await;
    assert!(found.iter().all(|one| one.sensor_id == "a"));
    let begins: Vec<_> = found.iter().map(|one| one.window_from.to_utc()).collect();
    assert_eq!(begins, (2..18).rev().map(minute).collect::<Vec<_>>());
    for none in [FeatureSnapshotFilter::new().version(7), FeatureSnapshotFilter::new().feature_set("spectrum")] {
        assert_eq!(snapshots.list(&none, &PageRequest::default()).await.unwrap().items, []);
    }
}

async fn a_snapshot_is_taken_within_a_transaction(database: TestDatabase) {
    use core_server_adapter::telemetry::FeatureSnapshotRepository;

    let (_database, telemetry) = migrated(database).await;
    telemetry.readings().insert(&good("s", 1, 1.0)).await.unwrap();
    let asked = window("s", 0, 9);
    let transaction = telemetry.begin().await.unwrap();
    let snapshots = FeatureSnapshotRepository::new(&transaction);
    let first = snapshots.take(&asked).await.unwrap();
    assert_eq!(snapshots.take(&asked).await.unwrap(), first);
    drop(transaction);
    assert_eq!(telemetry.feature_snapshots().find_taken(&asked).await.unwrap(), None);
    // A savepoint within it, too.
    let transaction = telemetry.begin().await.unwrap();
    let inner = transaction.begin().await.unwrap();
    let kept = FeatureSnapshotRepository::new(&inner).take(&asked).await.unwrap();
    sea_orm::TransactionSession::commit(inner).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(telemetry.feature_snapshots().take(&asked).await.unwrap(), kept);
}

async fn windows_that_cannot_be_repeated_are_refused(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let now = Utc::now();
    let (hour, day) = (TimeDelta::hours(1), TimeDelta::days(1));
    let long = "x".repeat(256);
    for (column, says, window) in [
        ("sensor_id", "is empty", window(" ", 0, 1)),
        ("sensor_id", "has 256 characters", window(&long, 0, 1)),
        ("window_to", "is not after window_from", window("s", 1, 1)),
        ("window_to", "is not after window_from", window("s", 2, 1)),
        ("window_to", "is still to come", TrainingWindow::new("s", now - hour, now + hour)),
        ("window_to", "more than 366 days", TrainingWindow::new("s", now - day * 368, now - day)),
        (
            "window_from",
            "1970 to 9999",
            TrainingWindow::new("s", "1969-01-01T00:00:00Z".parse::<chrono::DateTime<Utc>>().unwrap(), now),
        ),
    ] {
        let snapshots = telemetry.feature_snapshots();
        for error in [snapshots.take(&window).await.unwrap_err(), snapshots.find_taken(&window).await.unwrap_err()] {
            assert_eq!(invalid("feature_snapshots", &error), (column, None));
            assert!(error.to_string().contains(says), "{error}");
        }
    }
    assert_eq!(count(telemetry.connection(), "feature_snapshots").await, 0);
    // What the schema refuses beside.
    telemetry.feature_snapshots().take(&TrainingWindow::new("s", now - day * 366, now)).await.unwrap();
}

async fn several_take_one_snapshot_at_once(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings: Vec<NewReading> = (0..500).map(|number| good("s", i64::from(number), f64::from(number))).collect();
    telemetry.readings().insert_many(&readings).await.unwrap();
    let asked = window("s", 0, 500);
    let taken = futures_util::future::join_all(
        (0..4).map(|_| async { telemetry.feature_snapshots().take(&asked).await.unwrap() }),
    )
    .await;
    assert!(taken.iter().all(|one| *one == taken[0]), "{taken:#?}");
    assert_eq!(count(telemetry.connection(), "feature_snapshots").await, 1);
}
