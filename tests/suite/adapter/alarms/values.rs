//! Values that the contract rules out are refused by the adapter with the name of their column, and nothing is stored.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    PageRequest,
    alarms::{AlarmFilter, AlarmId, AlarmOrigin, AlarmSeverity, AnomalyScore, NewAlarm, RawAlarm},
};
use sea_orm::TransactionTrait;
use serde_json::{Value, json};
use tests::{
    TestDatabase,
    fixtures::{Alarm, execute, id},
    on_every_backend,
};

use super::{at, count, hot, invalid, migrated, minute, rows, score};

on_every_backend!(bad_values_never_reach_the_database, values_at_the_edge_are_stored, every_number_in_json_comes_back,);
on_every_backend!(
    only: [timescaledb, postgres, sqlite], "MariaDB does not store JSON that cannot be read again";
    what_another_program_wrote_hides_no_other_alarm,
);

fn raw() -> RawAlarm {
    let mut raw = RawAlarm::new("pump-1", AlarmSeverity::Warning, minute(1), AlarmOrigin::AnomalyModel);
    raw.anomaly_score = Some(0.5);
    raw
}

fn but(change: impl FnOnce(&mut RawAlarm)) -> RawAlarm {
    let mut changed = raw();
    change(&mut changed);
    changed
}

/// The year 10000.
fn too_late() -> DateTime<Utc> {
    at("9999-12-31T23:59:59.999999Z") + TimeDelta::microseconds(1)
}

