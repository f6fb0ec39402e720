//! What people did about alarms: who, when, and which verdict stands; and what was seen again.

use chrono::TimeDelta;
use core_server_adapter::{
    AdapterError, Period,
    alarms::{
        AlarmAction, AlarmActionKind, AlarmFilter, AlarmId, AlarmOrigin, AlarmSeverity, AlarmVerdict, FalseAlarms,
        NewAlarm,
    },
};
use migration_timescale::Interval;
use tests::{Backend, TestDatabase, fixtures::execute, on_every_backend};
use uuid::Uuid;

use super::{at, hot, invalid, migrated, minute, score};

on_every_backend!(
    every_action_is_in_the_history,
    the_latest_verdict_stands,
    what_is_seen_again_is_counted,
    alarms_and_scores_are_counted_in_buckets,
    actions_come_back_after_down_and_up,
);

/// Kind, actor, verdict and note.
type Told<'a> = (AlarmActionKind, Option<&'a str>, Option<AlarmVerdict>, Option<&'a str>);

fn told(history: &[AlarmAction]) -> Vec<Told<'_>> {
    history.iter().map(|one| (one.action, one.actor.as_deref(), one.verdict, one.note.as_deref())).collect()
}

async fn every_action_is_in_the_history(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    let alarm = alarms.raise(&hot(1)).await.unwrap();
    let bystander = alarms.raise(&hot(2)).await.unwrap();
    assert!(alarms.acknowledge(alarm.id, "ana").await.unwrap().first);
    assert!(!alarms.acknowledge(alarm.id, "bert").await.unwrap().first, "who is second has done nothing");
    let task = Uuid::from_u128(42);
    let made = alarms.create_task(alarm.id, "ana", "it's \"loose\"", Some(task)).await.unwrap();
    assert_eq!((made.alarm_id, made.raised_at, made.task_id), (alarm.id, alarm.raised_at, Some(task)));
    alarms.resolve_by(alarm.id, "O'Brien").await.unwrap();
    alarms.resolve_by(alarm.id, "bert").await.unwrap();
    let judged = alarms.judge(alarm.id, "ana", AlarmVerdict::Real, "").await.unwrap();
    let history = alarms.history(alarm.id).await.unwrap();
    assert_eq!(
        told(&history),
        [
            (AlarmActionKind::Acknowledged, Some("ana"), None, None),
            (AlarmActionKind::Task, Some("ana"), None, Some("it's \"loose\"")),
            (AlarmActionKind::Resolved, Some("O'Brien"), None, None),
            (AlarmActionKind::Verdict, Some("ana"), Some(AlarmVerdict::Real), None),
        ]
    );
    assert_eq!((&history[1], &history[3]), (&made, &judged), "as they are returned");
    let now = alarms.get(alarm.id).await.unwrap();
    assert_eq!((now.acknowledged_at, now.resolved_at), (Some(history[0].acted_at), Some(history[2].acted_at)));
    // By itself: nobody.
    alarms.resolve_at(bystander.id, minute(3)).await.unwrap();
    assert_eq!(told(&alarms.history(bystander.id).await.unwrap()), [(AlarmActionKind::Resolved, None, None, None)]);

    // A change that is taken back is none in the history either.
    let other = alarms.raise(&hot(4)).await.unwrap();
    let transaction = adapter.begin().await.unwrap();
    core_server_adapter::alarms::AlarmRepository::new(&transaction).acknowledge(other.id, "ana").await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(alarms.history(other.id).await.unwrap(), []);

    let of = |error: &AdapterError| match error {
        AdapterError::InvalidValue { table: "alarm_actions", column, .. } => *column,
        other => panic!("{other:?}"),
    };
    assert_eq!(of(&alarms.judge(other.id, " ", AlarmVerdict::Known, "").await.unwrap_err()), "actor");
    assert_eq!(of(&alarms.resolve_by(other.id, "").await.unwrap_err()), "actor");
    assert_eq!(of(&alarms.create_task(other.id, "ana", &"x".repeat(65_536), None).await.unwrap_err()), "note");
    let nowhere = alarms.judge(AlarmId::new(minute(9)), "ana", AlarmVerdict::Known, "").await.unwrap_err();
    assert!(matches!(nowhere, AdapterError::NotFound { .. }), "{nowhere:?}");
}

