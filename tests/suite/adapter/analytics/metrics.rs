//! Performance metrics: decimals as they were given, a trend in its order, the latest.

use core_server_adapter::{
    AdapterError, Period,
    analytics::{Decimal, MAX_TREND, NewMetric, PerformanceMetric},
};
use tests::{TestDatabase, fixtures::count, on_every_backend};

use super::{super::minute, at, invalid, migrated};

on_every_backend!(
    metrics_are_stored_as_they_were_given,
    all_of_many_are_recorded_or_none,
    a_trend_is_in_its_order_and_ends_with_the_latest,
);

async fn metrics_are_stored_as_they_were_given(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let new = NewMetric::new("press-1", at("2026-03-29T03:30:00.1234569+02:00"))
        .average_load(Decimal::new(99_999, 2))
        .average_temperature(Decimal::new(-27_315, 2))
        .average_vibration(Decimal::new(1, 2))
        .uptime_percentage(Decimal::new(100, 0))
        .efficiency_rating(Decimal::new(333, 1))
        .anomaly_count(2_147_483_647)
        .ml_model_version("2.0 \"beta\"");
    let recorded = analytics.metrics().record(&new).await.unwrap();
    let expected = PerformanceMetric {
        id: recorded.id,
        machine_id: "press-1".to_owned(),
        calculation_time: at("2026-03-29T01:30:00.123456Z").fixed_offset(),
        average_load: Some(Decimal::new(99_999, 2)),
        average_temperature: Some(Decimal::new(-27_315, 2)),
        average_vibration: Some(Decimal::new(1, 2)),
        uptime_percentage: Some(Decimal::new(100, 0)),
        efficiency_rating: Some(Decimal::new(333, 1)),
        anomaly_count: Some(2_147_483_647),
        ml_model_version: Some("2.0 \"beta\"".to_owned()),
        created_at: recorded.created_at,
    };
    assert_eq!(recorded, expected);
    let bare = analytics.metrics().record(&NewMetric::new("m", minute(0))).await.unwrap();
    assert_eq!((bare.average_load, bare.anomaly_count, bare.ml_model_version), (None, None, None));
}

async fn all_of_many_are_recorded_or_none(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let (metrics, db) = (analytics.metrics(), analytics.connection());
    let metric = || NewMetric::new("m", minute(0));
    let cases = [
        ("machine_id", NewMetric::new("", minute(0))),
        ("average_load", metric().average_load(Decimal::new(1_000, 0))),
        ("average_temperature", metric().average_temperature(Decimal::new(1_234, 3))),
        ("average_vibration", metric().average_vibration(Decimal::MAX)),
        ("uptime_percentage", metric().uptime_percentage(Decimal::new(10_001, 2))),
        ("uptime_percentage", metric().uptime_percentage(Decimal::new(-1, 2))),
        ("efficiency_rating", metric().efficiency_rating(Decimal::new(-100_000, 2))),
        ("anomaly_count", metric().anomaly_count(2_147_483_648)),
        ("ml_model_version", metric().ml_model_version("x".repeat(21))),
        ("calculation_time", NewMetric::new("m", at("1969-12-31T23:59:59Z"))),
    ];
    for (column, new) in cases {
        assert_eq!(invalid("performance_metrics", &metrics.record(&new).await.unwrap_err()), (column, None));
        let error = metrics.record_many(&[metric(), new]).await.unwrap_err();
        assert_eq!(invalid("performance_metrics", &error), (column, Some(1)));
    }
    assert_eq!(count(db, "performance_metrics").await, 0);
    assert_eq!(metrics.record_many(&vec![metric(); 1_500]).await.unwrap(), 1_500);
    assert_eq!(count(db, "performance_metrics").await, 1_500);
}

async fn a_trend_is_in_its_order_and_ends_with_the_latest(database: TestDatabase) {
    let (_database, analytics) = migrated(database).await;
    let metrics = analytics.metrics();
    let hours = [5, 1, 4, 2, 3];
    let new: Vec<NewMetric> = ["m", "n"]
        .iter()
        .flat_map(|machine| {
            hours.map(|hour| NewMetric::new(*machine, minute(60 * hour)).average_load(Decimal::new(hour, 0)))
        })
        .collect();
    metrics.record_many(&new).await.unwrap();
    let loads = async |period, limit| -> Vec<i64> {
        let trend = metrics.trend("m", period, limit).await.unwrap();
        assert!(trend.iter().all(|one| one.machine_id == "m"));
        trend.iter().map(|one| i64::try_from(one.average_load.unwrap()).unwrap()).collect()
    };
    assert_eq!(loads(Period::ALL, 10).await, [1, 2, 3, 4, 5]);
    assert_eq!(loads(Period::ALL, 2).await, [4, 5], "the last of them");
    assert_eq!(loads(Period::between(minute(120), minute(240)), 10).await, [2, 3]);
    assert_eq!(metrics.latest("m").await.unwrap().unwrap().average_load, Some(Decimal::new(5, 0)));
    assert_eq!(metrics.latest("nobody's").await.unwrap(), None);
    for limit in [0, MAX_TREND + 1] {
        let error = metrics.trend("m", Period::ALL, limit).await.unwrap_err();
        assert!(matches!(error, AdapterError::InvalidPage { parameter: "limit", .. }), "{error:?}");
    }
}
