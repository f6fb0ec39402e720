//! Anomaly alerts: stored as given, listed by what they are, and closed along legal ways only.

use chrono::TimeDelta;
use core_server_adapter::{
    AdapterError, PageRequest, Period,
    telemetry::{
        AnomalyAlert, AnomalyAlertFilter, AnomalyAlertRepository, AnomalyAlertSeverity, AnomalyAlertStatus,
        NewAnomalyAlert, NewSensor, Telemetry,
    },
};
use entity::TextList;
use sea_orm::{Iterable, TransactionTrait};
use serde::{Deserialize, Serialize};
use tests::{TestDatabase, on_every_backend};
use uuid::Uuid;

use super::{at, count, invalid, migrated, minute};

on_every_backend!(
    an_alert_is_stored_as_it_was_given,
    all_of_many_are_raised_or_none,
    alerts_are_listed_by_what_they_are,
    alerts_go_legal_ways_only,
    of_two_at_once_one_wins,
);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Drift {
    windows: Vec<(f64, f64)>,
    note: Option<String>,
}

async fn with_sensors(database: TestDatabase) -> (TestDatabase, Telemetry) {
    let (database, telemetry) = migrated(database).await;
    let sensors = [NewSensor::new("s", "flow"), NewSensor::new("t", "flow")];
    telemetry.sensors().register_many(&sensors).await.unwrap();
    (database, telemetry)
}

fn alert(sensor: &str) -> NewAnomalyAlert {
    NewAnomalyAlert::new(sensor, "drift", AnomalyAlertSeverity::High, 0.1 + 0.2)
}

async fn an_alert_is_stored_as_it_was_given(database: TestDatabase) {
    let (_database, telemetry) = with_sensors(database).await;
    let alerts = telemetry.anomaly_alerts();
    let evidence = Drift { windows: vec![(0.5, -1.25), (1e-300, 2.0)], note: Some("it's \"水\"".to_owned()) };
    let actions = ["check, the {seal}", "", "Öl \"25\" \\ it's"];
    let new = alert("s").description("it's hot").evidence(&evidence).unwrap().recommended_actions(actions);
    let raised = alerts.raise(&new.detected_at(at("2026-03-29T03:30:00.123456789+02:00"))).await.unwrap();
    let expected = AnomalyAlert {
        id: raised.id,
        sensor_id: "s".to_owned(),
        anomaly_type: "drift".to_owned(),
        severity: AnomalyAlertSeverity::High,
        confidence: 0.1 + 0.2,
        description: Some("it's hot".to_owned()),
        evidence: Some(serde_json::to_value(&evidence).unwrap()),
        recommended_actions: TextList::from(actions),
        status: AnomalyAlertStatus::Open,
        created_at: at("2026-03-29T01:30:00.123456Z").fixed_offset(),
        updated_at: raised.updated_at,
    };
    assert_eq!(raised, expected);
    assert_eq!(alerts.get(raised.id).await.unwrap(), expected);
    assert_eq!(raised.evidence_as::<Drift>().unwrap(), Some(evidence));
    raised.evidence_as::<Vec<u32>>().unwrap_err();
    let bare = alerts.raise(&alert("s")).await.unwrap();
    assert_eq!((bare.evidence_as::<Drift>().unwrap(), &bare.description), (None, &None));
    assert_eq!((bare.recommended_actions.clone(), bare.created_at), (TextList::default(), bare.updated_at));
    assert_eq!(alerts.find(Uuid::nil()).await.unwrap(), None);
    assert!(matches!(alerts.get(Uuid::nil()).await.unwrap_err(), AdapterError::NotFound { .. }));
}

