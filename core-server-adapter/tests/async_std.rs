//! The adapter on async-std: the library names a runtime in one place, so one walk through it shows that the drivers do
//! not need tokio either.

// Clippy looks at it with the default runtime, for which it looks at everything else.
#![cfg(any(clippy, feature = "runtime-async-std"))]
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    future::Future,
    path::{Path, PathBuf},
    task::Poll,
};

use chrono::{DateTime, Utc};
use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, PageRequest,
    alarms::{Added, AlarmFilter, AlarmId, AlarmOrigin, AlarmSeverity, AlarmStatus, AnomalyScore, Detection, NewAlarm},
    gate,
    sea_orm::ConnectionTrait,
};

/// A database file that the newest revision made.
async fn migrated(folder: &Path) -> DatabaseConfig {
    let config = DatabaseConfig::new(&format!("sqlite://{}?mode=rwc", folder.join("alarms.sqlite").display())).unwrap();
    let database = Database::open(&config).await.unwrap();
    let dump = concat!(env!("CARGO_MANIFEST_DIR"), "/../migration/schema/sqlite/alarms.sql");
    let db = database.connection();
    db.execute_unprepared(&std::fs::read_to_string(dump).unwrap()).await.unwrap();
    db.execute_unprepared(
        "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
    )
    .await
    .unwrap();
    db.execute_unprepared(&format!("INSERT INTO seaql_migrations VALUES ('{}', 0)", gate::ALARMS.revision))
        .await
        .unwrap();
    database.close().await;
    config
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_386_018_900 + second, 123_456_789).unwrap()
}

/// Every source file of a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// So unit tests, lints and whatever else is tried with the default runtime says the same of this one.
#[test]
fn the_library_is_the_same_on_every_runtime() {
    let mut files = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    assert!(files.len() > 50, "the library is found");
    let mut found: Vec<String> = Vec::new();
    for path in &files {
        let names = |line: &str| line.contains("\"runtime-") && !line.trim_start().starts_with("//");
        if std::fs::read_to_string(path).unwrap().lines().any(names) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort();
    // What is dropped goes on by a task, which is tried below; no runtime is an error.
    assert_eq!(found, ["detached.rs", "lib.rs"], "nothing else asks which runtime it is");
}

#[async_std::test]
async fn what_is_dropped_is_done_to_its_end_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::connect(&migrated(folder.path()).await.max_connections(1)).await.unwrap();
    let alarms = database.alarms();
    let many: Vec<_> = (0..1500).map(|second| NewAlarm::threshold("s", AlarmSeverity::Info, at(second))).collect();
    let (mut before, mut drops) = (0, 0);
    for waits in (0..).step_by(3) {
        let mut left = waits;
        let mut work = Box::pin(alarms.raise_many(&many));
        let done = std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => {
                left -= 1;
                Poll::Pending
            }
        });
        let done = done.await.map(|done| done.unwrap().len());
        drop(work);
        alarms.raise(&NewAlarm::threshold("t", AlarmSeverity::Info, at(0))).await.unwrap();
        let now = alarms.counts(&AlarmFilter::new()).await.unwrap().total();
        assert!([1, 1501].contains(&(now - before)), "{} rows: a part of the many", now - before);
        before = now;
        if done.is_some() {
            break;
        }
        drops += 1;
    }
    assert!(drops > 0, "it was never dropped");
}

