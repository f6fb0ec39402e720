//! Snapshots: as they were written, the latest, and that of a moment.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    Period,
    twin::{NewSnapshot, SnapshotFilter, SnapshotRepository, StateSnapshot},
};
use sea_orm::TransactionTrait;
use serde_json::{Value, json};
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{AWKWARD, all_pages, compress, minute},
    invalid, migrated,
};

on_every_backend!(snapshots_come_back_as_they_were_written, the_state_of_a_moment_is_found, bad_snapshots_are_refused,);

async fn snapshots_come_back_as_they_were_written(database: TestDatabase) {
    let (_database, twin) = migrated(database).await;
    let (snapshots, db) = (twin.snapshots(), twin.connection());
    let finer = minute(1) + TimeDelta::nanoseconds(999);
    for state in [json!({ AWKWARD: [AWKWARD, null, 0.1, -1, true] }), json!([]), json!("x"), json!(0), json!(false)] {
        let recorded = snapshots.record(&NewSnapshot::new(AWKWARD, finer, state.clone())).await.unwrap();
        assert_eq!((&*recorded.machine_id, recorded.snapshot_time.to_utc()), (AWKWARD, minute(1)));
        assert_eq!(recorded.state_data, state);
        assert!((Utc::now() - recorded.created_at.to_utc()).abs() < TimeDelta::minutes(1));
        // Of one moment, the last one counts.
        assert_eq!(snapshots.latest(AWKWARD).await.unwrap(), Some(recorded));
    }
    let many: Vec<NewSnapshot> = (0..2500)
        .map(|number| NewSnapshot::new("m", minute(number), json!({ "number": number, "text": AWKWARD })))
        .collect();
    assert_eq!(snapshots.record_many(&many).await.unwrap(), 2500);
    assert_eq!(snapshots.record_many(&[]).await.unwrap(), 0);
    let stored = all_pages(async |page| snapshots.list(&SnapshotFilter::new().machine("m"), &page).await).await;
    let found: Vec<(DateTime<Utc>, &Value)> =
        stored.iter().rev().map(|one| (one.snapshot_time.to_utc(), &one.state_data)).collect();
    let written =
        many.iter().zip(0..).map(|(_, number)| (minute(number), json!({ "number": number, "text": AWKWARD })));
    assert!(found.iter().copied().eq(written.collect::<Vec<_>>().iter().map(|(at, state)| (*at, state))));
    let numbers: BTreeSet<i64> = stored.iter().map(|one| one.id).collect();
    assert_eq!(numbers.len(), 2500, "each has a number of its own");
    // A transaction of the caller's takes it back.
    let transaction = db.begin().await.unwrap();
    let within = SnapshotRepository::new(&transaction);
    within.record(&NewSnapshot::new("m", minute(0), json!(1))).await.unwrap();
    within.record_many(&many).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(count(db, "state_snapshots").await, 2505);
}

