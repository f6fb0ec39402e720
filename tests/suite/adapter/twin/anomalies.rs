//! Anomalies: as they were written, and by machine, severity, kind and period.

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    Period,
    twin::{Anomaly, AnomalyFilter, AnomalySeverity, NewAnomaly},
};
use serde_json::json;
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{AWKWARD, all_pages, compress, minute},
    invalid, migrated,
};

on_every_backend!(
    anomalies_come_back_as_they_were_written,
    the_history_is_listed_by_machine_severity_and_period,
    bad_anomalies_are_refused,
);

const SEVERITIES: [AnomalySeverity; 4] =
    [AnomalySeverity::Low, AnomalySeverity::Medium, AnomalySeverity::High, AnomalySeverity::Critical];

async fn anomalies_come_back_as_they_were_written(database: TestDatabase) {
    let (_database, twin) = migrated(database).await;
    let anomalies = twin.anomalies();
    for (number, severity) in (0..).zip(SEVERITIES) {
        let finer = minute(number) + TimeDelta::nanoseconds(999);
        let bare = NewAnomaly::new(AWKWARD, AWKWARD, severity, finer);
        let full = bare.clone().sensor_data(json!({ AWKWARD: 1.5 })).calculated_metrics(json!([null])).details(AWKWARD);
        let empty = bare.clone().sensor_data(json!(null)).calculated_metrics(json!(null)).details(json!(null));
        assert_eq!(empty, bare, "null counts as nothing");
        let recorded = [anomalies.record(&bare).await.unwrap(), anomalies.record(&full).await.unwrap()];
        for one in &recorded {
            assert_eq!((&*one.machine_id, &*one.anomaly_type), (AWKWARD, AWKWARD));
            assert_eq!((one.severity, one.timestamp.to_utc()), (severity, minute(number)));
        }
        assert_eq!(
            recorded.map(|one| [one.sensor_data, one.calculated_metrics, one.details]),
            [[None, None, None], [Some(json!({ AWKWARD: 1.5 })), Some(json!([null])), Some(json!(AWKWARD))]]
        );
        // In JSON the severity is spelled as in the database.
        assert_eq!(serde_json::to_value(severity).unwrap(), severity.to_string().to_uppercase());
    }
    let listed = all_pages(async |page| anomalies.list(&AnomalyFilter::new(), &page).await).await;
    assert_eq!(listed.len(), 8);
}

/// Every 97 minutes of five weeks.
fn history() -> Vec<NewAnomaly> {
    let anomaly = |number: i64| {
        let of = usize::try_from(number).unwrap();
        NewAnomaly::new(["a", "A", "b"][of % 3], ["hot", "loud"][of % 2], SEVERITIES[of / 3 % 4], minute(number * 197))
            .details(number)
    };
    (0..250).map(anomaly).collect()
}

async fn the_history_is_listed_by_machine_severity_and_period(database: TestDatabase) {
    let (database, twin) = migrated(database).await;
    let (anomalies, db) = (twin.anomalies(), twin.connection());
    anomalies.record_many(&history()).await.unwrap();
    compress(db, database.backend(), "anomaly_history", 3).await;
    // Late ones, beside what is in the columnstore, at a moment that is there.
    let late: Vec<NewAnomaly> =
        SEVERITIES.map(|severity| NewAnomaly::new("b", "hot", severity, minute(197 * 40))).to_vec();
    anomalies.record_many(&late).await.unwrap();
    let all = all_pages(async |page| anomalies.list(&AnomalyFilter::new(), &page).await).await;
    assert_eq!(all.len(), 254);
    let position = |one: &Anomaly| -> (DateTime<Utc>, i64) { (one.timestamp.to_utc(), one.id) };
    assert!(all.is_sorted_by(|newer, older| position(newer) > position(older)));

    let period = Period::between(minute(197 * 20), minute(197 * 120));
    for machine in [None, Some("A"), Some("b"), Some("c")] {
        for severity in [None, Some(AnomalySeverity::Critical), Some(AnomalySeverity::Low)] {
            for anomaly_type in [None, Some("loud"), Some("Loud")] {
                for period in [Period::ALL, period] {
                    let filter = AnomalyFilter {
                        machine: machine.map(str::to_owned),
                        anomaly_type: anomaly_type.map(str::to_owned),
                        severity,
                        period,
                    };
                    let matches = |one: &&Anomaly| {
                        let at = one.timestamp.to_utc();
                        machine.is_none_or(|machine| one.machine_id == machine)
                            && severity.is_none_or(|severity| one.severity == severity)
                            && anomaly_type.is_none_or(|kind| one.anomaly_type == kind)
                            && period.from.is_none_or(|from| at >= from)
                            && period.to.is_none_or(|to| at < to)
                    };
                    let expected: Vec<Anomaly> = all.iter().filter(matches).cloned().collect();
                    let found = all_pages(async |page| anomalies.list(&filter, &page).await).await;
                    assert_eq!(found, expected, "{filter:?}");
                }
            }
        }
    }
}

async fn bad_anomalies_are_refused(database: TestDatabase) {
    let (_database, twin) = migrated(database).await;
    let anomalies = twin.anomalies();
    let new = |machine: &str, kind: &str| NewAnomaly::new(machine, kind, AnomalySeverity::Low, minute(0));
    let (good, long, nul) = (new("m", "hot"), "ö".repeat(51), json!(["\0"]));
    let bad = [
        ("machine_id", new("", "hot")),
        ("machine_id", new(&long, "hot")),
        ("anomaly_type", new("m", " ")),
        ("anomaly_type", new("m", &long)),
        ("timestamp", NewAnomaly::new("m", "hot", AnomalySeverity::Low, DateTime::<Utc>::MAX_UTC)),
        ("sensor_data", good.clone().sensor_data(nul.clone())),
        ("calculated_metrics", good.clone().calculated_metrics(nul.clone())),
        ("details", good.clone().details(nul)),
    ];
    for (column, new) in bad {
        let error = anomalies.record(&new).await.unwrap_err();
        assert_eq!(invalid("anomaly_history", &error), (column, None));
        let error = anomalies.record_many(&[good.clone(), new]).await.unwrap_err();
        assert_eq!(invalid("anomaly_history", &error), (column, Some(1)));
    }
    assert_eq!(count(twin.connection(), "anomaly_history").await, 0);
}