#[async_std::test]
async fn raises_lists_and_closes_alarms() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::connect(&migrated(folder.path()).await).await.unwrap();
    let alarms = database.alarms();

    let score = AnomalyScore::new(0.97).unwrap();
    let odd =
        alarms.raise(&NewAlarm::anomaly("machine-1", AlarmSeverity::Warning, at(0), score).value(88.1)).await.unwrap();
    assert_eq!(odd, alarms.get(odd.id).await.unwrap());
    assert_eq!(
        (odd.origin, odd.anomaly_score, odd.status),
        (AlarmOrigin::AnomalyModel, Some(0.97), AlarmStatus::Active)
    );
    assert_eq!(odd.raised_at.timestamp_subsec_nanos(), 123_456_000);

    let many: Vec<_> =
        (1..=2500).map(|second| NewAlarm::threshold("machine-1", AlarmSeverity::Info, at(second / 2))).collect();
    assert_eq!(alarms.raise_many(&many).await.unwrap().len(), 2500);

    // Forwards to the end and backwards to the start, over batches and alarms of the same moment.
    let filter = AlarmFilter::new().sensor("machine-1");
    let mut request = PageRequest::first(400);
    let mut forwards = Vec::new();
    let last = loop {
        let page = alarms.list(&filter, &request).await.unwrap();
        forwards.extend(page.items.iter().map(|alarm| (alarm.raised_at, alarm.id)));
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => break page,
        }
    };
    assert_eq!(forwards.len(), 2501);
    assert!(forwards.is_sorted_by(|newer, older| newer > older));
    let mut backwards: Vec<_> = last.items.iter().map(|alarm| (alarm.raised_at, alarm.id)).collect();
    request.cursor = last.previous;
    while request.cursor.is_some() {
        let page = alarms.list(&filter, &request).await.unwrap();
        backwards.splice(0..0, page.items.iter().map(|alarm| (alarm.raised_at, alarm.id)));
        request.cursor = page.previous;
    }
    assert_eq!(backwards, forwards);

    let acknowledged = alarms.acknowledge_at(odd.id, "ana", at(10)).await.unwrap().alarm;
    assert_eq!(alarms.acknowledge(odd.id, "bob").await.unwrap().alarm, acknowledged);
    let resolved = alarms.resolve_at(odd.id, at(20)).await.unwrap();
    assert_eq!(alarms.resolve(odd.id).await.unwrap(), resolved);
    let error = alarms.acknowledge(odd.id, "bob").await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyResolved { .. }), "{error}");
    let error = alarms.get(AlarmId::new(at(0))).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotFound { .. }), "{error}");
}

#[async_std::test]
async fn a_detection_is_raised_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::connect(&migrated(folder.path()).await).await.unwrap();
    let origin = AlarmOrigin::Threshold;
    let of = |occurrence| {
        let detection = Detection { source: "import", sensor: "s", raised_at: at(0), origin, occurrence };
        NewAlarm::threshold("s", AlarmSeverity::Info, at(0)).id(AlarmId::of_detection(&detection))
    };
    let detections: Vec<_> = (0..2500).map(of).collect();
    let first = database.alarms().raise_missing(&detections[..2000]).await.unwrap();
    assert_eq!(first, Added { new: 2000, already_there: 0 });
    let again = database.alarms().raise_missing(&detections).await.unwrap();
    assert_eq!(again, Added { new: 500, already_there: 2000 });
    let error = database.alarms().raise(&detections[0]).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { .. }), "{error}");
    // The last of three batches fails: nothing of the others stays.
    let mut many: Vec<_> = (0..2500).map(|_| NewAlarm::threshold("t", AlarmSeverity::Info, at(1))).collect();
    many.push(detections[0].clone());
    database.alarms().raise_many(&many).await.unwrap_err();
    let of_t = AlarmFilter::new().sensor("t");
    assert_eq!(database.alarms().list(&of_t, &PageRequest::first(1)).await.unwrap().items, []);
}

#[async_std::test]
async fn an_older_schema_is_refused_with_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let config = migrated(folder.path()).await;
    let database = Database::open(&config).await.unwrap();
    let db = database.connection();
    db.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m29990101_000000_later', 0)").await.unwrap();
    gate::ensure_schema(db, gate::ALARMS).await.unwrap();
    db.execute_unprepared("DELETE FROM seaql_migrations").await.unwrap();
    db.execute_unprepared("INSERT INTO seaql_migrations VALUES ('m20250601_000000_create_alarms', 0)").await.unwrap();
    let error = Database::connect(&config).await.unwrap_err().to_string();
    assert!(
        error.contains("m20250601_000000_create_alarms") && error.contains("cargo run -p migration -- up"),
        "{error}"
    );
    db.execute_unprepared("DROP TABLE seaql_migrations").await.unwrap();
    let error = Database::connect(&config).await.unwrap_err().to_string();
    assert!(error.contains("no revision has ever been applied"), "{error}");
}