/// What cannot even be built as a `NewAlarm`.
fn bad_scores() -> Vec<(&'static str, RawAlarm)> {
    let scores = [-0.1, 1.0001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let mut bad: Vec<_> = scores.map(|score| ("anomaly_score", but(|raw| raw.anomaly_score = Some(score)))).into();
    bad.push(("anomaly_score", but(|raw| raw.anomaly_score = None)));
    for score in [0.0, 0.5, f64::NAN] {
        bad.push((
            "anomaly_score",
            but(|raw| {
                raw.origin = AlarmOrigin::Threshold;
                raw.anomaly_score = Some(score);
            }),
        ));
    }
    bad
}

/// What can be built, but not raised.
fn bad_alarms() -> Vec<(&'static str, NewAlarm)> {
    let on = |sensor: &str, at| NewAlarm::anomaly(sensor, AlarmSeverity::Info, at, score(0.5));
    let good = || on("pump-1", minute(1));
    vec![
        ("sensor_id", on("", minute(1))),
        ("sensor_id", on(" \t", minute(1))),
        ("sensor_id", on(&"s".repeat(256), minute(1))),
        ("sensor_id", on(&"漏".repeat(256), minute(1))),
        ("sensor_id", on("a\0b", minute(1))),
        ("raised_at", on("pump-1", at("1969-12-31T23:59:59.999999Z"))),
        ("raised_at", on("pump-1", too_late())),
        ("raised_at", on("pump-1", Utc::now() + TimeDelta::hours(25))),
        ("raised_at", on("pump-1", DateTime::<Utc>::MIN_UTC)),
        ("raised_at", on("pump-1", DateTime::<Utc>::MAX_UTC)),
        ("value", good().value(f64::NAN)),
        ("value", good().value(f64::INFINITY)),
        ("threshold", good().threshold_value(f64::NAN)),
        ("threshold", good().threshold_value(f64::NEG_INFINITY)),
        ("message", good().message("a\0b")),
        ("message", good().message("漏".repeat(21_846))),
        ("context", good().context(json!({"a": ["b\0"]}))),
        ("context", good().context(json!([{"a\0": 1}]))),
        ("context", good().context(json!("x".repeat(65_534)))),
        ("id", good().id(AlarmId::new(minute(2)))),
        ("id", good().id(AlarmId::new(minute(1) - TimeDelta::milliseconds(1)))),
        ("context", good().context(nested(32))),
        ("context", good().context(nested(1_000))),
    ]
}

/// Arrays and objects in turn, so many levels of them.
fn nested(levels: u32) -> Value {
    (0..levels).fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
}

async fn bad_values_never_reach_the_database(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    for (column, raw) in bad_scores() {
        let score = raw.anomaly_score;
        if raw.origin == AlarmOrigin::AnomalyModel
            && let Some(score) = score
        {
            assert_eq!(invalid(&AnomalyScore::new(score).unwrap_err()), (column, None), "{score}");
        }
        let error = NewAlarm::try_from(raw.clone()).unwrap_err();
        assert_eq!(invalid(&error), (column, None), "{raw:?}");
    }
    for (column, bad) in bad_alarms() {
        assert_eq!(invalid(&bad.validate().unwrap_err()), (column, None), "{bad:?}");
        assert_eq!(invalid(&alarms.raise(&bad).await.unwrap_err()), (column, None), "{bad:?}");
        let several = [hot(1), hot(2), bad];
        assert_eq!(invalid(&alarms.raise_many(&several).await.unwrap_err()), (column, Some(2)), "{several:?}");
        assert_eq!(invalid(&alarms.raise_missing(&several).await.unwrap_err()), (column, Some(2)), "{several:?}");
        assert_eq!(count(db).await, 0, "{several:?}");
    }
    // The same for what people enter.
    let raised = alarms.raise(&hot(1)).await.unwrap();
    for by in ["", "  ", &"a".repeat(256), "a\0b"] {
        let error = alarms.acknowledge(raised.id, by).await.unwrap_err();
        assert_eq!(invalid(&error), ("acknowledged_by", None), "{by:?}");
    }
    for bad in [at("1969-12-31T23:59:59.999999Z"), too_late(), DateTime::<Utc>::MAX_UTC] {
        let error = alarms.acknowledge_at(raised.id, "ana", bad).await.unwrap_err();
        assert_eq!(invalid(&error), ("acknowledged_at", None), "{bad}");
        assert_eq!(invalid(&alarms.resolve_at(raised.id, bad).await.unwrap_err()), ("resolved_at", None), "{bad}");
    }
    let before = minute(1) - TimeDelta::microseconds(1);
    let error = alarms.acknowledge_at(raised.id, "ana", before).await.unwrap_err();
    assert_eq!(invalid(&error), ("acknowledged_at", None), "{error}");
    assert_eq!(invalid(&alarms.resolve_at(raised.id, before).await.unwrap_err()), ("resolved_at", None));
    let filter = AlarmFilter::new().sensor("a\0b");
    assert_eq!(invalid(&alarms.counts(&filter).await.unwrap_err()), ("sensor_id", None));
    assert_eq!(invalid(&alarms.list(&filter, &PageRequest::first(1)).await.unwrap_err()), ("sensor_id", None));
    assert_eq!(rows(db).await, std::slice::from_ref(&raised));
    // The database was not asked: in a transaction of the caller's everything goes on.
    let transaction = db.begin().await.unwrap();
    let alarms = core_server_adapter::alarms::AlarmRepository::new(&transaction);
    alarms.raise(&hot(2).value(f64::NAN)).await.unwrap_err();
    alarms.raise(&hot(2)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(count(db).await, 2);
}

async fn values_at_the_edge_are_stored(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    let longest = "漏".repeat(255);
    let edge = [
        but(|raw| raw.anomaly_score = Some(0.0)),
        but(|raw| raw.anomaly_score = Some(1.0)),
        but(|raw| raw.anomaly_score = Some(f64::MIN_POSITIVE)),
        but(|raw| raw.sensor_id.clone_from(&longest)),
        but(|raw| raw.raised_at = DateTime::UNIX_EPOCH),
        but(|raw| raw.raised_at = Utc::now() + TimeDelta::hours(23)),
        but(|raw| {
            raw.value = Some(f64::MIN);
            raw.threshold = Some(0.0);
        }),
        but(|raw| raw.message = "漏".repeat(21_845)),
        but(|raw| raw.context = Some(json!(null))),
        but(|raw| raw.context = Some(json!(""))),
        but(|raw| raw.context = Some(json!("x".repeat(65_533)))),
        but(|raw| raw.context = Some(nested(31))),
    ];
    for raw in edge {
        let new = NewAlarm::try_from(raw.clone()).unwrap();
        let one = alarms.raise(&new).await.unwrap();
        assert_eq!(one, alarms.get(one.id).await.unwrap());
        let expected = (raw.anomaly_score, raw.value, &raw.sensor_id, &raw.message);
        assert_eq!((one.anomaly_score, one.value, &one.sensor_id, &one.message), expected);
        assert_eq!(one.raised_at.timestamp_micros(), raw.raised_at.timestamp_micros());
        assert_eq!(one.context, raw.context.clone().filter(|context| !context.is_null()));
        // And the same through the statement for many.
        let new = NewAlarm::try_from(raw).unwrap();
        let ids = alarms.raise_many(&[new]).await.unwrap();
        let of_many = alarms.get(ids[0]).await.unwrap();
        assert_eq!(of_many, core_server_adapter::alarms::Alarm { id: of_many.id, ..one });
    }
    let oldest = rows(db).await.remove(0);
    let seen = alarms.acknowledge_at(oldest.id, &longest, at("9999-12-31T23:59:59.999999Z")).await.unwrap().alarm;
    assert_eq!(seen.acknowledged_by.as_deref(), Some(&*longest));
    alarms.resolve_at(oldest.id, DateTime::UNIX_EPOCH).await.unwrap();
}

/// As much as another program can read from the document: PostgreSQL does not tell 1e20 from the integer of that value.
fn bits(number: &Value) -> u64 {
    number.as_f64().unwrap().to_bits()
}

async fn every_number_in_json_comes_back(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut numbers: Vec<Value> = std::iter::repeat_with(|| f64::from_bits(random()))
        .filter(|n| n.is_finite())
        .take(1_500)
        .map(Value::from)
        .collect();
    numbers.extend(
        std::iter::repeat_with(|| f64::from(u32::try_from(random() >> 32).unwrap()) / 1e9).take(1_500).map(Value::from),
    );
    numbers.extend(
        ["123456789012345680000", "1.2345678901234568e20", "5e-324", "1e-7", "0.1", "1e23"].map(|n| n.parse().unwrap()),
    );
    numbers.extend([json!(f64::MAX), json!(f64::MIN_POSITIVE), json!(2f64.powi(-44))]);
    let integers = [json!(u64::MAX), json!(i64::MIN), json!(9_007_199_254_740_993_i64)];
    let new = hot(1).context(json!({ "floats": numbers, "integers": integers }));
    let one = adapter.alarms().raise(&new).await.unwrap();
    let many = adapter.alarms().raise_many(&[new]).await.unwrap();
    for id in [one.id, many[0].into()] {
        let found = adapter.alarms().get(id).await.unwrap().context.unwrap();
        assert_eq!(found["integers"], json!(integers));
        for (found, given) in found["floats"].as_array().unwrap().iter().zip(&numbers) {
            assert_eq!(bits(found), bits(given), "{found} {given}");
        }
    }
}

async fn what_another_program_wrote_hides_no_other_alarm(database: TestDatabase) {
    let (database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let insert = |number| {
        let alarm = Alarm::minimal(database.backend(), number).with("id", id(database.backend(), number));
        alarm.with("context", format!("'{deep}'")).insert()
    };
    for number in 0..3 {
        execute(db, &insert(number)).await;
    }
    let mut raised = Vec::new();
    for number in [-2, -1, 1, 2] {
        raised.push(alarms.raise(&hot(number)).await.unwrap());
    }
    raised.reverse();
    let all = alarms.list(&AlarmFilter::new(), &PageRequest::default()).await.unwrap();
    assert_eq!((all.items, all.unreadable.len()), (raised.clone(), 3));
    assert!(all.unreadable.iter().all(|one| one.contains("context")), "{:?}", all.unreadable);
    // A page of nothing else leads on.
    let mut request = PageRequest::first(1);
    let (mut found, mut unreadable) = (Vec::new(), 0);
    loop {
        let page = alarms.list(&AlarmFilter::new(), &request).await.unwrap();
        found.extend(page.items);
        unreadable += page.unreadable.len();
        let Some(next) = page.next else { break };
        request = PageRequest::at(next, 1);
    }
    assert_eq!((found, unreadable), (raised, 3));
}