async fn the_latest_verdict_stands(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    // Two sensors, two weeks (2026 begins on a Thursday), six alarms a sensor and week.
    let odd = |sensor: i64, day: i64, number: i64| {
        NewAlarm::anomaly(format!("pump-{sensor}"), AlarmSeverity::Info, minute(day * 1440 + number), score(0.9))
    };
    let new: Vec<NewAlarm> = [0, 5]
        .iter()
        .flat_map(|day| (0..2).flat_map(move |sensor| (0..6).map(move |n| odd(sensor, *day, n))))
        .collect();
    let ids = alarms.raise_many(&new).await.unwrap();
    let of_threshold = alarms.raise(&hot(1)).await.unwrap();
    alarms.judge(of_threshold.id, "ana", AlarmVerdict::FalseAlarm, "").await.unwrap();
    // Of the first sensor in the first week: three false, one of them at second sight, one known, one real.
    for (number, verdict) in [
        (0, AlarmVerdict::Real),
        (0, AlarmVerdict::FalseAlarm),
        (1, AlarmVerdict::FalseAlarm),
        (2, AlarmVerdict::FalseAlarm),
        (3, AlarmVerdict::Known),
        (4, AlarmVerdict::Real),
        // Of the second sensor in the second week.
        (18, AlarmVerdict::FalseAlarm),
        (18, AlarmVerdict::Real),
    ] {
        alarms.judge(ids[number], "ana", verdict, "").await.unwrap();
    }
    let of_models = AlarmFilter::new().origin(AlarmOrigin::AnomalyModel);
    let week = |text: &str, sensor: &str, real, false_alarm, known| FalseAlarms {
        week: at(text),
        sensor_id: sensor.to_owned(),
        real,
        false_alarm,
        known,
    };
    let first = week("2025-12-29T00:00:00Z", "pump-0", 1, 3, 1);
    assert!((first.rate() - 0.6).abs() < 1e-9);
    let second = week("2026-01-05T00:00:00Z", "pump-1", 1, 0, 0);
    assert_eq!(alarms.false_alarms(&of_models).await.unwrap(), [first.clone(), second.clone()]);
    let late = of_models.clone().period(Period::since(minute(4 * 1440)));
    assert_eq!(alarms.false_alarms(&late).await.unwrap(), [second]);
    assert_eq!(alarms.false_alarms(&of_models.sensor("pump-0")).await.unwrap(), [first]);
    assert_eq!(alarms.false_alarms(&AlarmFilter::new()).await.unwrap().len(), 3, "of thresholds too");

    let verdicts = alarms.verdicts(ids.iter().copied()).await.unwrap();
    assert_eq!(verdicts.len(), 6);
    let stands = |number: usize| verdicts[&ids[number].as_uuid()].verdict;
    assert_eq!((stands(0), stands(18)), (Some(AlarmVerdict::FalseAlarm), Some(AlarmVerdict::Real)));
}

async fn what_is_seen_again_is_counted(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    let new = NewAlarm::anomaly("it's", AlarmSeverity::Info, minute(1), score(0.5)).model("forest").model_version("2");
    let alarm = alarms.raise(&new).await.unwrap();
    assert_eq!((alarm.model_name.as_deref(), alarm.model_version.as_deref()), (Some("forest"), Some("2")));
    let many = alarms.raise_many(&[new.clone(), hot(1)]).await.unwrap();
    let stored = alarms.get(many[0]).await.unwrap();
    assert_eq!((&stored.model_name, &stored.model_version), (&alarm.model_name, &alarm.model_version));
    assert_eq!((alarms.get(many[1]).await.unwrap().model_name, alarm.repeats, alarm.last_seen_at), (None, 0, None));

    // The third is reported late.
    for (repeats, (seen, last)) in (1..).zip([(5, 5), (8, 8), (6, 8), (9, 9)]) {
        let now = alarms.seen_again(alarm.id, minute(seen)).await.unwrap();
        assert_eq!((now.repeats, now.last_seen_at), (repeats, Some(minute(last).fixed_offset())));
        assert_eq!(alarms.get(alarm.id).await.unwrap(), now);
    }
    assert_eq!(alarms.get(many[0]).await.unwrap(), stored, "no other alarm");
    let early = alarms.seen_again(alarm.id, minute(1) - TimeDelta::seconds(1)).await.unwrap_err();
    assert_eq!(invalid(&early), ("last_seen_at", None));
    alarms.acknowledge(alarm.id, "ana").await.unwrap();
    assert_eq!(alarms.seen_again(alarm.id, minute(10)).await.unwrap().repeats, 5);
    alarms.resolve(alarm.id).await.unwrap();
    let over = alarms.seen_again(alarm.id, minute(11)).await.unwrap_err();
    assert!(matches!(over, AdapterError::AlreadyResolved { .. }), "{over:?}");
}

