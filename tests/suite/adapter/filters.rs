//! What every filter refuses, before a database is asked.

use core_server_adapter::{
    AdapterError, Database, PageRequest, alarms,
    analytics::{self, Analytics},
    plugins::{self, Plugins},
    telemetry::{self, Telemetry},
    twin::{self, Twin},
    vision::{self, Vision},
};
use serde::de::DeserializeOwned;

/// The column that a refusal is about.
fn column<T>(refused: Result<T, AdapterError>) -> &'static str {
    match refused.map(drop).unwrap_err() {
        AdapterError::InvalidValue { column, reason, .. } if reason.contains("NUL") => column,
        other => panic!("not about a NUL: {other:?}"),
    }
}

#[tokio::test]
async fn a_nul_is_an_invalid_value_in_every_area() {
    const NUL: &str = "a\0b";
    let (first, numbered, named) = (PageRequest::first(5), PageRequest::first(5), PageRequest::first(5));
    let alarms = Database::in_memory().await.unwrap();
    let telemetry = Telemetry::in_memory().await.unwrap();
    let (twin, plugins, analytics) =
        (Twin::in_memory().await.unwrap(), Plugins::in_memory().await.unwrap(), Analytics::in_memory().await.unwrap());
    let vision = Vision::in_memory().await.unwrap();
    let readings = telemetry.readings();
    let found = [
        column(alarms.alarms().list(&alarms::AlarmFilter::new().sensor(NUL), &first).await),
        column(alarms.alarms().counts(&alarms::AlarmFilter::new().sensor(NUL)).await),
        column(telemetry.sensors().list(&telemetry::SensorFilter::new().location(NUL), &first).await),
        column(readings.list(&telemetry::ReadingFilter::new().kind(NUL), &named).await),
        column(readings.stream_csv(&telemetry::ReadingFilter::new().sensor(NUL), None).await),
        column(telemetry.anomaly_alerts().list(&telemetry::AnomalyAlertFilter::new().sensor(NUL), &first).await),
        column(telemetry.feature_snapshots().list(&telemetry::FeatureSnapshotFilter::new().sensor(NUL), &first).await),
        column(
            telemetry.maintenance_tasks().list(&telemetry::MaintenanceTaskFilter::new().equipment(NUL), &first).await,
        ),
        column(
            telemetry.maintenance_logs().list(&telemetry::MaintenanceLogFilter::new().technician(NUL), &first).await,
        ),
        column(twin.snapshots().list(&twin::SnapshotFilter::new().machine(NUL), &numbered).await),
        column(twin.anomalies().list(&twin::AnomalyFilter::new().anomaly_type(NUL), &numbered).await),
        column(plugins.registry().list(&plugins::PluginFilter::new().category(NUL), &first).await),
        column(plugins.alerts().list(&plugins::AlertFilter::new().plugin(NUL), &first).await),
        column(plugins.metrics().list("p", &plugins::MetricFilter::new().name(NUL), &named).await),
        column(analytics.alerts().list(&analytics::AlertFilter::new().assigned_to(NUL), &numbered).await),
        column(analytics.anomalies().list(&analytics::AnomalyFilter::new().algorithm(NUL), &numbered).await),
        column(analytics.reports().list(&analytics::ReportFilter::new().machine(NUL), &numbered).await),
        column(vision.events().list(&vision::EventFilter::new().object_type(NUL), &numbered).await),
        column(vision.events().search("a", &vision::EventFilter::new().object_type(NUL), 5).await),
        column(vision.audit().list(&vision::AuditFilter::new().actor(NUL), &numbered).await),
    ];
    let expected = [
        "sensor_id",
        "sensor_id",
        "location",
        "sensor_type",
        "sensor_id",
        "sensor_id",
        "sensor_id",
        "equipment_id",
        "technician_id",
        "machine_id",
        "anomaly_type",
        "category",
        "plugin_id",
        "metric_name",
        "assigned_to",
        "algorithm_used",
        "machine_id",
        "object_types",
        "object_types",
        "actor",
    ];
    assert_eq!(found, expected);
}

#[test]
fn unknown_fields_are_refused_in_every_area() {
    fn refused<T: DeserializeOwned>(known: &str) {
        assert!(serde_json::from_str::<T>(known).is_ok(), "{known}");
        let unknown = known.replacen('{', r#"{"nonsense":1,"#, 1).replace(",}", "}");
        assert!(serde_json::from_str::<T>(&unknown).is_err(), "{unknown}");
    }
    refused::<alarms::AlarmFilter>("{}");
    refused::<alarms::AlarmQuery>("{}");
    refused::<PageRequest>("{}");
    refused::<core_server_adapter::Period>("{}");
    refused::<telemetry::SensorFilter>("{}");
    refused::<telemetry::ReadingFilter>("{}");
    refused::<telemetry::AnomalyAlertFilter>("{}");
    refused::<telemetry::FeatureSnapshotFilter>("{}");
    refused::<telemetry::MaintenanceTaskFilter>("{}");
    refused::<telemetry::MaintenanceLogFilter>("{}");
    refused::<twin::SnapshotFilter>("{}");
    refused::<twin::AnomalyFilter>("{}");
    refused::<plugins::PluginFilter>("{}");
    refused::<plugins::StatusFilter>("{}");
    refused::<plugins::AlertFilter>("{}");
    refused::<plugins::MetricFilter>("{}");
    refused::<plugins::TriggerFilter>("{}");
    refused::<analytics::AlertFilter>("{}");
    refused::<analytics::AnomalyFilter>("{}");
    refused::<analytics::ReportFilter>("{}");
    refused::<vision::EventFilter>("{}");
    refused::<vision::AuditFilter>("{}");
    refused::<telemetry::NewSensor>(r#"{"sensor_id":"a","type":"b"}"#);
    let band = r#"{"band":{"inside":{"low":1,"high":2,"nonsense":1}}}"#;
    assert!(serde_json::from_str::<telemetry::ReadingFilter>(band).is_err(), "{band}");
}