async fn all_of_many_are_raised_or_none(database: TestDatabase) {
    let (_database, telemetry) = with_sensors(database).await;
    let (alerts, db) = (telemetry.anomaly_alerts(), telemetry.connection());
    let cases = [
        ("sensor_id", NewAnomalyAlert::new("", "drift", AnomalyAlertSeverity::Low, 0.5)),
        ("anomaly_type", NewAnomalyAlert::new("s", "", AnomalyAlertSeverity::Low, 0.5)),
        ("confidence", NewAnomalyAlert::new("s", "drift", AnomalyAlertSeverity::Low, 1.5)),
        ("confidence", NewAnomalyAlert::new("s", "drift", AnomalyAlertSeverity::Low, f64::NAN)),
        ("description", alert("s").description("a\0")),
        ("evidence", alert("s").evidence("a\0").unwrap()),
        ("recommended_actions", alert("s").recommended_actions(["a\0"])),
        ("recommended_actions", alert("s").recommended_actions(["a".repeat(65_536)])),
        ("created_at", alert("s").detected_at(at("1969-12-31T23:59:59Z"))),
    ];
    for (column, new) in cases {
        assert_eq!(invalid("anomaly_alerts", &alerts.raise(&new).await.unwrap_err()), (column, None));
        let error = alerts.raise_many(&[alert("s"), new]).await.unwrap_err();
        assert_eq!(invalid("anomaly_alerts", &error), (column, Some(1)));
    }
    // A sensor that is not registered: the last of more than one statement.
    let mut many: Vec<NewAnomalyAlert> = (0..1100).map(|_| alert("s")).collect();
    many.push(alert("nobody"));
    for error in [alerts.raise(&alert("nobody")).await.unwrap_err(), alerts.raise_many(&many).await.unwrap_err()] {
        assert!(matches!(error, AdapterError::Unregistered { table: "anomaly_alerts", .. }), "{error:?}");
        assert!(error.to_string().contains("add that one first"), "{error}");
    }
    assert_eq!(count(db, "anomaly_alerts").await, 0);
    many.pop();
    let ids = alerts.raise_many(&many).await.unwrap();
    assert_eq!((ids.len(), count(db, "anomaly_alerts").await), (1100, 1100));
    assert_eq!(alerts.get(ids[1099]).await.unwrap().id, ids[1099]);
    assert!(alerts.raise_many(&[]).await.unwrap().is_empty());
    let transaction = db.begin().await.unwrap();
    AnomalyAlertRepository::new(&transaction).raise_many(&[alert("t")]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(count(db, "anomaly_alerts").await, 1100);
}

async fn all(telemetry: &Telemetry, filter: &AnomalyAlertFilter) -> Vec<AnomalyAlert> {
    let mut request = PageRequest::first(7);
    let mut found = Vec::new();
    loop {
        let page = telemetry.anomaly_alerts().list(filter, &request).await.unwrap();
        found.extend(page.items);
        let Some(next) = page.next else { return found };
        request = PageRequest::at(next, 7);
    }
}

async fn alerts_are_listed_by_what_they_are(database: TestDatabase) {
    let (_database, telemetry) = with_sensors(database).await;
    let alerts = telemetry.anomaly_alerts();
    let severities: Vec<AnomalyAlertSeverity> = AnomalyAlertSeverity::iter().collect();
    let new: Vec<NewAnomalyAlert> = (0..60_usize)
        .map(|number| {
            let kind = ["drift", "spike"][number / 2 % 2];
            NewAnomalyAlert::new(["s", "t"][number % 2], kind, severities[number % 4], 0.5)
                .detected_at(minute(i64::try_from(number / 3).unwrap()))
        })
        .collect();
    for (number, id) in alerts.raise_many(&new).await.unwrap().into_iter().enumerate() {
        match number / 4 % 4 {
            1 => drop(alerts.acknowledge(id).await.unwrap()),
            2 => drop(alerts.resolve(id).await.unwrap()),
            3 => drop(alerts.dismiss(id).await.unwrap()),
            _ => {}
        }
    }
    let everything = all(&telemetry, &AnomalyAlertFilter::new()).await;
    assert_eq!(everything.len(), 60);
    assert!(everything.is_sorted_by(|newer, older| (newer.created_at, newer.id) > (older.created_at, older.id)));
    let mut found = 0;
    for sensor in [None, Some("t"), Some("T")] {
        for kind in [None, Some("spike")] {
            for severity in [None, Some(AnomalyAlertSeverity::Critical)] {
                for status in std::iter::once(None).chain(AnomalyAlertStatus::iter().map(Some)) {
                    for unsettled in [false, true] {
                        for period in [Period::ALL, Period::between(minute(5), minute(9))] {
                            let filter = AnomalyAlertFilter {
                                sensor: sensor.map(str::to_owned),
                                anomaly_type: kind.map(str::to_owned),
                                severity,
                                status,
                                unsettled,
                                period,
                            };
                            let settled = [AnomalyAlertStatus::Resolved, AnomalyAlertStatus::Dismissed];
                            let matches = |alert: &&AnomalyAlert| {
                                sensor.is_none_or(|sensor| alert.sensor_id == sensor)
                                    && kind.is_none_or(|kind| alert.anomaly_type == kind)
                                    && severity.is_none_or(|severity| alert.severity == severity)
                                    && status.is_none_or(|status| alert.status == status)
                                    && !(unsettled && settled.contains(&alert.status))
                                    && period.from.is_none_or(|from| alert.created_at >= from)
                                    && period.to.is_none_or(|to| alert.created_at < to)
                            };
                            let expected: Vec<AnomalyAlert> = everything.iter().filter(matches).cloned().collect();
                            found += usize::from(!expected.is_empty());
                            assert_eq!(all(&telemetry, &filter).await, expected, "{filter:?}");
                        }
                    }
                }
            }
        }
    }
    assert!(found > 60, "{found}");
}

async fn alerts_go_legal_ways_only(database: TestDatabase) {
    use AnomalyAlertStatus::{Acknowledged, Dismissed, Open, Resolved};
    let (_database, telemetry) = with_sensors(database).await;
    let alerts = telemetry.anomaly_alerts();
    let go = async |id, to| match to {
        Acknowledged => alerts.acknowledge(id).await,
        Resolved => alerts.resolve(id).await,
        Dismissed => alerts.dismiss(id).await,
        Open => unreachable!("nothing becomes open again"),
    };
    let legal = [
        (Open, Acknowledged),
        (Open, Resolved),
        (Open, Dismissed),
        (Acknowledged, Resolved),
        (Acknowledged, Dismissed),
    ];
    for from in [Open, Acknowledged, Resolved, Dismissed] {
        for to in [Acknowledged, Resolved, Dismissed] {
            let raised = alerts.raise(&alert("s").detected_at(minute(0))).await.unwrap();
            let before = if from == Open { raised } else { go(raised.id, from).await.unwrap() };
            assert_eq!(before.status, from);
            let result = go(before.id, to).await;
            if legal.contains(&(from, to)) {
                let after = result.unwrap();
                assert!(after.updated_at >= before.updated_at + TimeDelta::microseconds(0));
                assert_eq!(after, AnomalyAlert { status: to, updated_at: after.updated_at, ..before });
            } else if from == to {
                assert_eq!(result.unwrap(), before, "again");
            } else {
                let error = result.unwrap_err();
                assert!(matches!(error, AdapterError::NotAllowed { .. }), "{error:?}");
                let expected = format!("{} is {from} and cannot become {to}; only what is open", before.id);
                assert!(error.to_string().contains(&expected), "{error}");
                assert_eq!(alerts.get(before.id).await.unwrap(), before, "nothing was changed");
            }
        }
    }
    assert!(matches!(alerts.resolve(Uuid::nil()).await.unwrap_err(), AdapterError::NotFound { .. }));
}

async fn of_two_at_once_one_wins(database: TestDatabase) {
    let (_database, telemetry) = with_sensors(database).await;
    let alerts = telemetry.anomaly_alerts();
    let mut resolved = 0;
    for _ in 0..20 {
        let id = alerts.raise(&alert("s")).await.unwrap().id;
        let (a, b) = tokio::join!(
            tokio::spawn({
                let telemetry = telemetry.clone();
                async move { telemetry.anomaly_alerts().resolve(id).await }
            }),
            tokio::spawn({
                let telemetry = telemetry.clone();
                async move { telemetry.anomaly_alerts().dismiss(id).await }
            })
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        resolved += u32::from(a.is_ok());
        let lost = a.err().or(b.err()).unwrap();
        assert!(matches!(lost, AdapterError::NotAllowed { .. }), "{lost:?}");
    }
    assert!(resolved <= 20);
}
