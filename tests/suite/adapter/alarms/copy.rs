//! Many rows at once, which PostgreSQL gets by binary COPY: they are what they are by INSERT, which a transaction of the
//! caller's gets.

use core_server_adapter::{
    AdapterError, PageRequest, Period, Server,
    alarms::{Alarm, AlarmRepository, AlarmSeverity, NewAlarm},
    plugins::{MetricFilter, NewMetric},
    telemetry::{NewReading, ReadingFilter},
};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, execute},
    on_every_backend,
};

use super::{count, migrated, minute, raise::complete, rows};
use crate::adapter::server::up;

/// More than COPY begins with.
const MANY: i64 = 1_100;

on_every_backend!(many_alarms_are_the_same_either_way, one_of_many_that_is_there_stops_all);

on_every_backend! {
    only: [postgres, timescaledb], "there is no COPY elsewhere";
    many_rows_find_their_area_in_a_shared_pool,
}

/// Complete ones and bare ones beside each other.
fn many() -> (Vec<NewAlarm>, Vec<Alarm>) {
    let pairs = (0..MANY / 2).flat_map(complete);
    pairs
        .enumerate()
        .map(|(number, (alarm, row))| {
            if number % 3 == 0 {
                return (alarm, row);
            }
            let bare = match row.anomaly_score {
                Some(score) => {
                    NewAlarm::anomaly(&row.sensor_id, row.severity, row.raised_at, super::score(score)).id(row.id)
                }
                None => NewAlarm::threshold(&row.sensor_id, row.severity, row.raised_at).id(row.id),
            };
            (bare, Alarm { value: None, threshold: None, message: String::new(), context: None, ..row })
        })
        .unzip()
}

async fn many_alarms_are_the_same_either_way(database: TestDatabase) {
    let (database, adapter) = migrated(database).await;
    let db = adapter.connection();
    let (new, expected) = many();
    if database.backend() == Backend::Postgres {
        note_statements(db).await;
    }
    let ids = adapter.alarms().raise_many(&new).await.unwrap();
    assert_eq!(
        ids.iter().map(|id| id.as_uuid()).collect::<Vec<_>>(),
        expected.iter().map(|row| row.id).collect::<Vec<_>>()
    );
    assert!(rows(db).await == expected, "as they are read");
    if database.backend() == Backend::Postgres {
        assert_eq!(fixtures::count(db, "noted WHERE statement LIKE 'COPY alarms %'").await, 1);
    }

    execute(db, "DELETE FROM alarms").await;
    let transaction = adapter.begin().await.unwrap();
    AlarmRepository::new(&transaction).raise_many(&new).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(rows(db).await == expected, "in a transaction of the caller's");
    adapter.close().await;
}

/// Writes down by which statements alarms come in.
async fn note_statements<C: ConnectionTrait>(db: &C) {
    execute(
        db,
        "CREATE TABLE noted (statement text); \
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO noted VALUES (current_query()); RETURN NULL; END $$; \
         CREATE TRIGGER note BEFORE INSERT ON alarms FOR EACH STATEMENT EXECUTE FUNCTION note()",
    )
    .await;
}

async fn one_of_many_that_is_there_stops_all(database: TestDatabase) {
    let (_database, adapter) = migrated(database).await;
    let (new, _) = many();
    let alarms = adapter.alarms();
    alarms.raise(&new[1_000]).await.unwrap();
    let before = adapter.metrics();
    let error = alarms.raise_many(&new).await.unwrap_err();
    assert!(
        matches!(error, AdapterError::AlreadyExists { area: "alarms", table: "alarms", row: Some(1_000), .. }),
        "{error:?}"
    );
    assert!(!error.may_have_written() && adapter.metrics().failed > before.failed, "{error:?}");
    assert_eq!(count(adapter.connection()).await, 1);
    // The session goes on.
    alarms.raise_many(&new[1_001..]).await.unwrap();
    alarms
        .raise_many(
            &(0..MANY).map(|number| NewAlarm::threshold("s", AlarmSeverity::Info, minute(number))).collect::<Vec<_>>(),
        )
        .await
        .unwrap();
    assert_eq!(i64::from(count(adapter.connection()).await), 1 + 99 + MANY);
    adapter.close().await;
}

