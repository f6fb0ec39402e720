//! Acknowledging and resolving: what each step does in each state, and of two people at once one is first.

use std::time::Duration;

use chrono::TimeDelta;
use core_server_adapter::{
    AdapterError,
    alarms::{Acknowledged, Alarm, AlarmId, AlarmRepository, AlarmSeverity, AlarmStatus, NewAlarm},
};
use entity::alarms::alarm;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, TransactionTrait};
use tests::{Backend, TestDatabase, on_every_backend};
use uuid::Uuid;

use super::{hot, migrated, minute, rows, score};

on_every_backend!(every_step_from_every_state, unknown_ids, names_are_kept_as_they_are,);
on_every_backend!(needs: several_sessions; of_two_at_once_one_is_first);

async fn every_step_from_every_state(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    let bystander = alarms.raise(&hot(0)).await.unwrap();
    // Ids of other programs tell no time, or a wrong one; these alarms are found and changed too.
    let foreign = Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);
    let misleading = AlarmId::new(minute(900_000)).as_uuid();
    for (number, id) in [(1, None), (1, None), (2, Some(foreign)), (3, Some(misleading))] {
        let mut active = alarms.raise(&hot(number)).await.unwrap();
        if let Some(id) = id {
            let of_another = alarm::ActiveModel { id: Set(id), ..active.clone().into() };
            active = of_another.insert(adapter.connection()).await.unwrap();
        }
        let first = minute(10) + TimeDelta::nanoseconds(999);
        let acknowledged = alarms.acknowledge_at(active.id, "ana", first).await.unwrap();
        assert!(acknowledged.first);
        let expected = Alarm {
            status: AlarmStatus::Acknowledged,
            acknowledged_at: Some(minute(10).fixed_offset()),
            acknowledged_by: Some("ana".to_owned()),
            ..active
        };
        assert_eq!(acknowledged.alarm, expected);
        assert_eq!(alarms.get(active.id).await.unwrap(), expected);
        // The first acknowledgement stays.
        let second = alarms.acknowledge_at(active.id, "bert", minute(11)).await.unwrap();
        assert_eq!(second, Acknowledged { alarm: expected.clone(), first: false });
        let resolved = alarms.resolve_at(active.id, minute(12)).await.unwrap();
        let expected =
            Alarm { status: AlarmStatus::Resolved, resolved_at: Some(minute(12).fixed_offset()), ..expected };
        assert_eq!(resolved, expected);
        // The first time stays.
        assert_eq!(alarms.resolve_at(active.id, minute(13)).await.unwrap(), expected);
        cannot_be_acknowledged(&alarms.acknowledge(active.id, "bert").await.unwrap_err(), &expected);
        assert_eq!(alarms.get(active.id).await.unwrap(), expected);
    }
    // Before anybody has acknowledged it, and for a model alarm.
    let active = alarms.raise(&NewAlarm::anomaly("pump-1", AlarmSeverity::Info, minute(5), score(0.9))).await.unwrap();
    let resolved = alarms.resolve_at(active.id, minute(6)).await.unwrap();
    let expected = Alarm { status: AlarmStatus::Resolved, resolved_at: Some(minute(6).fixed_offset()), ..active };
    assert_eq!(resolved, expected);
    cannot_be_acknowledged(&alarms.acknowledge(resolved.id, "bert").await.unwrap_err(), &expected);
    assert_eq!(alarms.get(resolved.id).await.unwrap(), expected);

    // Now is now.
    let before = chrono::Utc::now() - TimeDelta::milliseconds(1);
    let acknowledged = alarms.acknowledge(alarms.raise(&hot(7)).await.unwrap().id, "ana").await.unwrap();
    let resolved = alarms.resolve(acknowledged.alarm.id).await.unwrap();
    for at in [acknowledged.alarm.acknowledged_at, resolved.resolved_at] {
        assert!((before..=chrono::Utc::now()).contains(&at.unwrap().to_utc()), "{at:?}");
    }
    assert_eq!(alarms.get(bystander.id).await.unwrap(), bystander);
    assert_eq!(rows(adapter.connection()).await.len(), 9);
}

