//! Notification logs: their states, what is to be tried again, and what was sent about an alert.

use core_server_adapter::{
    AdapterError, PageRequest,
    analytics::{NewNotification, NotificationLog, NotificationStatus},
};
use serde_json::json;
use tests::{TestDatabase, on_every_backend};

use super::{super::minute, at, invalid, migrated};

on_every_backend!(
    a_notification_is_stored_as_it_was_given,
    notifications_go_legal_ways_only,
    what_failed_is_tried_again_oldest_first,
);

async fn a_notification_is_stored_as_it_was_given(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let notifications = analytics.notifications();
    let new = NewNotification::sent("EMAIL", "o'hara@example.com", at("2026-03-29T03:30:00.1234569+02:00"))
        .alert("alert-1")
        .subject("20 °C \"above\"")
        .content("it's hot")
        .response(json!({"code": 250}));
    let recorded = notifications.record(&new).await.unwrap();
    let expected = NotificationLog {
        id: recorded.id,
        alert_id: Some("alert-1".to_owned()),
        notification_type: "EMAIL".to_owned(),
        recipient: "o'hara@example.com".to_owned(),
        subject: Some("20 °C \"above\"".to_owned()),
        content: Some("it's hot".to_owned()),
        status: NotificationStatus::Sent,
        sent_time: Some(at("2026-03-29T01:30:00.123456Z").fixed_offset()),
        response_details: Some(json!({"code": 250})),
        created_at: recorded.created_at,
    };
    assert_eq!(recorded, expected);
    assert_eq!(notifications.get(recorded.id).await.unwrap(), expected);
    for (column, new) in [
        ("alert_id", NewNotification::failed("SMS", "x").alert("")),
        ("notification_type", NewNotification::failed("x".repeat(21), "x")),
        ("recipient", NewNotification::failed("SMS", "")),
        ("subject", NewNotification::failed("SMS", "x").subject("x".repeat(256))),
        ("content", NewNotification::failed("SMS", "x").content("a\0")),
        ("response_details", NewNotification::failed("SMS", "x").response("a\0")),
        ("sent_time", NewNotification::sent("SMS", "x", at("1969-12-31T23:59:59Z"))),
    ] {
        assert_eq!(invalid("notification_logs", &notifications.record(&new).await.unwrap_err()), (column, None));
    }
}

async fn notifications_go_legal_ways_only(database: TestDatabase) {
    use NotificationStatus::{Delivered, Failed, Sent};
    let (_database, analytics) = migrated(database).await;
    let notifications = analytics.notifications();
    let said = || Some(json!({"code": 200}));
    let go = async |id, to| match to {
        Delivered => notifications.mark_delivered(id, said()).await,
        Failed => notifications.mark_failed(id, said()).await,
        Sent => notifications.mark_sent(id).await,
    };
    for from in [Sent, Failed, Delivered] {
        for to in [Sent, Failed, Delivered] {
            let new = match from {
                Sent | Delivered => NewNotification::sent("EMAIL", "ana", minute(0)),
                Failed => NewNotification::failed("EMAIL", "ana"),
            };
            let recorded = notifications.record(&new).await.unwrap();
            let before = if from == Delivered { go(recorded.id, Delivered).await.unwrap() } else { recorded };
            let result = go(before.id, to).await;
            if from == to {
                assert_eq!(result.unwrap(), before, "again");
            } else if from == Delivered {
                let error = result.unwrap_err();
                assert!(matches!(error, AdapterError::NotAllowed { .. }), "{error:?}");
                assert!(error.to_string().contains(&format!("is DELIVERED and cannot become {to}")), "{error}");
            } else {
                let after = result.unwrap();
                assert_eq!(after.status, to);
                assert_eq!(after.response_details, if to == Sent { None } else { said() });
                assert_eq!(after.sent_time.is_some(), from == Sent || to == Sent);
            }
        }
    }
    assert!(matches!(notifications.mark_delivered(-1, None).await.unwrap_err(), AdapterError::NotFound { .. }));
    let sent = notifications.record(&NewNotification::sent("SMS", "x", minute(0))).await.unwrap();
    let error = notifications.mark_failed(sent.id, Some("a\0".into())).await.unwrap_err();
    assert_eq!(invalid("notification_logs", &error), ("response_details", None));
}

async fn what_failed_is_tried_again_oldest_first(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let notifications = analytics.notifications();
    let mut failed = Vec::new();
    for number in 0..9 {
        let new = match number % 3 {
            0 => NewNotification::sent("EMAIL", "ana", minute(number)),
            _ => NewNotification::failed("EMAIL", "ana"),
        };
        let recorded = notifications.record(&new.alert(if number % 2 == 0 { "b" } else { "a" })).await.unwrap();
        if number % 3 > 0 {
            failed.push(recorded.id);
        }
    }
    let ids = |logs: Vec<NotificationLog>| logs.into_iter().map(|log| log.id).collect::<Vec<_>>();
    assert_eq!(ids(notifications.to_retry(100).await.unwrap()), failed);
    assert_eq!(ids(notifications.to_retry(2).await.unwrap()), failed[..2]);
    notifications.mark_sent(failed[0]).await.unwrap();
    assert_eq!(ids(notifications.to_retry(2).await.unwrap()), failed[1..3]);
    assert!(matches!(notifications.to_retry(0).await.unwrap_err(), AdapterError::InvalidPage { .. }));
    let first = notifications.of_alert("b", &PageRequest::first(3)).await.unwrap();
    let second = notifications.of_alert("b", &PageRequest::at(first.next.unwrap(), 3)).await.unwrap();
    let both: Vec<NotificationLog> = first.items.into_iter().chain(second.items).collect();
    assert!(both.len() == 5 && second.next.is_none() && both.is_sorted_by(|newer, older| newer.id > older.id));
    assert!(both.iter().all(|log| log.alert_id.as_deref() == Some("b")));
    assert!(notifications.of_alert("c", &PageRequest::first(3)).await.unwrap().items.is_empty());
}
