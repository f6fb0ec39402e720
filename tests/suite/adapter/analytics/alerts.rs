//! Alerts: stored as given, listed by what they are, and dealt with along legal ways only.

use core_server_adapter::{
    AdapterError, PageRequest, Period,
    analytics::{Alert, AlertFilter, AlertRepository, AlertSeverity, AlertStatus, Analytics, NewAlert},
};
use sea_orm::{Iterable, TransactionTrait};
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{all_pages, minute},
    at, invalid, migrated,
};

on_every_backend!(
    an_alert_is_stored_as_it_was_given,
    all_of_many_are_raised_or_none,
    alerts_are_listed_and_counted_by_what_they_are,
    alerts_go_legal_ways_only,
    of_two_at_once_one_wins,
);

fn alert(machine: &str) -> NewAlert {
    NewAlert::new(machine, AlertSeverity::High, "overheating", minute(0))
}

async fn an_alert_is_stored_as_it_was_given(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let alerts = analytics.alerts();
    let details = serde_json::json!({"limit": 1e-300, "note": "it's \"水\"", "list": [null, true]});
    let new =
        NewAlert::new("Öl/25 °C", AlertSeverity::Critical, "it's \"hot\"", at("2026-03-29T03:30:00.1234569+02:00"))
            .id("alert-1")
            .description("20 °C 'above'")
            .details(details.clone())
            .assigned_to("o'hara");
    let raised = alerts.raise(&new).await.unwrap();
    let expected = Alert {
        id: raised.id,
        alert_id: "alert-1".to_owned(),
        machine_id: "Öl/25 °C".to_owned(),
        severity: AlertSeverity::Critical,
        alert_type: "it's \"hot\"".to_owned(),
        timestamp: at("2026-03-29T01:30:00.123456Z").fixed_offset(),
        description: Some("20 °C 'above'".to_owned()),
        details: Some(details),
        status: AlertStatus::New,
        assigned_to: Some("o'hara".to_owned()),
        resolution_time: None,
        created_at: raised.created_at,
        updated_at: raised.created_at,
    };
    assert_eq!(raised, expected);
    assert_eq!(alerts.get("alert-1").await.unwrap(), expected);
    let error = alerts.raise(&alert("press").id("alert-1")).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { table: "alerts", .. }), "{error:?}");
    let bare = alerts.raise(&alert("press").details(())).await.unwrap();
    assert_eq!((bare.description, bare.details, bare.assigned_to), (None, None, None));
    assert_eq!(alerts.find("nobody's").await.unwrap(), None);
    assert!(matches!(alerts.get("nobody's").await.unwrap_err(), AdapterError::NotFound { .. }));
}

