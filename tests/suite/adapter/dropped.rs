//! A future that is dropped, wherever it is, leaves nothing behind: no half of a write, no open transaction, no answer for
//! the next one who asks, no session that is lost.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, PageRequest, Period, Server,
    alarms::{AlarmFilter, AlarmRepository, AlarmSeverity, NewAlarm},
    telemetry::{NewReading, ReadingFilter, Telemetry},
};
use futures_util::TryStreamExt;
use tests::{TestDatabase, on_every_backend};

use super::{
    minute,
    server::{hot, up},
};

on_every_backend!(a_read, a_single_write, many_rows, a_transaction_of_the_callers, an_export);

on_every_backend! {
    only: [postgres, timescaledb, mariadb], "an area is a file there, and no transaction spans files";
    a_transaction_over_areas,
}

/// One session for everybody: what is left in it is found.
async fn alarms(database: &TestDatabase) -> Database {
    up(database, &["alarms"]).await;
    Database::connect(&one_session(database)).await.unwrap()
}

fn one_session(database: &TestDatabase) -> DatabaseConfig {
    DatabaseConfig::new(database.url()).unwrap().max_connections(1)
}

/// Drops the future when it has waited so often; what it gave, if it came so far.
async fn dropped<T>(waits: usize, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut left) = (pin!(future), waits);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Starts something again and again, and drops it a little later each time, until it comes to its end. After each time
/// `found` looks what is there, and says whether it was done.
async fn dropped_everywhere<T>(start: impl AsyncFn() -> T, found: impl AsyncFn() -> bool) {
    let (mut drops, mut waits) = (0, 0);
    while dropped(waits, Box::pin(start())).await.is_none() {
        Box::pin(found()).await;
        drops += 1;
        // Each of the first steps, and some of many.
        waits += 1 + waits / 8;
        assert!(waits < 10_000, "it never ends");
    }
    assert!(drops > 0, "it was never dropped");
    assert!(Box::pin(found()).await, "it came to its end, and was not done");
}

async fn total(database: &Database) -> u64 {
    database.alarms().counts(&AlarmFilter::new()).await.unwrap().total()
}

async fn a_read(database: TestDatabase) {
    let adapter = alarms(&database).await;
    let new: Vec<NewAlarm> =
        (0..300).map(|number| NewAlarm::threshold("s", AlarmSeverity::Info, minute(number))).collect();
    adapter.alarms().raise_many(&new).await.unwrap();
    let page = PageRequest::first(200);
    dropped_everywhere(
        async || adapter.alarms().list(&AlarmFilter::new(), &page).await.unwrap(),
        async || {
            // Not the rest of what was asked before.
            assert_eq!(total(&adapter).await, 300);
            let last = adapter.alarms().list(&AlarmFilter::new(), &PageRequest::first(1)).await.unwrap().items;
            assert_eq!(last[0].raised_at, minute(299));
            true
        },
    )
    .await;
    adapter.close().await;
}

async fn a_single_write(database: TestDatabase) {
    let adapter = alarms(&database).await;
    let before = std::cell::Cell::new(0);
    dropped_everywhere(
        async || adapter.alarms().raise(&hot()).await.unwrap(),
        async || {
            // A row of its own, which would take along what the session had begun.
            adapter.alarms().raise(&hot()).await.unwrap();
            let now = total(&adapter).await;
            let added = now - before.replace(now);
            assert!((1..=2).contains(&added), "{added} rows");
            added == 2
        },
    )
    .await;
    adapter.close().await;
}

async fn many_rows(database: TestDatabase) {
    let adapter = alarms(&database).await;
    // Several statements on MySQL and SQLite.
    let many: Vec<NewAlarm> = (0..1_500)
        .map(|number| NewAlarm::threshold("s", AlarmSeverity::Info, minute(0) + TimeDelta::seconds(number)))
        .collect();
    let before = std::cell::Cell::new(0);
    dropped_everywhere(
        async || adapter.alarms().raise_many(&many).await.unwrap(),
        async || {
            adapter.alarms().raise(&hot()).await.unwrap();
            let now = total(&adapter).await;
            let added = now - before.replace(now);
            assert!(added == 1 || added == 1_501, "{added} rows: a part of the many");
            added == 1_501
        },
    )
    .await;
    adapter.close().await;
}