fn cannot_be_acknowledged(error: &AdapterError, alarm: &Alarm) {
    match error {
        AdapterError::AlreadyResolved { area: "alarms", table: "alarms", id, resolved_at } => {
            assert_eq!(*id, alarm.id.to_string());
            assert_eq!(*resolved_at, alarm.resolved_at.unwrap().to_utc().to_rfc3339());
        }
        other => panic!("{other:?}"),
    }
}

async fn unknown_ids(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    let raised = alarms.raise(&hot(1)).await.unwrap();
    // One of the same millisecond, one of version 4, none.
    for id in [AlarmId::new(minute(1)), AlarmId::from(Uuid::from_u128(0x4000_8000_0000_0000_0000)), Uuid::nil().into()]
    {
        assert_eq!(alarms.find(id).await.unwrap(), None);
        let results = [
            alarms.get(id).await,
            alarms.acknowledge(id, "ana").await.map(|done| done.alarm),
            alarms.resolve(id).await,
        ];
        for result in results {
            match result.unwrap_err() {
                AdapterError::NotFound { area: "alarms", table: "alarms", id: named } => {
                    assert_eq!(named, id.to_string());
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(rows(adapter.connection()).await, [raised]);
}

/// On PostgreSQL the change is sent as text, with the values as literals.
async fn names_are_kept_as_they_are(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    let bystander = alarms.raise(&hot(1)).await.unwrap();
    let names = [
        "O'Brien",
        "'",
        "''",
        "\\",
        "\\'",
        "a\\'; DROP TABLE alarms; --",
        "x', resolved_at = NULL, message = 'gone' --",
        "\"double\" `back` \u{2019}",
        "$1 $2 ? ?? :a @b %s {} $$x$$",
        "E'\\x41' \\n \\u0041",
        "tab\there\nand a line",
        "水 é \u{1F525} \u{202e}",
    ];
    for name in names {
        // In the sensor too: it is a part of the key that the change looks for.
        let new = NewAlarm::threshold(name, AlarmSeverity::Info, minute(2)).message(name);
        let raised = alarms.raise(&new).await.unwrap();
        let acknowledged = alarms.acknowledge_at(raised.id, name, minute(3)).await.unwrap();
        let expected = Alarm {
            status: AlarmStatus::Acknowledged,
            acknowledged_at: Some(minute(3).fixed_offset()),
            acknowledged_by: Some(name.to_owned()),
            ..raised
        };
        assert_eq!(acknowledged.alarm, expected, "{name:?}");
        let resolved = alarms.resolve_at(raised.id, minute(4)).await.unwrap();
        assert_eq!((resolved.status, resolved.resolved_at), (AlarmStatus::Resolved, Some(minute(4).fixed_offset())));
        assert!(rows(adapter.connection()).await.contains(&resolved), "{name:?}");
    }
    let found = rows(adapter.connection()).await;
    assert_eq!((found.len(), &found[0]), (names.len() + 1, &bystander));
}

async fn of_two_at_once_one_is_first(database: TestDatabase) {
    let (database, adapter) = migrated(database).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    let soon = Duration::from_millis(300);
    // Every session is open and has planned before: what follows is the race, not the start.
    let all = tokio::join!(db.begin(), db.begin(), db.begin(), db.begin());
    for transaction in [all.0, all.1, all.2, all.3] {
        let transaction = transaction.unwrap();
        let alarm = AlarmRepository::new(&transaction).raise(&hot(0)).await.unwrap();
        AlarmRepository::new(&transaction).acknowledge(alarm.id, "ana").await.unwrap();
        transaction.rollback().await.unwrap();
    }

    // The second has read the alarm as active when the first commits.
    let id = alarms.raise(&hot(1)).await.unwrap().id;
    let transaction = db.begin().await.unwrap();
    let first = AlarmRepository::new(&transaction).acknowledge_at(id, "first", minute(2)).await.unwrap();
    let other = adapter.clone();
    let second = tokio::spawn(async move { other.alarms().acknowledge_at(id, "second", minute(3)).await });
    tokio::time::sleep(soon).await;
    assert!(!second.is_finished(), "it waits for the first");
    transaction.commit().await.unwrap();
    let second = second.await.unwrap().unwrap();
    assert_eq!((first.first, second.first), (true, false), "both succeed, and see who was first");
    assert_eq!(second.alarm, first.alarm);
    assert_eq!(alarms.get(id).await.unwrap(), first.alarm);

    // Resolved meanwhile: it is never acknowledged after that, and the first time stays.
    let id = alarms.raise(&hot(1)).await.unwrap().id;
    let transaction = db.begin().await.unwrap();
    let first = AlarmRepository::new(&transaction).resolve_at(id, minute(2)).await.unwrap();
    let others = [adapter.clone(), adapter.clone()];
    let [acknowledging, resolving] = others;
    let acknowledging = tokio::spawn(async move { acknowledging.alarms().acknowledge(id, "late").await });
    let resolving = tokio::spawn(async move { resolving.alarms().resolve_at(id, minute(4)).await });
    tokio::time::sleep(soon).await;
    transaction.commit().await.unwrap();
    cannot_be_acknowledged(&acknowledging.await.unwrap().unwrap_err(), &first);
    assert_eq!(resolving.await.unwrap().unwrap(), first);
    assert_eq!(alarms.get(id).await.unwrap(), first);

    // Acknowledged meanwhile: it is resolved all the same.
    let id = alarms.raise(&hot(1)).await.unwrap().id;
    let transaction = db.begin().await.unwrap();
    let first = AlarmRepository::new(&transaction).acknowledge_at(id, "first", minute(2)).await.unwrap();
    let other = adapter.clone();
    let resolving = tokio::spawn(async move { other.alarms().resolve_at(id, minute(4)).await });
    tokio::time::sleep(soon).await;
    transaction.commit().await.unwrap();
    let both = Alarm { status: AlarmStatus::Resolved, resolved_at: Some(minute(4).fixed_offset()), ..first.alarm };
    assert_eq!(resolving.await.unwrap().unwrap(), both);
    assert_eq!(alarms.get(id).await.unwrap(), both);

    // The second in a transaction that has looked at the alarm before.
    let id = alarms.raise(&hot(1)).await.unwrap().id;
    let transaction = db.begin().await.unwrap();
    let late = AlarmRepository::new(&transaction);
    assert_eq!(late.get(id).await.unwrap().status, AlarmStatus::Active);
    let first = alarms.acknowledge_at(id, "first", minute(2)).await.unwrap();
    let second = late.acknowledge_at(id, "second", minute(3)).await;
    if database.backend() == Backend::Sqlite {
        // A transaction that has read an older state cannot write there.
        let error = second.unwrap_err();
        assert!(matches!(error, AdapterError::Busy { .. }) && error.is_transient(), "{error:?}");
        transaction.rollback().await.unwrap();
    } else {
        assert_eq!(second.unwrap(), Acknowledged { first: false, ..first.clone() });
        transaction.commit().await.unwrap();
    }
    assert_eq!(alarms.get(id).await.unwrap(), first.alarm);

    // Without any arrangement.
    for number in 0..20 {
        let id = alarms.raise(&hot(number)).await.unwrap().id;
        let (one, two) = tokio::join!(alarms.acknowledge(id, "one"), alarms.acknowledge(id, "two"));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.alarm, two.alarm);
        assert!(one.first != two.first, "{one:?} {two:?}");
        assert_eq!(alarms.get(id).await.unwrap(), one.alarm);
    }
}