async fn all_of_many_are_raised_or_none(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let (alerts, db) = (analytics.alerts(), analytics.connection());
    let cases = [
        ("alert_id", alert("m").id("")),
        ("alert_id", alert("m").id("x".repeat(51))),
        ("machine_id", alert("")),
        ("machine_id", alert("m ")),
        ("alert_type", NewAlert::new("m", AlertSeverity::Low, "x".repeat(51), minute(0))),
        ("assigned_to", alert("m").assigned_to("x".repeat(101))),
        ("description", alert("m").description("a\0")),
        ("details", alert("m").details("a\0")),
        ("timestamp", NewAlert::new("m", AlertSeverity::Low, "t", at("1969-12-31T23:59:59Z"))),
    ];
    for (column, new) in cases {
        assert_eq!(invalid("alerts", &alerts.raise(&new).await.unwrap_err()), (column, None));
        let error = alerts.raise_many(&[alert("m"), new]).await.unwrap_err();
        assert_eq!(invalid("alerts", &error), (column, Some(1)));
    }
    // Several statements, and the last alert already exists.
    let mut many: Vec<NewAlert> = (0..1100).map(|number| alert("m").id(format!("alert-{number}"))).collect();
    many.push(alert("m").id("alert-0"));
    let error = alerts.raise_many(&many).await.unwrap_err();
    assert!(matches!(error, AdapterError::AlreadyExists { .. }), "{error:?}");
    assert_eq!(count(db, "alerts").await, 0);
    many.pop();
    let ids = alerts.raise_many(&many).await.unwrap();
    assert_eq!((ids.len(), ids[1099].as_str(), count(db, "alerts").await), (1100, "alert-1099", 1100));
    let transaction = db.begin().await.unwrap();
    AlertRepository::new(&transaction).raise_many(&[alert("m")]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(count(db, "alerts").await, 1100);
}

async fn all(analytics: &Analytics, filter: &AlertFilter) -> Vec<Alert> {
    let alerts = analytics.alerts();
    all_pages(async |request| alerts.list(filter, &request).await).await
}

async fn alerts_are_listed_and_counted_by_what_they_are(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let alerts = analytics.alerts();
    let severities: Vec<AlertSeverity> = AlertSeverity::iter().collect();
    let new: Vec<NewAlert> = (0..60_usize)
        .map(|number| {
            let kind = ["heat", "noise"][number / 2 % 2];
            let at = minute(i64::try_from(number / 3).unwrap());
            let new = NewAlert::new(["m", "n"][number % 2], severities[number % 4], kind, at);
            if number % 3 == 0 { new.assigned_to("ana") } else { new }
        })
        .collect();
    for (number, id) in alerts.raise_many(&new).await.unwrap().iter().enumerate() {
        match number / 4 % 5 {
            1 => drop(alerts.acknowledge(id).await.unwrap()),
            2 => drop(alerts.start(id).await.unwrap()),
            3 => drop(alerts.resolve(id).await.unwrap()),
            4 => drop(alerts.dismiss(id).await.unwrap()),
            _ => {}
        }
    }
    let everything = all(&analytics, &AlertFilter::new()).await;
    assert_eq!(everything.len(), 60);
    assert!(everything.is_sorted_by(|newer, older| (newer.timestamp, newer.id) > (older.timestamp, older.id)));
    let filters = [
        AlertFilter::new().machine("n"),
        AlertFilter::new().machine("N"),
        AlertFilter::new().assigned_to("ana").open(),
        AlertFilter::new().alert_type("noise").severity(AlertSeverity::Critical),
        AlertFilter::new().status(AlertStatus::InProgress),
        AlertFilter::new().open(),
        AlertFilter::new().machine("m").severity(AlertSeverity::Low).period(Period::between(minute(5), minute(9))),
    ];
    let mut found = 0;
    for filter in filters {
        let matches = |alert: &&Alert| {
            let is_open = !matches!(alert.status, AlertStatus::Resolved | AlertStatus::Dismissed);
            filter.machine.as_ref().is_none_or(|machine| *machine == alert.machine_id)
                && filter.assigned_to.as_ref().is_none_or(|person| alert.assigned_to.as_ref() == Some(person))
                && filter.alert_type.as_ref().is_none_or(|kind| *kind == alert.alert_type)
                && filter.severity.is_none_or(|severity| severity == alert.severity)
                && filter.status.is_none_or(|status| status == alert.status)
                && (!filter.open || is_open)
                && filter.period.from.is_none_or(|from| alert.timestamp >= from)
                && filter.period.to.is_none_or(|to| alert.timestamp < to)
        };
        let expected: Vec<Alert> = everything.iter().filter(matches).cloned().collect();
        found += usize::from(!expected.is_empty());
        assert_eq!(all(&analytics, &filter).await, expected, "{filter:?}");
        let counts = alerts.counts(&filter).await.unwrap();
        for one in &counts {
            let alike = |alert: &&Alert| alert.severity == one.severity && alert.status == one.status;
            assert_eq!(usize::try_from(one.count).unwrap(), expected.iter().filter(alike).count(), "{one:?}");
        }
        assert_eq!(counts.iter().map(|one| one.count).sum::<i64>(), i64::try_from(expected.len()).unwrap());
    }
    assert_eq!(found, 6, "all but the one of a machine that is not there");
    let first = alerts.list(&AlertFilter::new(), &PageRequest::first(5)).await.unwrap();
    let second = alerts.list(&AlertFilter::new(), &PageRequest::at(first.next.unwrap(), 5)).await.unwrap();
    let back = alerts.list(&AlertFilter::new(), &PageRequest::at(second.previous.unwrap(), 5)).await.unwrap();
    assert_eq!(back.items, first.items);
    let error = alerts.list(&AlertFilter::new(), &PageRequest::first(0)).await.unwrap_err();
    assert!(matches!(error, AdapterError::InvalidPage { parameter: "limit", .. }), "{error:?}");
}

async fn alerts_go_legal_ways_only(database: TestDatabase) {
    use AlertStatus::{Acknowledged, Dismissed, InProgress, New, Resolved};
    let (_database, analytics) = migrated(database).await;
    let alerts = analytics.alerts();
    let go = async |id: String, to| match to {
        Acknowledged => alerts.acknowledge(&id).await,
        InProgress => alerts.start(&id).await,
        Resolved => alerts.resolve(&id).await,
        Dismissed => alerts.dismiss(&id).await,
        New => unreachable!("nothing becomes new again"),
    };
    let legal = |from, to| match to {
        New => false,
        Acknowledged => from == New,
        InProgress => matches!(from, New | Acknowledged),
        Resolved | Dismissed => matches!(from, New | Acknowledged | InProgress),
    };
    for from in [New, Acknowledged, InProgress, Resolved, Dismissed] {
        for to in [Acknowledged, InProgress, Resolved, Dismissed] {
            let raised = alerts.raise(&alert("m")).await.unwrap();
            let before = if from == New { raised } else { go(raised.alert_id, from).await.unwrap() };
            let result = go(before.alert_id.clone(), to).await;
            if legal(from, to) {
                let after = result.unwrap();
                let closed = matches!(to, Resolved | Dismissed);
                assert_eq!(after.resolution_time.is_some(), closed, "{to}");
                let (updated_at, resolution_time) = (after.updated_at, after.resolution_time);
                assert_eq!(after, Alert { status: to, updated_at, resolution_time, ..before });
            } else if from == to {
                assert_eq!(result.unwrap(), before, "again");
            } else {
                let error = result.unwrap_err();
                assert!(matches!(error, AdapterError::NotAllowed { .. }), "{error:?}");
                let expected = format!("{} is {from} and cannot become {to}; only what is NEW", before.alert_id);
                assert!(error.to_string().contains(&expected), "{error}");
                assert_eq!(alerts.get(&before.alert_id).await.unwrap(), before, "nothing was changed");
            }
        }
        let raised = alerts.raise(&alert("m")).await.unwrap();
        let before = if from == New { raised } else { go(raised.alert_id, from).await.unwrap() };
        let assigned = alerts.assign(&before.alert_id, "ana").await;
        if matches!(from, Resolved | Dismissed) {
            let error = assigned.unwrap_err().to_string();
            assert!(error.contains(&format!("is {from} and cannot be assigned; only what is NEW")), "{error}");
        } else {
            let again = alerts.assign(&before.alert_id, "bo").await.unwrap();
            let person = again.assigned_to.as_deref();
            assert_eq!((assigned.unwrap().status, again.status, person), (from, from, Some("bo")));
        }
    }
    assert!(matches!(alerts.resolve("nobody's").await.unwrap_err(), AdapterError::NotFound { .. }));
    assert!(matches!(alerts.assign("nobody's", "ana").await.unwrap_err(), AdapterError::NotFound { .. }));
    assert_eq!(invalid("alerts", &alerts.assign("nobody's", "").await.unwrap_err()), ("assigned_to", None));
}

async fn of_two_at_once_one_wins(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    for _ in 0..20 {
        let id = analytics.alerts().raise(&alert("m")).await.unwrap().alert_id;
        let (one, other) = (analytics.clone(), analytics.clone());
        let (first, second) = (id.clone(), id);
        let (a, b) = tokio::join!(
            tokio::spawn(async move { one.alerts().resolve(&first).await }),
            tokio::spawn(async move { other.alerts().dismiss(&second).await })
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let lost = a.err().or(b.err()).unwrap();
        assert!(matches!(lost, AdapterError::NotAllowed { .. }), "{lost:?}");
    }
}
