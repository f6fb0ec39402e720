//! Times beyond 19 January 2038, with which a TIMESTAMP of MySQL ends: written, looked up, counted, listed, streamed and
//! exported as all others.

#![allow(clippy::float_cmp, reason = "values come back as they were written, to the last bit")]

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::{
    Database, DatabaseConfig, Page, PageRequest, Period,
    alarms::AlarmFilter,
    analytics::{self, AlertFilter, Analytics},
    plugins::{self, MetricFilter, NewPlugin, Plugins},
    telemetry::{
        AnomalyAlertFilter, AnomalyAlertSeverity, Gaps, Interval, MaintenanceTaskFilter, MaintenanceTaskType,
        NewAnomalyAlert, NewMaintenanceTask, NewReading, NewSensor, ReadingCursor, ReadingFilter, Summary, Telemetry,
    },
    twin::{AnomalyFilter, AnomalySeverity, NewAnomaly, NewSnapshot, SnapshotFilter, Twin},
    vision::{self, AuditFilter, EventFilter, NewAuditLog, NewCamera, NewDetection, NewEvent, Vision},
};
use futures_util::TryStreamExt;
use serde_json::json;
use tests::{TestDatabase, fixtures, on_every_backend};

on_every_backend!(
    of_alarms,
    of_readings,
    of_tasks,
    of_anomaly_alerts,
    of_metrics_of_plugins,
    of_alerts_of_analytics,
    of_snapshots_of_twin,
    of_events_of_vision,
    of_alerts_and_audit_of_vision
);

/// Three moments, of which a bound cuts the first off.
fn moments() -> [DateTime<Utc>; 3] {
    let begin: DateTime<Utc> = "2055-01-01T00:00:00.123456Z".parse().unwrap();
    [0, 1, 2].map(|day| begin + TimeDelta::days(day))
}

/// From the second moment until beyond the third.
fn period() -> Period {
    Period::between(moments()[1], moments()[2] + TimeDelta::days(1))
}

async fn config(database: &TestDatabase, area: &'static str) -> DatabaseConfig {
    database.up_of(area, move || tests::area(area), None).await;
    DatabaseConfig::new(database.url()).unwrap().max_connections(1)
}

fn count<T, K>(page: &Page<T, K>) -> usize {
    page.items.len()
}

async fn of_alarms(database: TestDatabase) {
    let adapter = Database::connect(&config(&database, "alarms").await).await.unwrap();
    let alarms = adapter.alarms();
    // The adapter raises none of the future, yet.
    for at in moments().map(|at| fixtures::moment(database.backend(), at)) {
        let insert = format!("INSERT INTO alarms (raised_at, sensor_id, severity) VALUES ({at}, 's', 'info')");
        fixtures::execute(adapter.connection(), &insert).await;
    }
    assert_eq!(alarms.counts(&AlarmFilter::new().period(period())).await.unwrap().total(), 2);
    let first = alarms.list(&AlarmFilter::new().period(period()), &PageRequest::first(1)).await.unwrap();
    let next = PageRequest::at(first.next.unwrap(), 5);
    assert_eq!(count(&alarms.list(&AlarmFilter::new(), &next).await.unwrap()), 2);
    let one = first.items[0].id;
    assert!(alarms.acknowledge_at(one, "ana", moments()[2]).await.unwrap().first);
    let resolved = alarms.resolve_at(one, moments()[2]).await.unwrap();
    assert_eq!(resolved.resolved_at.unwrap().to_utc(), moments()[2]);
    assert_eq!(alarms.get(one).await.unwrap(), resolved);
}

async fn of_readings(database: TestDatabase) {
    let telemetry = Telemetry::connect(&config(&database, "telemetry").await).await.unwrap();
    let readings = telemetry.readings();
    let new: Vec<NewReading> =
        moments().into_iter().zip([1.0, 2.0, 4.0]).map(|(at, value)| NewReading::new("s", at, value)).collect();
    assert_eq!(readings.insert_missing(&new).await.unwrap().new, 3);
    assert_eq!(readings.insert_missing(&new).await.unwrap().already_there, 3);
    assert_eq!(readings.get("s", moments()[1]).await.unwrap().value, 2.0);
    assert_eq!(readings.latest("s", 1).await.unwrap()[0].value, 4.0);

    let filter = ReadingFilter::new().period(period());
    assert_eq!(count(&readings.list(&filter, &PageRequest::first(9)).await.unwrap()), 2);
    let after = ReadingCursor::after_reading(&readings.get("s", moments()[0]).await.unwrap());
    for (filter, beyond) in [(filter, None), (ReadingFilter::new(), Some(&after))] {
        let streamed: Vec<_> = readings.stream(&filter, beyond).await.unwrap().try_collect().await.unwrap();
        assert_eq!(streamed.iter().map(|reading| reading.value).collect::<Vec<_>>(), [2.0, 4.0]);
        let mut file = Vec::new();
        assert_eq!(readings.write_csv(&filter, beyond, &mut file).await.unwrap().rows, 2);
    }

    let windows = readings.compare("s", Period::until(moments()[1]), period()).await.unwrap();
    assert_eq!((windows.reference.mean, windows.current.mean), (Some(1.0), Some(3.0)));
    let buckets = readings.buckets("s", Interval::days(1), (moments()[1], moments()[2]), Gaps::LeaveOut).await.unwrap();
    assert_eq!(buckets.len(), 1);
    let days = readings.summary(Summary::Daily, Some("s"), Period::since(moments()[1])).await.unwrap();
    assert_eq!(days.iter().map(|day| day.average).collect::<Vec<_>>(), [4.0], "{days:?}");
    let hours: Vec<_> =
        readings.stream_summary(Summary::Hourly, None, period()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.average).collect::<Vec<_>>(), [4.0], "{hours:?}");
}