async fn alarms_and_scores_are_counted_in_buckets(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    let odd = |number: i64, of: f64| NewAlarm::anomaly("pump-1", AlarmSeverity::Info, minute(number), score(of));
    let scores = [(0, 0.0), (1, 0.099), (61, 0.95), (62, 0.999), (63, 1.0), (181, 0.5)];
    let new: Vec<NewAlarm> = scores.iter().map(|(number, of)| odd(*number, *of)).chain([hot(10)]).collect();
    alarms.raise_many(&new).await.unwrap();
    let day = AlarmFilter::new().period(Period::between(minute(-30), minute(4 * 60)));
    let counts = |buckets: Vec<core_server_adapter::alarms::AlarmBucket>| -> Vec<u64> {
        buckets.iter().map(|bucket| bucket.count).collect()
    };
    let hourly = alarms.timeline(&day, Interval::hours(1)).await.unwrap();
    assert_eq!(hourly[1].bucket, at("2026-01-01T00:00:00Z"));
    assert_eq!(counts(hourly), [0, 3, 3, 0, 1, 0]);
    let of_models = day.clone().origin(AlarmOrigin::AnomalyModel);
    assert_eq!(counts(alarms.timeline(&of_models, Interval::hours(1)).await.unwrap()), [0, 2, 3, 0, 1, 0]);
    for (filter, width) in
        [(AlarmFilter::new(), Interval::hours(1)), (day.clone(), Interval::seconds(0)), (day, Interval::seconds(1))]
    {
        let error = alarms.timeline(&filter, width).await.unwrap_err();
        assert!(matches!(error, AdapterError::InvalidPage { .. }), "{error:?}");
    }

    let buckets = alarms.score_buckets(&AlarmFilter::new(), 10, score(0.97)).await.unwrap();
    let counts: Vec<(u64, u64)> = buckets.iter().map(|bucket| (bucket.count, bucket.at_least_cut_off)).collect();
    assert_eq!(counts, [(2, 0), (0, 0), (0, 0), (0, 0), (0, 0), (1, 0), (0, 0), (0, 0), (0, 0), (3, 2)]);
    assert!((buckets[9].from - 0.9).abs() < 1e-9 && (buckets[9].to - 1.0).abs() < 1e-9);
    assert!(alarms.score_buckets(&AlarmFilter::new(), 0, score(0.5)).await.is_err());
}

/// `down` to the schema before model alarms, and `up`: no action, model or repeat is lost, also of a compressed history.
async fn actions_come_back_after_down_and_up(database: TestDatabase) {
    let (database, adapter) = migrated(database).await;
    let alarms = adapter.alarms();
    let mut ids = Vec::new();
    for number in 0..6 {
        let new = NewAlarm::anomaly("pump-1", AlarmSeverity::Info, minute(number * 10_080), score(0.5)).model("forest");
        let id = alarms.raise(&new).await.unwrap().id;
        alarms.seen_again(id, minute(number * 10_080 + 3)).await.unwrap();
        alarms.acknowledge(id, "ana").await.unwrap();
        alarms.judge(id, "it's", AlarmVerdict::FalseAlarm, "\"?\" \\ 水").await.unwrap();
        ids.push(id);
    }
    let mut before = Vec::new();
    for id in &ids {
        before.push((alarms.get(*id).await.unwrap(), alarms.history(*id).await.unwrap()));
    }
    if database.backend() == Backend::Timescale {
        execute(adapter.connection(), "SELECT compress_chunk(c, true) FROM show_chunks('alarms') c").await;
    }
    adapter.close().await;
    let runner = database.runner().await;
    for _ in 0..2 {
        assert_eq!(runner.down(Some(3)).await.unwrap().len(), 3);
        assert_eq!(runner.up(None).await.unwrap().len(), 3);
    }
    assert_eq!(migration_engine::schema::drift::drift(&runner).await.unwrap(), []);
    runner.close().await;
    let adapter = super::connect(&database, 1).await;
    for (alarm, history) in before {
        assert_eq!(adapter.alarms().get(alarm.id).await.unwrap(), alarm);
        assert_eq!(adapter.alarms().history(alarm.id).await.unwrap(), history);
    }
}
