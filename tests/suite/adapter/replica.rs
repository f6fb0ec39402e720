//! A streaming standby that is read from, and what stops under load: sessions, the server, the standby and the pooler.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, ErrorKind, PageRequest, Server,
    alarms::{AlarmFilter, AlarmId, AlarmRepository, AlarmSeverity, NewAlarm},
    telemetry::NewReading,
};
use tests::{
    connect_to,
    fixtures::execute,
    own::{Cluster, Pooler},
    rows_as_text, scalar,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    minute,
    server::{hot, up_at},
};

/// A primary with the alarms and the telemetry, and its standby.
async fn followed() -> (Cluster, Cluster) {
    let primary = Cluster::start();
    up_at(&primary.url("postgres"), &["alarms", "telemetry"]).await;
    let standby = primary.standby();
    (primary, standby)
}

fn config(url: &str, standby: &Cluster) -> DatabaseConfig {
    DatabaseConfig::new(url).unwrap().max_connections(4).replica(&standby.url("postgres")).unwrap()
}

async fn total(database: &Database) -> u64 {
    database.alarms().counts(&AlarmFilter::new()).await.unwrap().total()
}

/// Waits until the standby has what the primary has.
async fn caught_up(database: &Database) {
    let wanted = total(database).await;
    let reading = database.reading();
    for _ in 0..200 {
        let before = database.metrics().from_replica;
        if total(&reading).await == wanted && database.metrics().from_replica > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the standby does not catch up: {:?}", database.metrics());
}

#[tokio::test]
async fn reads_go_to_the_replica_and_back() {
    let (primary, standby) = followed().await;
    let database = Database::connect(&config(&primary.url("postgres"), &standby)).await.unwrap();
    let reading = database.reading();
    database.alarms().raise(&hot()).await.unwrap();
    caught_up(&database).await;

    // While the standby applies nothing, it answers as it was, and the handle itself as it is.
    let applied = connect_to(&standby.url("postgres")).await;
    execute(&applied, "SELECT pg_wal_replay_pause()").await;
    let written = database.alarms().raise(&hot()).await.unwrap();
    assert_eq!((total(&database).await, total(&reading).await), (2, 1));
    assert!(reading.alarms().find(written.id).await.unwrap().is_none());
    execute(&applied, "SELECT pg_wal_replay_resume()").await;
    caught_up(&database).await;

    let error = reading.alarms().raise(&hot()).await.unwrap_err();
    assert!(matches!(error, AdapterError::OnReplica { .. }) && error.kind() == ErrorKind::Internal, "{error:?}");
    assert!(reading.begin().await.is_err());
    assert_eq!(total(&database).await, 2);

    // Away, the primary answers, and at once.
    applied.close().await.unwrap();
    standby.stop();
    database.alarms().raise(&hot()).await.unwrap();
    assert_eq!(total(&reading).await, 3);
    assert!(database.metrics().not_from_replica > 0);
    standby.again();
    caught_up(&database).await;

    // It stays alone when its primary is gone for it: what it has would get older and older.
    let follows = connect_to(&standby.url("postgres")).await;
    execute(&follows, "ALTER SYSTEM SET primary_conninfo = ''").await;
    execute(&follows, "SELECT pg_reload_conf()").await;
    for _ in 0..100 {
        if scalar(&follows, "SELECT count(*)::text FROM pg_stat_wal_receiver").await.as_deref() == Some("0") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    database.alarms().raise(&hot()).await.unwrap();
    assert_eq!(total(&reading).await, 4);
    follows.close().await.unwrap();
    database.close().await;
}

/// Asks again and again; gives nothing that it has raised.
async fn reads(reading: Database, stop: Arc<AtomicBool>) -> Vec<Uuid> {
    let (mut least, mut from) = (0, reading.metrics().from_replica);
    let transient = |error: AdapterError| assert!(error.is_transient() && !error.may_have_written(), "{error:?}");
    while !stop.load(Ordering::Relaxed) {
        match reading.alarms().counts(&AlarmFilter::new()).await {
            Ok(counts) => {
                // Only the standby may be behind what was there before.
                let now = reading.metrics().from_replica;
                assert!(counts.total() >= least || now > from, "{} alarms, before {least}", counts.total());
                (least, from) = (counts.total(), now);
            }
            Err(error) => transient(error),
        }
        match reading.alarms().list(&AlarmFilter::new(), &PageRequest::first(5)).await {
            Ok(page) => assert!(page.items.is_sorted_by(|new, old| (new.raised_at, new.id) > (old.raised_at, old.id))),
            Err(error) => transient(error),
        }
    }
    vec![]
}

/// Raises one alarm after the other, among futures that are dropped wherever they are and transactions that are not
/// committed; gives what it was told is there.
async fn writes(writer: Database, stop: Arc<AtomicBool>, first: i64) -> Vec<Uuid> {
    let mut raised = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let alarm = numbered(first, &mut raised);
        let missing = std::slice::from_ref(&alarm);
        let dropped = writer.alarms();
        let _ = tokio::time::timeout(Duration::from_micros(800), dropped.raise_missing(missing)).await;
        while let Err(error) = writer.alarms().raise_missing(missing).await {
            assert!(error.is_transient(), "{error:?}");
        }
        match writer.begin().await {
            Ok(transaction) => drop(AlarmRepository::new(&transaction).raise(&hot()).await),
            Err(error) => assert!(error.is_transient() && !error.may_have_written(), "{error:?}"),
        }
    }
    raised
}

/// Raises alarms with a reading each, both or neither.
async fn writes_both(server: Server, stop: Arc<AtomicBool>, first: i64) -> Vec<Uuid> {
    let mut raised = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let alarm = numbered(first, &mut raised);
        let reading = NewReading::new("bearing-7", raised_at(first, raised.len() - 1), 97.5);
        let both = async || {
            let mut both = server.begin().await?;
            both.telemetry().await?.readings().insert_missing(std::slice::from_ref(&reading)).await?;
            both.alarms().await?.raise_missing(std::slice::from_ref(&alarm)).await?;
            both.commit().await
        };
        while let Err(error) = both().await {
            assert!(error.is_transient(), "{error:?}");
        }
    }
    server.close().await;
    raised
}

