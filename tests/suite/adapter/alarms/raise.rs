//! What is raised is stored as it was given, and several alarms are raised all or not at all.

use chrono::{DateTime, FixedOffset, TimeDelta};
use core_server_adapter::{
    AdapterError,
    alarms::{
        Added, Alarm, AlarmId, AlarmOrigin, AlarmRepository, AlarmSeverity, AlarmStatus, Detection, NewAlarm, RawAlarm,
    },
};
use entity::alarms::alarm;
use sea_orm::{EntityTrait, TransactionTrait};
use serde_json::json;
use tests::{TestDatabase, fixtures, on_every_backend};
use uuid::{Uuid, Variant, Version};

use super::{at, count, hot, migrated, minute, rows, score};

on_every_backend!(
    an_alarm_is_stored_as_it_was_given,
    many_alarms_are_stored_as_they_were_given,
    all_of_many_are_raised_or_none,
    what_is_there_is_not_raised_again,
    an_id_belongs_to_one_alarm,
    the_callers_transaction_decides,
);

/// All that a text can have, for those who quote it.
const AWKWARD: &str = "it's \"20 °C\" \\ 水漏れ \\' \\\\ $1 ? ?? `x` %s {0} ; -- /* \u{1F525}\n\t";

/// One of each origin, with everything that can be given, and the row that has to come of it.
pub(super) fn complete(number: i64) -> [(NewAlarm, Alarm); 2] {
    // Finer than a microsecond, and not in UTC.
    let given: DateTime<FixedOffset> = "2026-03-29T03:30:00.123456789+02:00".parse().unwrap();
    let given = given + TimeDelta::minutes(number);
    let stored = at("2026-03-29T01:30:00.123456Z") + TimeDelta::minutes(number);
    let context = json!({
        "line": 3, "text": AWKWARD, "notes": ["é", null, true, -0.125, {"deep": [[], {}]}], "clé \"'\\": 9_007_199_254_740_993_i64
    });
    let id = AlarmId::new(given.to_utc());
    let hot = NewAlarm::threshold("pump \"1\" it's \\ 水", AlarmSeverity::Critical, given)
        .id(id)
        .value(20.1 + 1.0 / 3.0)
        .threshold_value(-1.0e-300)
        .message(AWKWARD)
        .context(context.clone());
    let of_hot = Alarm {
        id: id.as_uuid(),
        raised_at: stored.fixed_offset(),
        sensor_id: "pump \"1\" it's \\ 水".to_owned(),
        severity: AlarmSeverity::Critical,
        status: AlarmStatus::Active,
        value: Some(20.1 + 1.0 / 3.0),
        threshold: Some(-1.0e-300),
        message: AWKWARD.to_owned(),
        context: Some(context.clone()),
        acknowledged_at: None,
        acknowledged_by: None,
        resolved_at: None,
        origin: AlarmOrigin::Threshold,
        anomaly_score: None,
        model_name: None,
        model_version: None,
        last_seen_at: None,
        repeats: 0,
    };
    let id = AlarmId::new(given.to_utc() + TimeDelta::seconds(1));
    let odd =
        NewAlarm::anomaly(&of_hot.sensor_id, AlarmSeverity::Info, given + TimeDelta::seconds(1), score(0.1 + 0.2))
            .id(id)
            .value(f64::MAX)
            .threshold_value(f64::MIN_POSITIVE)
            .message(AWKWARD)
            .context(context);
    let of_odd = Alarm {
        id: id.as_uuid(),
        raised_at: (stored + TimeDelta::seconds(1)).fixed_offset(),
        severity: AlarmSeverity::Info,
        value: Some(f64::MAX),
        threshold: Some(f64::MIN_POSITIVE),
        origin: AlarmOrigin::AnomalyModel,
        anomaly_score: Some(0.1 + 0.2),
        ..of_hot.clone()
    };
    [(hot, of_hot), (odd, of_odd)]
}