async fn of_tasks(database: TestDatabase) {
    let telemetry = Telemetry::connect(&config(&database, "telemetry").await).await.unwrap();
    let tasks = telemetry.maintenance_tasks();
    let new = NewMaintenanceTask::new("press-1", MaintenanceTaskType::Preventive);
    let [first, second, third] = moments();
    let task = tasks.create(&new.scheduled(first, second)).await.unwrap();
    let due = MaintenanceTaskFilter::new().due(period());
    assert_eq!(count(&tasks.list(&due, &PageRequest::first(9)).await.unwrap()), 1);
    let later = tasks.schedule(task.id, second, third).await.unwrap();
    let times =
        [&task, &later].map(|task| (task.scheduled_start.unwrap().to_utc(), task.scheduled_end.unwrap().to_utc()));
    assert_eq!(times, [(first, second), (second, third)]);
    let until = MaintenanceTaskFilter::new().due(Period::until(third));
    assert_eq!(count(&tasks.list(&until, &PageRequest::first(9)).await.unwrap()), 0);
}

async fn of_anomaly_alerts(database: TestDatabase) {
    let telemetry = Telemetry::connect(&config(&database, "telemetry").await).await.unwrap();
    telemetry.sensors().register(&NewSensor::new("s", "heat")).await.unwrap();
    let new = moments().map(|at| NewAnomalyAlert::new("s", "drift", AnomalyAlertSeverity::Low, 0.5).detected_at(at));
    for alert in &new {
        telemetry.anomaly_alerts().raise(alert).await.unwrap();
    }
    let filter = AnomalyAlertFilter::new().period(period());
    let page = telemetry.anomaly_alerts().list(&filter, &PageRequest::first(9)).await.unwrap();
    let times: Vec<_> = page.items.iter().map(|alert| alert.created_at.to_utc()).collect();
    assert_eq!(times, [moments()[2], moments()[1]]);
}

async fn of_metrics_of_plugins(database: TestDatabase) {
    let plugins = Plugins::connect(&config(&database, "plugins").await).await.unwrap();
    plugins.registry().register(&NewPlugin::new("p", "a plugin", "1")).await.unwrap();
    let metrics = plugins.metrics();
    let new = moments().map(|at| plugins::NewMetric::new("p", "speed", at, json!(1)));
    assert_eq!(metrics.insert_missing(&new).await.unwrap().new, 3);
    assert_eq!(metrics.insert_missing(&new).await.unwrap().already_there, 3);
    let filter = MetricFilter::new().period(period());
    let page = metrics.list("p", &filter, &PageRequest::first(9)).await.unwrap();
    assert_eq!(page.items.len(), 2);
}

async fn of_alerts_of_analytics(database: TestDatabase) {
    let analytics = Analytics::connect(&config(&database, "analytics").await).await.unwrap();
    for at in moments() {
        let alert = analytics::NewAlert::new("press-1", analytics::AlertSeverity::High, "heat", at);
        analytics.alerts().raise(&alert).await.unwrap();
    }
    let filter = AlertFilter::new().period(period());
    let counts = analytics.alerts().counts(&filter).await.unwrap();
    assert_eq!(counts.iter().map(|count| count.count).sum::<i64>(), 2, "{counts:?}");
    assert_eq!(count(&analytics.alerts().list(&filter, &PageRequest::first(9)).await.unwrap()), 2);
}