/// The next alarm of a writer, with an id of its own.
fn numbered(first: i64, raised: &mut Vec<Uuid>) -> NewAlarm {
    let at = raised_at(first, raised.len());
    let id = AlarmId::new(at);
    raised.push(id.as_uuid());
    NewAlarm::threshold("bearing-7", AlarmSeverity::Critical, at).id(id)
}

fn raised_at(first: i64, number: usize) -> DateTime<Utc> {
    minute(first + i64::try_from(number).unwrap())
}

/// Sessions, pooler, standby and primary are ended in turn while two read from each side and three write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_stops_under_load_costs_no_answer() {
    let (primary, standby) = followed().await;
    let mut pooler = Pooler::before(&primary.url("postgres"), 4, "");
    let patient = |url: &str| config(url, &standby).acquire_timeout(Duration::from_secs(5));
    let direct = Database::connect(&patient(&primary.url("postgres"))).await.unwrap();
    let through = Database::connect(&patient(pooler.url())).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut load = JoinSet::new();
    for (first, database) in [(0, &direct), (100_000, &through)] {
        for reading in [database.clone(), database.reading()] {
            load.spawn(reads(reading, Arc::clone(&stop)));
        }
        load.spawn(writes(database.clone(), Arc::clone(&stop), first));
    }
    load.spawn(writes_both(Server::new(&patient(pooler.url())), Arc::clone(&stop), 200_000));
    let administrator = async || connect_to(&primary.url("postgres")).await;
    let moment = || tokio::time::sleep(Duration::from_millis(400));
    let other = administrator().await;
    let end = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
               WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
    rows_as_text(&other, end).await;
    other.close().await.unwrap();
    moment().await;
    pooler.stop();
    pooler.again();
    moment().await;
    standby.stop();
    moment().await;
    standby.again();
    moment().await;
    primary.stop();
    moment().await;
    primary.again();
    moment().await;
    stop.store(true, Ordering::Relaxed);
    let mut raised: Vec<String> = Vec::new();
    while let Some(done) = load.join_next().await {
        raised.extend(done.unwrap().iter().map(ToString::to_string));
    }
    raised.sort_unstable();
    let other = administrator().await;
    let there = rows_as_text(&other, "SELECT id::text FROM alarms ORDER BY id::text COLLATE \"C\"").await;
    assert!(!raised.is_empty() && there == raised, "each alarm once: {} of {}", there.len(), raised.len());
    let alone = "SELECT count(*)::text FROM telemetry.sensor_readings AS r FULL JOIN \
                 (SELECT raised_at FROM alarms WHERE raised_at >= (SELECT min(timestamp) FROM telemetry.sensor_readings)) \
                 AS a ON a.raised_at = r.timestamp WHERE a.raised_at IS NULL OR r.timestamp IS NULL";
    assert_eq!(scalar(&other, alone).await.as_deref(), Some("0"), "a reading without its alarm, or an alarm alone");
    direct.close().await;
    through.close().await;
    let left = "SELECT concat_ws(' ', state, query) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                AND state LIKE 'idle in%'";
    assert_eq!(rows_as_text(&other, left).await, [""; 0], "no transaction is left open");
    other.close().await.unwrap();
}