async fn an_alarm_is_stored_as_it_was_given(database: TestDatabase) {
    let (database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    for (new, expected) in complete(0) {
        let raised = alarms.raise(&new).await.unwrap();
        assert_eq!(raised, expected, "as raise returns it");
        let key = (expected.id, expected.raised_at);
        assert_eq!(alarm::Entity::find_by_id(key).one(db).await.unwrap().unwrap(), expected, "as the entity reads it");
        assert_eq!(alarms.get(expected.id).await.unwrap(), expected);
        assert_eq!(alarms.find(expected.id).await.unwrap().unwrap(), expected);
        // In the database's own words: UTC and microseconds.
        let moment = fixtures::moment(database.backend(), expected.raised_at.to_utc());
        assert_eq!(fixtures::count(db, &format!("alarms WHERE raised_at = {moment}")).await, 1);
        let again = alarms.raise(&new).await.unwrap_err();
        assert!(matches!(again, AdapterError::AlreadyExists { area: "alarms", table: "alarms", .. }), "{again:?}");
    }

    // With nothing but what has to be given; the id is the adapter's, and tells the time.
    let bare = NewAlarm::threshold("s", AlarmSeverity::Warning, minute(0));
    let bare_odd = NewAlarm::anomaly("s", AlarmSeverity::Warning, minute(1), score(0.0));
    for new in [&bare, &bare, &bare_odd] {
        let raised = alarms.raise(new).await.unwrap();
        assert_eq!((raised.id.get_version(), raised.id.get_variant()), (Some(Version::SortRand), Variant::RFC4122));
        assert_eq!(milliseconds(raised.id), raised.raised_at.timestamp_millis());
        let read = alarms.get(raised.id).await.unwrap();
        assert_eq!(read, raised);
        assert_eq!((read.value, read.threshold, &read.context, &*read.message), (None, None, &None, ""));
        assert_eq!((read.origin, read.anomaly_score.is_some()), (new.origin(), new == &bare_odd));
    }
    assert_eq!(count(db).await, 5);
}

/// What a UUID of version 7 begins with.
fn milliseconds(id: Uuid) -> i64 {
    let (seconds, nanoseconds) = id.get_timestamp().unwrap().to_unix();
    i64::try_from(seconds).unwrap() * 1000 + i64::from(nanoseconds) / 1_000_000
}

/// More than one statement on every backend, by number or by bytes.
fn many() -> Vec<NewAlarm> {
    (0..2500).map(|number| hot(number / 2).message(format!("{number} {}", "x".repeat(1800)))).collect()
}

async fn many_alarms_are_stored_as_they_were_given(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    assert!(alarms.raise_many(&[]).await.unwrap().is_empty());
    // Complete ones and bare ones beside each other: nulls in every column that may hold them.
    let mut new = Vec::new();
    let mut expected = Vec::new();
    for (number, bare) in (0..20).zip([false, true, true].into_iter().cycle()) {
        for (alarm, row) in complete(number) {
            if bare {
                let mut raw = RawAlarm::new(row.sensor_id.clone(), row.severity, row.raised_at.to_utc(), row.origin);
                raw.anomaly_score = row.anomaly_score;
                new.push(NewAlarm::try_from(raw).unwrap().id(row.id));
                expected.push(Alarm { value: None, threshold: None, message: String::new(), context: None, ..row });
            } else {
                new.push(alarm);
                expected.push(row);
            }
        }
    }
    let ids = alarms.raise_many(&new).await.unwrap();
    assert_eq!(ids, expected.iter().map(|row| AlarmId::from(row.id)).collect::<Vec<_>>());
    expected.sort_by_key(|row| (row.raised_at, row.id));
    assert_eq!(rows(db).await, expected);

    let new = many();
    let ids = alarms.raise_many(&new).await.unwrap();
    assert_eq!(count(db).await, 40 + 2500);
    for number in [0, 999, 1000, 2499] {
        let alarm = alarms.get(ids[number]).await.unwrap();
        let text = format!("{number} ");
        assert!(alarm.message.starts_with(&text) && alarm.message.len() == 1800 + text.len());
        assert_eq!(alarm.raised_at, minute(i64::try_from(number).unwrap() / 2));
        assert_eq!(milliseconds(alarm.id), alarm.raised_at.timestamp_millis());
    }
}

async fn all_of_many_are_raised_or_none(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    let there = alarms.raise(&hot(0)).await.unwrap();

    let mut bad_value = many();
    bad_value[2400] = bad_value[2400].clone().value(f64::NAN);
    for result in [alarms.raise_many(&bad_value).await.map(drop), alarms.raise_missing(&bad_value).await.map(drop)] {
        assert_eq!(super::invalid(&result.unwrap_err()), ("value", Some(2400)));
        assert_eq!(count(db).await, 1, "after a bad value");
    }
    // A key that only the database knows to be taken, in the last statement and in a single one.
    let duplicate = hot(0).id(there.id);
    let mut taken = many();
    taken.push(duplicate.clone());
    let new = AlarmId::new(minute(2));
    for taken in [&taken[..], &[hot(1), duplicate.clone()], &[hot(2).id(new), hot(2).id(new)]] {
        let error = alarms.raise_many(taken).await.unwrap_err();
        let AdapterError::AlreadyExists { row, .. } = error else { panic!("{error:?}") };
        assert_eq!(row, Some(taken.len() - 1));
        assert_eq!(rows(db).await, std::slice::from_ref(&there), "after a key that was taken");
    }
}

async fn what_is_there_is_not_raised_again(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    let with_id = |number: u32, alarm: NewAlarm| {
        let raised_at = minute(i64::from(number) / 2);
        let of = |origin| Detection { source: "detector", sensor: "pump-1", raised_at, origin, occurrence: number };
        alarm.id(AlarmId::of_detection(&of(AlarmOrigin::Threshold)))
    };
    let all: Vec<NewAlarm> = (0..).zip(many()).map(|(number, alarm)| with_id(number, alarm)).collect();

    assert_eq!(alarms.raise_missing(&[]).await.unwrap(), Added::default());
    assert_eq!(alarms.raise_missing(&all[..10]).await.unwrap(), Added { new: 10, already_there: 0 });
    let seen = alarms.acknowledge(rows(db).await[3].id, "ana").await.unwrap().alarm;
    // Some are there, some come twice in the list.
    let mut twice = all.clone();
    twice.push(all[2000].clone());
    twice.push(all[2499].clone());
    assert_eq!(alarms.raise_missing(&twice).await.unwrap(), Added { new: 2490, already_there: 12 });
    assert_eq!(alarms.get(seen.id).await.unwrap(), seen, "left as it is");
    let before = rows(db).await;
    assert_eq!(before.len(), 2500);
    assert_eq!(alarms.raise_missing(&all).await.unwrap(), Added { new: 0, already_there: 2500 });
    assert_eq!(alarms.raise_missing(&all[..1]).await.unwrap(), Added { new: 0, already_there: 1 });
    assert_eq!(rows(db).await, before);
}

/// By its id another alarm would be found, and the first could no longer be acknowledged.
async fn an_id_belongs_to_one_alarm(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    let foreign = Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);
    let there = [alarms.raise(&hot(1)).await.unwrap(), alarms.raise(&hot(2).id(foreign)).await.unwrap()];
    for (alarm, minutes) in there.iter().zip([0, 7_000]) {
        let at = alarm.raised_at.to_utc() + TimeDelta::minutes(minutes) + TimeDelta::microseconds(1);
        let hiding = NewAlarm::threshold("pump-2", AlarmSeverity::Info, at).id(alarm.id);
        assert_eq!(super::invalid(&alarms.raise(&hiding).await.unwrap_err()), ("id", None));
        let mut several = many();
        several.push(hiding.clone());
        for many in [alarms.raise_many(&several).await.map(drop), alarms.raise_missing(&several).await.map(drop)] {
            assert_eq!(super::invalid(&many.unwrap_err()), ("id", Some(2_500)));
        }
        assert_eq!(rows(db).await, there);
    }
    // Twice in one list.
    let id = AlarmId::new(minute(3));
    let twice =
        [hot(3).id(id), NewAlarm::threshold("s", AlarmSeverity::Info, minute(3) + TimeDelta::microseconds(1)).id(id)];
    for many in [alarms.raise_many(&twice).await.map(drop), alarms.raise_missing(&twice).await.map(drop)] {
        assert_eq!(super::invalid(&many.unwrap_err()), ("id", Some(1)));
    }
    assert_eq!(rows(db).await, there);
}

async fn the_callers_transaction_decides(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let db = adapter.connection();
    let transaction = db.begin().await.unwrap();
    let alarms = AlarmRepository::new(&transaction);
    alarms.raise(&hot(1)).await.unwrap();
    alarms.raise_many(&many()).await.unwrap();
    assert_eq!(alarms.raise_missing(&[hot(2).id(AlarmId::new(minute(2)))]).await.unwrap().new, 1);
    assert_eq!(count(&transaction).await, 2502);
    transaction.rollback().await.unwrap();
    assert_eq!(count(db).await, 0);

    // Many that fail take themselves back, of one statement or several, and nothing of the caller's.
    let transaction = db.begin().await.unwrap();
    let alarms = AlarmRepository::new(&transaction);
    let first = alarms.raise(&hot(1)).await.unwrap();
    let duplicate = hot(1).id(first.id);
    let mut several = many();
    several.push(duplicate.clone());
    for taken in [&several[..], &[hot(3), duplicate]] {
        let error = alarms.raise_many(taken).await.unwrap_err();
        assert!(matches!(error, AdapterError::AlreadyExists { .. }), "{error:?}");
    }
    let second = alarms.raise(&hot(4)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(rows(db).await, [first, second]);
}
