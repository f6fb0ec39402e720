//! The adapter through a pgbouncer in transaction mode.

use core_server_adapter::{
    Database, DatabaseConfig, PageRequest, Period, Server,
    alarms::{AlarmFilter, AlarmRepository},
    telemetry::{NewReading, NewSensor, ReadingFilter, SensorFilter, Summary},
};
use futures_util::TryStreamExt;
use sea_orm::ConnectionTrait;
use tests::{Backend, TestDatabase, connect_to, own::Pooler, rows_as_text};
use tokio::task::JoinSet;

use super::{
    minute,
    server::{hot, up},
};

/// What pgbouncer's users write into its configuration for drivers that have wishes.
const LENIENT: &str = "ignore_startup_parameters = extra_float_digits";

#[tokio::test]
async fn everything_works_through_a_pooler_that_refuses_wishes() {
    Box::pin(works_through("")).await;
}

#[tokio::test]
async fn everything_works_through_a_pooler_that_swallows_wishes() {
    Box::pin(works_through(LENIENT)).await;
}

async fn works_through(settings: &str) {
    let database = TestDatabase::create(Backend::Postgres).await;
    up(&database, &["alarms", "telemetry", "twin"]).await;
    // Two sessions for all clients: each finds what another has left.
    let pooler = Pooler::before(database.url(), 2, settings);
    let config = DatabaseConfig::new(pooler.url()).unwrap().max_connections(4);
    let server = Server::new(&config);
    let (alarms, telemetry) = (server.alarms().await.unwrap(), server.telemetry().await.unwrap());
    telemetry.sensors().register(&NewSensor::new("bearing-7", "temperature")).await.unwrap();

    let mut clients = JoinSet::new();
    for client in 0..4 {
        let (alarms, telemetry, server) = (alarms.clone(), telemetry.clone(), server.clone());
        clients.spawn(async move {
            for round in 0..5 {
                let number = client * 10 + round;
                let raised = alarms.alarms().raise(&hot()).await.unwrap();
                alarms.alarms().acknowledge(raised.id, "ana").await.unwrap();
                let reading = NewReading::new("bearing-7", minute(number), 1e23);
                telemetry.readings().insert_many(&[reading]).await.unwrap();
                let mut both = server.begin().await.unwrap();
                both.telemetry()
                    .await
                    .unwrap()
                    .sensors()
                    .list(&SensorFilter::new(), &PageRequest::first(5))
                    .await
                    .unwrap();
                both.alarms().await.unwrap().raise(&hot()).await.unwrap();
                both.commit().await.unwrap();
                let transaction = alarms.begin().await.unwrap();
                AlarmRepository::new(&transaction).raise(&hot()).await.unwrap();
                drop(transaction);
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    assert_eq!(alarms.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), 40);
    alarms.check().await.unwrap();

    let mut csv = Vec::new();
    assert_eq!(telemetry.readings().write_csv(&ReadingFilter::new(), None, &mut csv).await.unwrap().rows, 20);
    assert!(String::from_utf8(csv).unwrap().contains(",1e23,"), "the shortest number, whatever the session's settings");
    let stream = telemetry.readings().stream(&ReadingFilter::new().period(Period::ALL), None).await.unwrap();
    assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap().len(), 20);
    telemetry.operations().refresh_summaries(Period::ALL).await.unwrap();
    let hours = telemetry.readings().summary(Summary::Hourly, None, Period::ALL).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.count).sum::<i64>(), 20);
    server.close().await;

    // The other would not let other clients of the test in.
    if settings == LENIENT {
        // They find the sessions as they were before.
        let other = connect_to(pooler.url()).await;
        let found = "SELECT concat_ws('; ', current_setting('search_path'), current_setting('TimeZone'))";
        let direct = database.connect().await;
        other.execute_unprepared("DEALLOCATE ALL").await.unwrap();
        assert_eq!(rows_as_text(&other, found).await, rows_as_text(&direct, found).await);
    }
}

/// A pool that asks nothing when it is opened has to be told.
#[tokio::test]
async fn a_lazy_pool_is_told_of_the_pooler() {
    let database = TestDatabase::migrated(Backend::Postgres).await;
    let pooler = Pooler::before(database.url(), 1, LENIENT);
    let config = DatabaseConfig::new(pooler.url()).unwrap().through_pooler();
    let lazy = Database::lazy(&config).await.unwrap();
    lazy.alarms().raise(&hot()).await.unwrap();
    assert_eq!(lazy.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), 1);
    lazy.close().await;
}
