//! Anomaly records: with what a model thinks of them, listed by what they are, on compressed history too.

use core_server_adapter::{
    Period,
    analytics::{Analytics, AnomalyFilter, AnomalyRecord, AnomalySeverity, Decimal, NewAnomaly},
};
use sea_orm::Iterable;
use serde_json::{Value, json};
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{
    super::{all_pages, compress, minute},
    at, invalid, migrated,
};

on_every_backend!(
    an_anomaly_is_stored_as_it_was_given,
    all_of_many_are_recorded_or_none,
    anomalies_are_listed_by_what_they_are,
);

fn anomaly(machine: &str) -> NewAnomaly {
    NewAnomaly::new(machine, "spike", AnomalySeverity::High, minute(0))
}

async fn an_anomaly_is_stored_as_it_was_given(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let anomalies = analytics.anomalies();
    let features = [0.1 + 0.2, 1e-300, -5.0];
    let new = NewAnomaly::new("Öl/25 °C", "it's odd", AnomalySeverity::Low, at("2026-03-29T03:30:00.1234569+02:00"))
        .sensor_data(json!({"temperature": 100.5}))
        .calculated_metrics(json!({"deviation": null}))
        .by_model("isolation forest", Decimal::new(9_731, 4), json!(features));
    let recorded = anomalies.record(&new).await.unwrap();
    let expected = AnomalyRecord {
        id: recorded.id,
        machine_id: "Öl/25 °C".to_owned(),
        anomaly_type: "it's odd".to_owned(),
        severity: AnomalySeverity::Low,
        timestamp: at("2026-03-29T01:30:00.123456Z").fixed_offset(),
        sensor_data: Some(json!({"temperature": 100.5})),
        calculated_metrics: Some(json!({"deviation": null})),
        ml_features: Some(json!(features)),
        ml_confidence: Some(Decimal::new(9_731, 4)),
        algorithm_used: "isolation forest".to_owned(),
        created_at: recorded.created_at,
    };
    assert_eq!(recorded, expected);
    let bare = anomalies.record(&anomaly("m")).await.unwrap();
    assert_eq!((bare.algorithm_used.as_str(), bare.ml_confidence, bare.ml_features), ("threshold", None, None));
    assert!(bare.id > recorded.id);
    for confidence in [Decimal::ZERO, Decimal::ONE, Decimal::new(1, 4), Decimal::new(5_000, 5)] {
        let recorded = anomalies.record(&anomaly("m").by_model("x", confidence, Value::Null)).await.unwrap();
        assert_eq!(recorded.ml_confidence, Some(confidence));
    }
}

async fn all_of_many_are_recorded_or_none(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let (anomalies, db) = (analytics.anomalies(), analytics.connection());
    let judged = |confidence| anomaly("m").by_model("x", confidence, Value::Null);
    let cases = [
        ("machine_id", anomaly("")),
        ("anomaly_type", NewAnomaly::new("m", "x".repeat(51), AnomalySeverity::Low, minute(0))),
        ("algorithm_used", anomaly("m").by_model("", Decimal::ONE, Value::Null)),
        ("ml_confidence", judged(Decimal::new(11, 1))),
        ("ml_confidence", judged(Decimal::new(-1, 4))),
        ("ml_confidence", judged(Decimal::new(12_345, 5))),
        ("sensor_data", anomaly("m").sensor_data("a\0")),
        ("calculated_metrics", anomaly("m").calculated_metrics("a\0")),
        ("ml_features", anomaly("m").by_model("x", Decimal::ONE, "a\0")),
        ("timestamp", NewAnomaly::new("m", "x", AnomalySeverity::Low, at("+10000-01-01T00:00:00Z"))),
    ];
    for (column, new) in cases {
        assert_eq!(invalid("anomaly_records", &anomalies.record(&new).await.unwrap_err()), (column, None));
        let error = anomalies.record_many(&[anomaly("m"), new]).await.unwrap_err();
        assert_eq!(invalid("anomaly_records", &error), (column, Some(1)));
    }
    assert_eq!(count(db, "anomaly_records").await, 0);
    let many: Vec<NewAnomaly> = (0..2_500).map(|number| judged(Decimal::new(number, 4))).collect();
    assert_eq!(anomalies.record_many(&many).await.unwrap(), 2_500);
    assert_eq!(count(db, "anomaly_records").await, 2_500);
    assert_eq!(anomalies.record_many(&[]).await.unwrap(), 0);
}

async fn all(analytics: &Analytics, filter: &AnomalyFilter) -> Vec<AnomalyRecord> {
    let anomalies = analytics.anomalies();
    all_pages(async |request| anomalies.list(filter, &request).await).await
}

async fn anomalies_are_listed_by_what_they_are(database: TestDatabase) {
    let (database, analytics) = migrated(database).await;
    let severities: Vec<AnomalySeverity> = AnomalySeverity::iter().collect();
    // A day apart: the first of them are in chunks that are compressed.
    let new: Vec<NewAnomaly> = (0..60_usize)
        .map(|number| {
            let at = minute(i64::try_from(number / 3).unwrap() * 1440);
            let new =
                NewAnomaly::new(["m", "n"][number % 2], ["spike", "drift"][number / 2 % 2], severities[number % 4], at);
            if number % 5 == 0 { new.by_model("forest", Decimal::ONE, json!([1])) } else { new }
        })
        .collect();
    analytics.anomalies().record_many(&new).await.unwrap();
    let everything = all(&analytics, &AnomalyFilter::new()).await;
    assert_eq!(everything.len(), 60);
    compress(analytics.connection(), database.backend(), "anomaly_records", 1).await;
    assert_eq!(all(&analytics, &AnomalyFilter::new()).await, everything, "compressed");
    assert!(everything.is_sorted_by(|newer, older| (newer.timestamp, newer.id) > (older.timestamp, older.id)));
    let filters = [
        AnomalyFilter::new().machine("n"),
        AnomalyFilter::new().machine("N"),
        AnomalyFilter::new().anomaly_type("drift").severity(AnomalySeverity::Critical),
        AnomalyFilter::new().algorithm("forest"),
        AnomalyFilter::new()
            .machine("m")
            .severity(AnomalySeverity::Low)
            .period(Period::between(minute(7200), minute(18_000))),
    ];
    let mut found = 0;
    for filter in filters {
        let matches = |one: &&AnomalyRecord| {
            filter.machine.as_ref().is_none_or(|machine| *machine == one.machine_id)
                && filter.anomaly_type.as_ref().is_none_or(|kind| *kind == one.anomaly_type)
                && filter.severity.is_none_or(|severity| severity == one.severity)
                && filter.algorithm.as_ref().is_none_or(|algorithm| *algorithm == one.algorithm_used)
                && filter.period.from.is_none_or(|from| one.timestamp >= from)
                && filter.period.to.is_none_or(|to| one.timestamp < to)
        };
        let expected: Vec<AnomalyRecord> = everything.iter().filter(matches).cloned().collect();
        found += usize::from(!expected.is_empty());
        assert_eq!(all(&analytics, &filter).await, expected, "{filter:?}");
    }
    assert_eq!(found, 4, "all but the one of a machine that is not there");
}