/// PostgreSQL refuses COPY there.
#[tokio::test]
async fn many_alarms_pass_row_security() {
    let (_database, adapter) = migrated(TestDatabase::create(Backend::Postgres).await).await;
    let db = adapter.connection();
    execute(
        db,
        "ALTER TABLE alarms ENABLE ROW LEVEL SECURITY; ALTER TABLE alarms FORCE ROW LEVEL SECURITY; \
         CREATE POLICY all_but_one ON alarms USING (sensor_id <> 'hidden')",
    )
    .await;
    let of = |sensor: &str| -> Vec<NewAlarm> {
        (0..MANY).map(|number| NewAlarm::threshold(sensor, AlarmSeverity::Info, minute(number))).collect()
    };
    adapter.alarms().raise_many(&of("seen")).await.unwrap();
    assert_eq!(i64::from(count(db).await), MANY);
    let error = adapter.alarms().raise_many(&of("hidden")).await.unwrap_err();
    assert!(matches!(error, AdapterError::MissingRight { .. }), "{error:?}");
    adapter.close().await;
}

/// Sessions that the server ended while they were idle.
#[tokio::test]
async fn many_alarms_get_over_sessions_that_ended() {
    let (database, adapter) = migrated(TestDatabase::create(Backend::Postgres).await).await;
    let alarms = adapter.alarms();
    futures_util::future::try_join(alarms.raise_many(&many().0), alarms.find(uuid::Uuid::nil())).await.unwrap();
    let other = database.connect().await;
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    execute(&other, others).await;
    let more: Vec<_> = (0..MANY).map(|number| NewAlarm::threshold("s", AlarmSeverity::Info, minute(number))).collect();
    alarms.raise_many(&more).await.unwrap();
    assert_eq!(i64::from(count(&other).await), 2 * MANY);
    other.close().await.unwrap();
    adapter.close().await;
}

async fn many_rows_find_their_area_in_a_shared_pool(database: TestDatabase) {
    up(&database, &["alarms", "telemetry", "plugins"]).await;
    let server = Server::new(&core_server_adapter::DatabaseConfig::new(database.url()).unwrap()).one_pool();
    let alarms = server.alarms().await.unwrap();
    alarms.alarms().raise_many(&many().0).await.unwrap();
    assert_eq!(i64::from(count(alarms.connection()).await), MANY);

    let telemetry = server.telemetry().await.unwrap();
    let readings: Vec<NewReading> = (0..MANY)
        .map(|number| {
            let bare = NewReading::new("bearing 水", minute(number), 0.1 + 0.2);
            if number % 2 == 0 {
                bare
            } else {
                bare.unit("°C").kind("temperature").quality(-0.5).metadata(json!({"a": [null]}))
            }
        })
        .collect();
    assert_eq!(i64::try_from(telemetry.readings().insert_many(&readings).await.unwrap()).unwrap(), MANY);
    let filter = ReadingFilter::new().period(Period::ALL);
    let page = telemetry.readings().list(&filter, &PageRequest::first(2)).await.unwrap().items;
    assert_eq!((page[0].unit.as_deref(), page[1].unit.as_deref()), (Some("°C"), None));
    assert_eq!((&page[0].sensor_metadata, page[0].quality), (&Some(json!({"a": [null]})), Some(-0.5)));
    assert_eq!((page[1].value.to_bits(), &*page[1].sensor_id), ((0.1_f64 + 0.2).to_bits(), "bearing 水"));

    let plugins = server.plugins().await.unwrap();
    let metrics: Vec<NewMetric> = (0..MANY)
        .map(|number| NewMetric::new("p", "m", minute(number), json!({"n": number})).tag("host", "a"))
        .collect();
    assert_eq!(i64::try_from(plugins.metrics().insert_many(&metrics).await.unwrap()).unwrap(), MANY);
    let page = plugins.metrics().list("p", &MetricFilter::new(), &PageRequest::first(1)).await.unwrap().items;
    assert_eq!((&page[0].value, page[0].tags.is_some()), (&json!({"n": MANY - 1}), true));
    server.close().await;
}
