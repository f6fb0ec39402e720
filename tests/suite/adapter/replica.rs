//! A streaming standby that is read from, and what stops under load: sessions, the server, the standby and the pooler.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, ErrorKind, PageRequest,
    alarms::{AlarmFilter, AlarmId, AlarmRepository, AlarmSeverity, NewAlarm},
};
use migration_engine::{
    Runner, Target,
    session::{Patience, connect::Settings},
};
use tests::{
    connect_to,
    fixtures::execute,
    own::{Cluster, Pooler},
    rows_as_text, scalar,
};
use tokio::task::JoinSet;

use super::{minute, server::hot};

/// A primary with the alarms, and its standby.
async fn followed() -> (Cluster, Cluster) {
    let primary = Cluster::start();
    let target = Target::parse(&primary.url("postgres"), "the test").unwrap();
    let settings = Settings::default();
    let runner = Runner::connect(tests::area("alarms"), target, &settings, Patience::default()).await.unwrap();
    runner.up(None).await.unwrap();
    runner.close().await;
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

/// Readers of both kinds, one who writes alone, and one who writes in transactions that are dropped as often as committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_stops_under_load_costs_no_answer() {
    let (primary, standby) = followed().await;
    let mut pooler = Pooler::before(&primary.url("postgres"), 4, "");
    let patient = |config: DatabaseConfig| config.acquire_timeout(Duration::from_secs(5));
    let direct = Database::connect(&patient(config(&primary.url("postgres"), &standby))).await.unwrap();
    let through = Database::connect(&patient(config(pooler.url(), &standby))).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut load = JoinSet::new();
    for (client, database) in [&direct, &through].into_iter().enumerate() {
        for reading in [database.clone(), database.reading()] {
            let stop = Arc::clone(&stop);
            load.spawn(async move {
                let (mut least, mut from) = (0, reading.metrics().from_replica);
                while !stop.load(Ordering::Relaxed) {
                    match reading.alarms().counts(&AlarmFilter::new()).await {
                        Ok(counts) => {
                            // Only the standby may be behind what was there before.
                            let now = reading.metrics().from_replica;
                            assert!(counts.total() >= least || now > from, "{} alarms, before {least}", counts.total());
                            (least, from) = (counts.total(), now);
                        }
                        Err(error) => assert!(error.is_transient() && !error.may_have_written(), "{error:?}"),
                    }
                    if let Err(error) = reading.alarms().list(&AlarmFilter::new(), &PageRequest::first(5)).await {
                        assert!(error.is_transient() && !error.may_have_written(), "{error:?}");
                    }
                }
                0
            });
        }
        let (writer, stop) = (database.clone(), Arc::clone(&stop));
        load.spawn(async move {
            let mut raised = 0;
            while !stop.load(Ordering::Relaxed) {
                let at = minute(i64::try_from(client).unwrap() * 100_000 + raised);
                let alarm = NewAlarm::threshold("bearing-7", AlarmSeverity::Critical, at).id(AlarmId::new(at));
                // A future that is dropped, wherever it is.
                let missing = std::slice::from_ref(&alarm);
                let dropped = writer.alarms();
                let _ = tokio::time::timeout(Duration::from_micros(800), dropped.raise_missing(missing)).await;
                while let Err(error) = writer.alarms().raise_missing(missing).await {
                    assert!(error.is_transient(), "{error:?}");
                }
                // What is not committed leaves nothing.
                if let Ok(transaction) = writer.begin().await {
                    let _ = AlarmRepository::new(&transaction).raise(&hot()).await;
                }
                raised += 1;
            }
            raised
        });
    }
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
    let mut raised = 0;
    while let Some(done) = load.join_next().await {
        raised += done.unwrap();
    }
    assert!(raised > 0);
    let other = administrator().await;
    assert_eq!(scalar(&other, "SELECT count(*)::text FROM alarms").await, Some(raised.to_string()), "each alarm once");
    direct.close().await;
    through.close().await;
    let left = "SELECT concat_ws(' ', state, query) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                AND state LIKE 'idle in%'";
    assert_eq!(rows_as_text(&other, left).await, [""; 0], "no transaction is left open");
    other.close().await.unwrap();
}