async fn a_transaction_of_the_callers(database: TestDatabase) {
    let adapter = alarms(&database).await;
    let two = async || -> Result<(), AdapterError> {
        let transaction = adapter.begin().await?;
        let alarms = AlarmRepository::new(&transaction);
        let first = alarms.raise(&hot()).await.unwrap();
        alarms.acknowledge(first.id, "ana").await.unwrap();
        alarms.raise(&hot()).await.unwrap();
        transaction.commit().await
    };
    let before = std::cell::Cell::new(0);
    dropped_everywhere(
        async || two().await.unwrap(),
        async || {
            adapter.alarms().raise(&hot()).await.unwrap();
            let now = total(&adapter).await;
            let added = now - before.replace(now);
            assert!(added == 1 || added == 3, "{added} rows: a part of the two");
            added == 3
        },
    )
    .await;
    adapter.close().await;
}

async fn a_transaction_over_areas(database: TestDatabase) {
    up(&database, &["alarms", "telemetry"]).await;
    let server = Server::new(&one_session(&database));
    let both = async || -> Result<(), AdapterError> {
        let mut both = server.begin().await?;
        let at = minute(0) + TimeDelta::microseconds(i64::from(fresh()));
        both.telemetry().await?.readings().insert_many(&[NewReading::new("s", at, 1.0)]).await?;
        both.alarms().await?.raise(&hot()).await?;
        both.commit().await
    };
    let before = std::cell::Cell::new((0, 0));
    dropped_everywhere(
        async || both().await.unwrap(),
        async || {
            let (alarms, telemetry) = (server.alarms().await.unwrap(), server.telemetry().await.unwrap());
            let both_counted = async || {
                let readings =
                    telemetry.readings().list(&ReadingFilter::new(), &PageRequest::first(1_000)).await.unwrap();
                (total(&alarms).await, readings.items.len())
            };
            // A COMMIT that nobody waits for may come to its end between the two counts, and after them.
            let (begun, was) = (Instant::now(), before.get());
            let added = loop {
                let now = both_counted().await;
                let added = (now.0 - was.0, now.1 - was.1);
                if usize::try_from(added.0).unwrap() == added.1 {
                    before.set(now);
                    break added.0;
                }
                assert!(begun.elapsed() < Duration::from_mins(1), "{added:?}: one without the other");
                tokio::time::sleep(Duration::from_millis(5)).await;
            };
            assert!(added <= 2, "{added} of one call, or of two");
            added > 0
        },
    )
    .await;
    server.close().await;
}

/// Another number each time.
fn fresh() -> u32 {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

async fn an_export(database: TestDatabase) {
    up(&database, &["telemetry"]).await;
    let telemetry = Telemetry::connect(&one_session(&database).in_area("telemetry")).await.unwrap();
    let new: Vec<NewReading> = (0..3_000).map(|number| NewReading::new("s", minute(number), 1.5)).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let filter = ReadingFilter::new().period(Period::ALL);
    let nothing_is_left = async || {
        telemetry.readings().insert(&NewReading::new("t", minute(i64::from(fresh())), 1.0)).await.unwrap();
        assert_eq!(telemetry.readings().latest("s", 1).await.unwrap()[0].timestamp, minute(2_999));
        true
    };
    let exported = async || {
        let pieces = telemetry.readings().stream_csv(&filter, None).await.unwrap();
        pieces.try_collect::<Vec<_>>().await.unwrap()
    };
    dropped_everywhere(exported, nothing_is_left).await;
    let rows = async || {
        let rows = telemetry.readings().stream(&filter, None).await.unwrap();
        rows.try_fold(0, async |rows, _| Ok(rows + 1)).await.unwrap()
    };
    dropped_everywhere(rows, nothing_is_left).await;
    telemetry.close().await;
}