/// Every 211 minutes of five weeks, of three machines; some at the same moment.
fn history() -> Vec<NewSnapshot> {
    let snapshot = |number: i64| {
        let machine = ["a", "A", "b"][usize::try_from(number % 3).unwrap()];
        NewSnapshot::new(machine, minute(number / 2 * 2 * 211), json!(number))
    };
    (0..240).map(snapshot).collect()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn position(one: &StateSnapshot) -> (DateTime<Utc>, i64) {
    (one.snapshot_time.to_utc(), one.id)
}

async fn everything(snapshots: SnapshotRepository<'_, core_server_adapter::Pool>) -> Vec<StateSnapshot> {
    all_pages(async |page| snapshots.list(&SnapshotFilter::new(), &page).await).await
}

async fn the_state_of_a_moment_is_found(database: TestDatabase) {
    let (database, twin) = migrated(database).await;
    let (snapshots, db) = (twin.snapshots(), twin.connection());
    let history = history();
    // The last ones come in when their time is in the columnstore already.
    let (first, late) = history.split_at(200);
    snapshots.record_many(first).await.unwrap();
    compress(db, database.backend(), "state_snapshots", 3).await;
    snapshots.record_many(late).await.unwrap();
    for number in [10, 50] {
        snapshots.record(&NewSnapshot::new("b", minute(number * 211), json!("late"))).await.unwrap();
    }
    // Of a machine whose clock is ahead, more than a page.
    let ahead = (2050..2060).map(|year| NewSnapshot::new("A", at(&format!("{year}-01-01T00:00:00Z")), json!(year)));
    snapshots.record_many(&ahead.collect::<Vec<_>>()).await.unwrap();
    let all = everything(snapshots).await;
    assert_eq!(all.len(), 252);
    assert!(all.is_sorted_by(|newer, older| position(newer) > position(older)));

    for machine in ["a", "A", "b", "c"] {
        let of_machine: Vec<StateSnapshot> = all.iter().filter(|one| one.machine_id == machine).cloned().collect();
        assert_eq!(snapshots.latest(machine).await.unwrap().as_ref(), of_machine.first(), "{machine}");
        let moments = [0, 1, 210, 211, 10_000, 24_000, 24_001, 48_000, 99_000].map(minute);
        let edges = [DateTime::UNIX_EPOCH - TimeDelta::days(1), DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC];
        let late = ["2055-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"].map(at);
        for at in moments.into_iter().chain(edges).chain(late) {
            let expected = of_machine.iter().find(|one| one.snapshot_time.to_utc() <= at);
            assert_eq!(snapshots.recover(machine, at).await.unwrap().as_ref(), expected, "{machine} at {at}");
        }
        let periods = [
            Period::ALL,
            Period::between(minute(5_000), minute(30_000)),
            Period::until(minute(0)),
            Period::until(late[0]),
            Period::since(late[0]),
        ];
        for period in periods {
            let filter = SnapshotFilter::new().machine(machine).period(period);
            let inside = |one: &&StateSnapshot| {
                let at = one.snapshot_time.to_utc();
                period.from.is_none_or(|from| at >= from) && period.to.is_none_or(|to| at < to)
            };
            let expected: Vec<StateSnapshot> = of_machine.iter().filter(inside).cloned().collect();
            let found = all_pages(async |page| snapshots.list(&filter, &page).await).await;
            assert_eq!(found, expected, "{filter:?}");
        }
    }
}

async fn bad_snapshots_are_refused(database: TestDatabase) {
    let (_database, twin) = migrated(database).await;
    let (snapshots, good) = (twin.snapshots(), NewSnapshot::new("m", minute(0), json!(1)));
    let long = "ö".repeat(51);
    let bad = [
        ("machine_id", NewSnapshot::new("", minute(0), json!(1))),
        ("machine_id", NewSnapshot::new(&long, minute(0), json!(1))),
        ("machine_id", NewSnapshot::new("a\0", minute(0), json!(1))),
        ("machine_id", NewSnapshot::new("a ", minute(0), json!(1))),
        ("snapshot_time", NewSnapshot::new("m", DateTime::<Utc>::MIN_UTC, json!(1))),
        ("state_data", NewSnapshot::new("m", minute(0), json!(null))),
        ("state_data", NewSnapshot::new("m", minute(0), json!({ "a": "\0" }))),
    ];
    for (column, new) in bad {
        let error = snapshots.record(&new).await.unwrap_err();
        assert_eq!(invalid("state_snapshots", &error), (column, None));
        let error = snapshots.record_many(&[good.clone(), new]).await.unwrap_err();
        assert_eq!(invalid("state_snapshots", &error), (column, Some(1)));
    }
    assert_eq!(count(twin.connection(), "state_snapshots").await, 0);
    // As long as it may be.
    snapshots.record(&NewSnapshot::new("ö".repeat(50), minute(0), json!(1))).await.unwrap();
}
