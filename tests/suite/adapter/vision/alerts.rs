//! Alerts: which are to be delivered, and who may change one.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    AdapterError, ErrorKind,
    vision::{Alert, AlertSeverity, AlertStatus, NewAlert, NewEvent, Vision},
};
use serde_json::json;
use tests::{TestDatabase, fixtures::execute, on_every_backend};

use super::{
    super::{AWKWARD, minute},
    camera, migrated,
};

on_every_backend!(of_alerts_that_say_the_same_one_is_delivered_in_a_while, who_is_late_is_told_so);

async fn event(vision: &Vision) -> i64 {
    let door = camera(vision, "door").await;
    vision.events().record(&NewEvent::new(door, "b", minute(0))).await.unwrap().id
}

/// The ids of those that are due, in their order.
async fn due(vision: &Vision, at: DateTime<Utc>) -> Vec<i64> {
    vision.alerts().to_deliver(at, 100).await.unwrap().iter().map(|alert| alert.id).collect()
}

async fn of_alerts_that_say_the_same_one_is_delivered_in_a_while(database: TestDatabase) {
    let (_database, vision) = migrated(database).await;
    let alerts = vision.alerts();
    let event = event(&vision).await;
    execute(vision.connection(), "INSERT INTO alert_rules (id, name, cooldown_seconds) VALUES (1, 'person', 600)")
        .await;
    let new = |at: i64| NewAlert::new(event, AlertSeverity::High).raised_at(minute(at));
    let raise = async |new: NewAlert| -> Alert { alerts.raise(&new).await.unwrap() };
    let first = raise(new(0).rule(1).dedup_key("door").channels(json!(["mail"])).details(AWKWARD)).await;
    assert_eq!((first.status, first.version_id, first.rule_id), (AlertStatus::Pending, 1, Some(1)));
    assert_eq!((&first.channels, &first.details), (&Some(json!(["mail"])), &Some(json!(AWKWARD))));
    let again = raise(new(1).rule(1).dedup_key("door")).await;
    let [other, free] = [raise(new(2).dedup_key("yard")).await, raise(new(3)).await];
    let unruled = raise(new(4).dedup_key("yard")).await;

    assert_eq!(due(&vision, minute(5)).await, [first.id, other.id, free.id]);
    // What is put off holds back what says the same, and comes at its moment.
    let first = alerts.snooze(first.id, first.version_id, minute(60)).await.unwrap();
    assert_eq!((first.status, first.version_id), (AlertStatus::Pending, 2));
    assert_eq!(due(&vision, minute(60) - TimeDelta::microseconds(1)).await, [other.id, free.id]);
    assert_eq!(due(&vision, minute(60)).await, [first.id, other.id, free.id]);

    let first = alerts.delivered(first.id, first.version_id, minute(60)).await.unwrap();
    assert_eq!((first.status, first.version_id), (AlertStatus::Delivered, 3));
    assert_eq!(first.delivered_at.map(|at| at.to_utc()), Some(minute(60)));
    assert_eq!(due(&vision, minute(69)).await, [other.id, free.id], "ten minutes are not over");
    assert_eq!(due(&vision, minute(71)).await, [again.id, other.id, free.id]);
    // A dismissed one holds nothing back, and without a rule there is no cooldown.
    alerts.dismiss(other.id, other.version_id).await.unwrap();
    assert_eq!(due(&vision, minute(71)).await, [again.id, free.id, unruled.id]);
    assert_eq!(alerts.to_deliver(minute(71), 2).await.unwrap().len(), 2);

    vision.events().delete(event).await.unwrap();
    assert_eq!(due(&vision, minute(71)).await, [0_i64; 0], "nobody is told of what is deleted");
    assert_eq!(alerts.raise_many(&vec![new(7).rule(1).dedup_key("many"); 20]).await.unwrap(), 20);
    let error = alerts.raise(&NewAlert::new(4_711, AlertSeverity::Low)).await.unwrap_err();
    assert!(matches!(error, AdapterError::Unregistered { table: "alerts", .. }), "{error:?}");
}

async fn who_is_late_is_told_so(database: TestDatabase) {
    let (database, vision) = migrated(database).await;
    let alerts = vision.alerts();
    let event = event(&vision).await;
    let alert = alerts.raise(&NewAlert::new(event, AlertSeverity::Critical)).await.unwrap();
    // Its status allows both.
    let put_off = || alerts.snooze(alert.id, alert.version_id, minute(1));
    let both = if database.has_one_session() {
        (put_off().await, put_off().await)
    } else {
        tokio::join!(put_off(), put_off())
    };
    let (won, late) = match both {
        (Ok(won), Err(late)) | (Err(late), Ok(won)) => (won, late),
        other => panic!("{other:?}"),
    };
    assert_eq!((won.status, won.version_id), (AlertStatus::Pending, 2));
    assert!(
        matches!(late, AdapterError::ChangedMeanwhile { area: "vision", table: "alerts", expected: 1, found: 2, .. }),
        "{late:?}"
    );
    assert_eq!(late.kind(), ErrorKind::Conflict);
    assert!(late.to_string().ends_with("its version is 2, not 1; read it again and decide anew"), "{late}");

    // Of the right version, but further than that.
    alerts.delivered(alert.id, 2, minute(1)).await.unwrap();
    let error = alerts.delivered(alert.id, 3, minute(2)).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotAllowed { table: "alerts", .. }), "{error:?}");
    let seen = alerts.acknowledge(alert.id, 3).await.unwrap();
    assert_eq!((seen.status, seen.version_id), (AlertStatus::Acknowledged, 4));
    assert_eq!(alerts.get(alert.id).await.unwrap(), seen);
    let error = alerts.dismiss(4_711, 1).await.unwrap_err();
    assert!(matches!(error, AdapterError::NotFound { table: "alerts", .. }), "{error:?}");
}