async fn of_snapshots_of_twin(database: TestDatabase) {
    let twin = Twin::connect(&config(&database, "twin").await).await.unwrap();
    let new = moments().map(|at| NewSnapshot::new("press-1", at, json!(at.to_rfc3339())));
    assert_eq!(twin.snapshots().record_many(&new).await.unwrap(), 3);
    let filter = SnapshotFilter::new().period(period());
    let first = twin.snapshots().list(&filter, &PageRequest::first(1)).await.unwrap();
    assert_eq!(first.items[0].snapshot_time.to_utc(), moments()[2]);
    let rest = twin.snapshots().list(&filter, &PageRequest::at(first.next.unwrap(), 9)).await.unwrap();
    assert_eq!(count(&rest), 1);
    let recovered = twin.snapshots().recover("press-1", moments()[1]).await.unwrap().unwrap();
    assert_eq!(recovered.snapshot_time.to_utc(), moments()[1]);
    for at in moments() {
        let anomaly = NewAnomaly::new("press-1", "heat", AnomalySeverity::Low, at);
        assert_eq!(twin.anomalies().record(&anomaly).await.unwrap().timestamp.to_utc(), at);
    }
    let filter = AnomalyFilter::new().period(period());
    assert_eq!(count(&twin.anomalies().list(&filter, &PageRequest::first(9)).await.unwrap()), 2);
}

async fn of_events_of_vision(database: TestDatabase) {
    let vision = Vision::connect(&config(&database, "vision").await).await.unwrap();
    let [first, second, third] = moments();
    let door = vision.cameras().register(&NewCamera::new("door", "/door")).await.unwrap().id;
    for at in [second, first] {
        let seen = vision.cameras().seen(door, at).await.unwrap();
        assert_eq!(seen.last_seen_at.map(|at| at.to_utc()), Some(second), "the later one stays");
    }
    let new = moments().map(|at| NewDetection::new(door, at, "/p").object("person", 0.5));
    assert_eq!(vision.detections().insert_many(&new).await.unwrap(), 3);
    let detection = vision.detections().insert(&NewDetection::new(door, third, "/q")).await.unwrap();
    assert_eq!(detection.detected_at.to_utc(), third);

    let new =
        moments().map(|at| NewEvent::new(door, "b", at).ended_at(at + TimeDelta::minutes(1)).summary("somebody rings"));
    assert_eq!(vision.events().record_many(&new[1..]).await.unwrap(), 2);
    let event = vision.events().record(&new[0]).await.unwrap();
    assert_eq!(event.ended_at.map(|at| at.to_utc()), Some(first + TimeDelta::minutes(1)));
    vision.events().add_detections(event.id, &[detection.id]).await.unwrap();
    assert_eq!(vision.detections().of_event(event.id).await.unwrap(), [detection]);
    let filter = EventFilter::new().period(period());
    let newest = vision.events().list(&filter, &PageRequest::first(1)).await.unwrap();
    assert_eq!(newest.items[0].started_at.to_utc(), third);
    let rest = vision.events().list(&filter, &PageRequest::at(newest.next.unwrap(), 9)).await.unwrap();
    assert_eq!(count(&rest), 1);
    assert_eq!(vision.events().search("rings", &filter, 9).await.unwrap().len(), 2);

    // The hour of the first moment, on a Friday.
    let learned = fixtures::moment(database.backend(), first);
    let usual = format!(
        "INSERT INTO activity_baselines (camera_id, hour, day_of_week, rate, sample_count, last_updated) \
         VALUES ({door}, 0, 4, 4.0, 9, {learned})"
    );
    fixtures::execute(vision.connection(), &usual).await;
    let activity = vision.baselines().unusual_activity(first, 0.0).await.unwrap();
    assert_eq!(activity.iter().map(|one| (one.observed, one.usual)).collect::<Vec<_>>(), [(1, 4.0)]);
    let classes = vision.baselines().unusual_classes(door, first, 0.0).await.unwrap();
    assert_eq!(classes.iter().map(|one| one.observed).collect::<Vec<_>>(), [1]);
}

async fn of_alerts_and_audit_of_vision(database: TestDatabase) {
    let vision = Vision::connect(&config(&database, "vision").await).await.unwrap();
    let [first, second, third] = moments();
    let door = vision.cameras().register(&NewCamera::new("door", "/door")).await.unwrap().id;
    let event = vision.events().record(&NewEvent::new(door, "b", first)).await.unwrap().id;
    let new = moments().map(|at| vision::NewAlert::new(event, vision::AlertSeverity::High).raised_at(at));
    assert_eq!(vision.alerts().raise_many(&new[..2]).await.unwrap(), 2);
    let alert = vision.alerts().raise(&new[2]).await.unwrap();
    assert_eq!(alert.created_at.to_utc(), third);
    let alert = vision.alerts().snooze(alert.id, alert.version_id, third).await.unwrap();
    let due = async |at| vision.alerts().to_deliver(at, 9).await.unwrap().len();
    assert_eq!((due(second).await, due(third).await), (2, 3));
    let told = vision.alerts().delivered(alert.id, alert.version_id, third).await.unwrap();
    assert_eq!(told.delivered_at.map(|at| at.to_utc()), Some(third));

    for at in moments() {
        let log = NewAuditLog::new("ana", "edit", "camera").at(at);
        assert_eq!(vision.audit().record(&log).await.unwrap().timestamp.to_utc(), at);
    }
    let filter = AuditFilter::new().period(period());
    assert_eq!(count(&vision.audit().list(&filter, &PageRequest::first(9)).await.unwrap()), 2);
}
