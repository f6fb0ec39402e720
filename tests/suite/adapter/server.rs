//! Several areas on one server: a pool for each or one for all, and transactions over them.

use core_server_adapter::{
    AdapterError, DatabaseConfig, ErrorKind, Period, Server,
    alarms::{AlarmFilter, AlarmSeverity, NewAlarm},
    gate,
    telemetry::{AnomalyAlertFilter, AnomalyAlertSeverity, NewAnomalyAlert, NewReading, NewSensor, Summary},
    twin::NewConfiguration,
    vision::NewCamera,
};
use migration_engine::{
    Runner, Target,
    session::{Patience, connect::Settings},
};
use tests::{Backend, TestDatabase, fixtures::execute, on_every_backend};

use super::{PageRequest, minute};

on_every_backend!(areas_have_their_places);

on_every_backend! {
    only: [postgres, timescaledb, mariadb], "an area is a file there, and no transaction spans files";
    a_transaction_spans_areas, one_pool_serves_every_area,
}

/// Makes areas in their places of a database, as `init` does.
pub(super) async fn up(database: &TestDatabase, areas: &[&str]) {
    up_at(database.url(), areas).await;
}

/// The same of a database that the test made itself.
pub(super) async fn up_at(url: &str, areas: &[&str]) {
    for area in areas {
        let target = Target::parse(url, "the test").unwrap();
        let target = if *area == gate::ALARMS.area { target } else { target.in_area(area) };
        let settings = Settings { create: true, ..Settings::default() };
        let runner = Runner::connect(tests::area(area), target, &settings, Patience::default()).await.unwrap();
        runner.up(None).await.unwrap();
        runner.close().await;
    }
}

fn server(database: &TestDatabase) -> Server {
    let sessions = if database.has_one_session() { 1 } else { 4 };
    Server::new(&DatabaseConfig::new(database.url()).unwrap().max_connections(sessions))
}

pub(super) fn hot() -> NewAlarm {
    NewAlarm::threshold("bearing-7", AlarmSeverity::Critical, minute(1)).value(97.5)
}

async fn areas_have_their_places(database: TestDatabase) {
    up(&database, &["alarms", "telemetry"]).await;
    let server = server(&database);
    // Nothing is opened for areas that nobody asks for.
    server.alarms().await.unwrap().alarms().raise(&hot()).await.unwrap();
    server.telemetry().await.unwrap().sensors().register(&NewSensor::new("bearing-7", "temperature")).await.unwrap();
    server.check().await.unwrap();
    let error = server.twin().await.unwrap_err();
    assert!(
        matches!(error, AdapterError::SchemaOutdated { area: "twin", .. } | AdapterError::Connect { .. }),
        "{error:?}"
    );
    if database.backend() == Backend::Sqlite {
        let error = server.begin().await.unwrap_err();
        assert!(error.to_string().contains("no transaction spans files"), "{error}");
    }
    server.close().await;
}

async fn a_transaction_spans_areas(database: TestDatabase) {
    up(&database, &["alarms", "telemetry", "analytics", "plugins", "vision"]).await;
    let server = server(&database);
    for (commit, expected) in [(false, 0), (true, 1)] {
        let mut both = server.begin().await.unwrap();
        let telemetry = both.telemetry().await.unwrap();
        telemetry.sensors().register(&NewSensor::new("bearing-7", "temperature")).await.unwrap();
        both.alarms().await.unwrap().raise(&hot()).await.unwrap();
        both.vision().await.unwrap().cameras().register(&NewCamera::new("door", "/door")).await.unwrap();
        // Both have a table `alerts`.
        for area in ["analytics", "plugins"] {
            assert_eq!(tests::fixtures::count(both.within(area).await.unwrap(), "alerts").await, 0);
        }
        let alert = NewAnomalyAlert::new("bearing-7", "drift", AnomalyAlertSeverity::High, 0.9);
        both.telemetry().await.unwrap().anomaly_alerts().raise(&alert).await.unwrap();
        if commit {
            both.commit().await.unwrap();
        } else {
            both.rollback().await.unwrap();
        }
        let alarms = server.alarms().await.unwrap();
        assert_eq!(alarms.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), expected);
        let telemetry = server.telemetry().await.unwrap();
        let alerts = telemetry.anomaly_alerts().list(&AnomalyAlertFilter::new(), &PageRequest::first(9)).await.unwrap();
        assert_eq!(alerts.items.len() as u64, expected);
        let cameras = server.vision().await.unwrap().cameras().list(&PageRequest::first(9)).await.unwrap();
        assert_eq!(cameras.items.len() as u64, expected);
    }
    let mut none = server.begin().await.unwrap();
    let error = none.twin().await.unwrap_err();
    assert!(error.to_string().contains("twin") && error.kind() == ErrorKind::Internal, "{error:?}");
    let error = none.within("nowhere").await.unwrap_err();
    assert!(error.to_string().contains("alarms, analytics"), "{error}");
    drop(none);
    server.clone().close().await;

    let elsewhere = DatabaseConfig::new("postgres://me:s3cret@elsewhere.example/plant").unwrap();
    let apart = server.with_area("twin", elsewhere).unwrap();
    let error = apart.begin().await.unwrap().twin().await.unwrap_err();
    assert!(matches!(error, AdapterError::NotTogether { .. }) && error.to_string().contains("elsewhere.example"));
    assert!(!error.to_string().contains("s3cret"), "{error}");
    apart.close().await;
}

async fn one_pool_serves_every_area(database: TestDatabase) {
    up(&database, &["alarms", "telemetry", "twin"]).await;
    let server = server(&database).one_pool();
    let (alarms, telemetry) = (server.alarms().await.unwrap(), server.telemetry().await.unwrap());
    let twin = server.twin().await.unwrap();
    for round in 0..3 {
        alarms.alarms().raise(&hot()).await.unwrap();
        let sensor = NewSensor::new(format!("bearing-{round}"), "temperature");
        telemetry.sensors().register(&sensor).await.unwrap();
        twin.configurations().set(&NewConfiguration::new("press")).await.unwrap();
    }
    assert_eq!(alarms.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), 3);
    // A refresh, which on TimescaleDB is in no transaction, though every other statement is.
    let readings =
        [1, 2].map(|number| NewReading::new("bearing-1", minute(number), f64::from(u8::try_from(number).unwrap())));
    telemetry.readings().insert_many(&readings).await.unwrap();
    telemetry.operations().refresh_summaries(Period::ALL).await.unwrap();
    let hours = telemetry.readings().summary(Summary::Hourly, None, Period::ALL).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.average).collect::<Vec<_>>(), [1.5]);
    let open = alarms.sessions();
    assert!(open == telemetry.database().sessions() && open == twin.database().sessions(), "{open:?}");
    // What one area leaves in a session is not found by another.
    let held = alarms.connection().clone();
    if database.backend() == Backend::Mariadb {
        execute(&held, "USE information_schema").await;
    }
    alarms.alarms().counts(&AlarmFilter::new()).await.unwrap();
    alarms.check().await.unwrap();
    server.close().await;
}
