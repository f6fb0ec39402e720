//! Sessions that the server ends, or does not give: a pool gets over it, or the reason is said.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use core_server_adapter::{
    AdapterError, Database, DatabaseConfig, ErrorKind, PageRequest,
    alarms::{AlarmFilter, AlarmId, AlarmOrigin, AlarmRepository, AlarmSeverity, NewAlarm},
};
use tests::{
    Backend, TestDatabase,
    fixtures::{execute, with_current_database},
    on_every_backend,
};

use sea_orm::{ConnectionTrait, TransactionTrait};
use tokio::task::JoinSet;

use super::{connect, hot, migrated, minute, score};

on_every_backend!(needs: several_sessions; a_session_that_stays_survives_down_and_up);

#[tokio::test]
async fn a_pool_whose_idle_sessions_are_ended_goes_on() {
    let database = TestDatabase::create(Backend::Postgres).await.up(None).await;
    let db = database.connect().await;
    execute(&db, &with_current_database("ALTER DATABASE %I SET idle_session_timeout = '1200ms'")).await;
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(2);
    let adapter = Database::connect(&config).await.unwrap();
    adapter.alarms().counts(&AlarmFilter::new()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    adapter.alarms().counts(&AlarmFilter::new()).await.unwrap();
    adapter.close().await;
}

#[tokio::test]
async fn a_limit_of_sessions_is_told_from_a_busy_database() {
    let database = TestDatabase::create(Backend::Postgres).await.up(None).await;
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(4).min_connections(1);
    let adapter = Database::connect(&config.acquire_timeout(Duration::from_secs(2))).await.unwrap();
    let limit = with_current_database("ALTER DATABASE %I CONNECTION LIMIT 1");
    execute(adapter.connection(), &limit).await;
    // One that has just been given back may be overlooked, so more than once.
    let mut held = Vec::new();
    for _ in 0..4 {
        held.extend(adapter.begin().await);
    }
    assert!(held.len() < 4, "the server's limit is the smaller one");
    let error = adapter.alarms().counts(&AlarmFilter::new()).await.unwrap_err();
    drop(held);
    assert!(matches!(error, AdapterError::Busy { .. }) && error.is_transient(), "{error:?}");
    assert!(error.to_string().contains("no session was free"), "{error}");
    adapter.close().await;
}

/// Ends the sessions of the pool while one of them is in a transaction.
async fn ended(backend: Backend, end: &str) {
    let (database, adapter) = migrated(TestDatabase::create(backend).await).await;
    let transaction = adapter.begin().await.unwrap();
    AlarmRepository::new(&transaction).raise(&hot(1)).await.unwrap();
    let other = database.connect().await;
    for sql in tests::rows_as_text(&other, end).await {
        execute(&other, &sql).await;
    }
    let error = AlarmRepository::new(&transaction).raise(&hot(2)).await.unwrap_err();
    assert!(matches!(error, AdapterError::SessionEnded { .. }) && error.is_transient(), "{error:?}");
    assert!(error.may_have_written() && error.kind() == ErrorKind::Unavailable, "{error:?}");
    let line = error.on_one_line();
    assert!(line.contains("the session ended") && !line.contains("expected to read"), "{line}");
    drop(transaction);
    other.close().await.unwrap();
    // Sessions that have just been used are not pinged.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    adapter.alarms().raise(&hot(3)).await.unwrap();
    assert_eq!(super::count(adapter.connection()).await, 1);
    adapter.close().await;
}

/// Ends every session of the pool again and again, while some read and one raises.
async fn all_ended_under_load(backend: Backend, end: &str) {
    let database = TestDatabase::create(backend).await.up(None).await;
    let config = DatabaseConfig::new(database.url()).unwrap().max_connections(4);
    let adapter = Database::connect(&config).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..3 {
        let (adapter, stop) = (adapter.clone(), Arc::clone(&stop));
        readers.spawn(async move {
            let mut read = 0;
            while !stop.load(Ordering::Relaxed) {
                adapter.alarms().counts(&AlarmFilter::new()).await.unwrap();
                adapter.alarms().list(&AlarmFilter::new(), &PageRequest::first(10)).await.unwrap();
                read += 1;
            }
            read
        });
    }
    let raising = {
        let (adapter, stop) = (adapter.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut raised = 0;
            while !stop.load(Ordering::Relaxed) {
                // With an id of one's own a write can be repeated.
                let alarm = hot(raised).id(AlarmId::new(minute(raised)));
                while let Err(error) = adapter.alarms().raise_missing(std::slice::from_ref(&alarm)).await {
                    assert!(error.is_transient() && error.kind() == ErrorKind::Unavailable, "{error:?}");
                }
                raised += 1;
            }
            raised
        })
    };
    let other = database.connect().await;
    for _ in 0..15 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        for sql in tests::rows_as_text(&other, end).await {
            // One that has ended by itself meanwhile is not there any more.
            let _ = other.execute_unprepared(&sql).await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(read) = readers.join_next().await {
        assert!(read.unwrap() > 0);
    }
    let raised = raising.await.unwrap();
    assert_eq!(i64::from(super::count(&other).await), raised, "each alarm once");
    other.close().await.unwrap();
    adapter.close().await;
}

/// A health check does not wait for a session of the pool, and fails where a request would.
#[tokio::test]
async fn a_health_check_does_not_wait_in_the_queue() {
    for backend in [Backend::Postgres, Backend::Mariadb, Backend::Sqlite] {
        let (database, adapter) = migrated(TestDatabase::create(backend).await).await;
        let most = adapter.sessions().most;
        assert!(adapter.sessions().open <= most && most > 1, "{:?}", adapter.sessions());
        let mut held = Vec::new();
        for _ in 0..most {
            held.push(adapter.connection().begin().await.unwrap());
        }
        assert_eq!((adapter.sessions().open, adapter.sessions().idle), (most, 0));
        tokio::time::timeout(Duration::from_mins(1), adapter.check()).await.unwrap().unwrap();
        drop(held);
        adapter.check().await.unwrap();
        execute(adapter.connection(), "DELETE FROM seaql_migrations").await;
        let error = adapter.check().await.unwrap_err();
        assert!(matches!(error, AdapterError::SchemaOutdated { .. }), "{error:?}");
        assert_eq!(error.for_clients(), "an error of the server; its log has the reason");
        adapter.close().await;
        drop(database);
    }
}

#[tokio::test]
async fn what_comes_after_an_error_in_a_transaction_says_so() {
    let (_database, adapter) = migrated(TestDatabase::create(Backend::Postgres).await).await;
    let transaction = adapter.begin().await.unwrap();
    let alarms = AlarmRepository::new(&transaction);
    let there = alarms.raise(&hot(1)).await.unwrap();
    alarms.raise(&hot(1).id(there.id)).await.unwrap_err();
    for error in [alarms.raise(&hot(2)).await.unwrap_err(), alarms.get(there.id).await.unwrap_err()] {
        assert!(matches!(error, AdapterError::TransactionOver { .. }), "{error:?}");
        assert!(error.to_string().contains("roll it back and begin another"), "{error}");
    }
}

/// PostgreSQL answers the COMMIT of a transaction that an error has ended with ROLLBACK, and not with an error.
#[tokio::test]
async fn no_transaction_is_committed_of_which_nothing_is_kept() {
    for backend in [Backend::Postgres, Backend::Mariadb, Backend::Sqlite] {
        let (_database, adapter) = migrated(TestDatabase::create(backend).await).await;
        let transaction = adapter.begin().await.unwrap();
        let alarms = AlarmRepository::new(&transaction);
        let there = alarms.raise(&hot(1)).await.unwrap();
        // What is refused in a savepoint ends nothing.
        let twice = [hot(2), hot(1).id(there.id)];
        let error = alarms.raise_many(&twice).await.unwrap_err();
        assert!(matches!(error, AdapterError::AlreadyExists { row: Some(1), .. }), "{error:?}");
        transaction.commit().await.unwrap();
        assert_eq!(adapter.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), 1);

        let transaction = adapter.begin().await.unwrap();
        let alarms = AlarmRepository::new(&transaction);
        alarms.raise(&hot(3)).await.unwrap();
        alarms.raise(&hot(1).id(there.id)).await.unwrap_err();
        let committed = transaction.commit().await;
        let kept = adapter.alarms().counts(&AlarmFilter::new()).await.unwrap().total();
        if backend == Backend::Postgres {
            let error = committed.unwrap_err();
            assert!(matches!(error, AdapterError::TransactionOver { .. }), "{error:?}");
            assert!(!error.may_have_written(), "{error:?}");
            assert_eq!(kept, 1);
        } else {
            committed.unwrap();
            assert_eq!(kept, 2, "{backend:?}");
        }
        adapter.close().await;
    }
}

/// MySQL rolls the whole transaction back then, and would do what follows outside of any.
#[tokio::test]
async fn nothing_follows_a_deadlock_in_a_transaction_on_mariadb() {
    let (_database, adapter) = migrated(TestDatabase::create(Backend::Mariadb).await).await;
    let alarms = adapter.alarms();
    let ids = [alarms.raise(&hot(1)).await.unwrap().id, alarms.raise(&hot(2)).await.unwrap().id];
    let (first, second) = (adapter.begin().await.unwrap(), adapter.begin().await.unwrap());
    let (one, other) = (AlarmRepository::new(&first), AlarmRepository::new(&second));
    one.raise(&hot(3)).await.unwrap();
    other.raise(&hot(4)).await.unwrap();
    one.acknowledge(ids[0], "ana").await.unwrap();
    other.acknowledge(ids[1], "ben").await.unwrap();
    let (a, b) = tokio::join!(one.acknowledge(ids[1], "ana"), other.acknowledge(ids[0], "ben"));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    let (loser, winner, deadlock) = match (a, b) {
        (Err(error), _) => (first, second, error),
        (_, error) => (second, first, error.unwrap_err()),
    };
    assert!(matches!(deadlock, AdapterError::Busy { .. }), "{deadlock:?}");
    let refused = AlarmRepository::new(&loser).raise(&hot(5)).await.unwrap_err();
    assert!(matches!(refused, AdapterError::TransactionOver { .. }), "{refused:?}");
    let within = TransactionTrait::begin(&loser).await.map(drop).unwrap_err();
    assert!(within.to_string().contains("ended the transaction"), "{within:?}");
    let committed = loser.commit().await.unwrap_err();
    assert!(matches!(committed, AdapterError::TransactionOver { .. }), "{committed:?}");
    winner.commit().await.unwrap();
    assert_eq!(alarms.counts(&AlarmFilter::new()).await.unwrap().total(), 3);
    adapter.close().await;
}

/// MySQL commits before it changes the schema, also where it then refuses to.
#[tokio::test]
async fn nothing_follows_a_change_of_the_schema_that_fails_in_a_transaction_on_mariadb() {
    let (_database, adapter) = migrated(TestDatabase::create(Backend::Mariadb).await).await;
    let transaction = adapter.begin().await.unwrap();
    transaction.execute_unprepared("CREATE TABLE alarms (id int)").await.unwrap_err();
    let refused = AlarmRepository::new(&transaction).raise(&hot(1)).await.unwrap_err();
    assert!(matches!(refused, AdapterError::TransactionOver { .. }), "{refused:?}");
    transaction.rollback().await.unwrap();
    assert_eq!(adapter.alarms().counts(&AlarmFilter::new()).await.unwrap().total(), 0);
    adapter.close().await;
}

/// The statements that end every other session of the database.
const SESSIONS_OF_POSTGRES: &str = "SELECT format('SELECT pg_terminate_backend(%s)', pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
const SESSIONS_OF_MARIADB: &str = "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST \
     WHERE DB = DATABASE() AND ID <> CONNECTION_ID()";

#[tokio::test]
async fn an_ended_session_is_told_from_a_failed_statement_on_postgres() {
    ended(Backend::Postgres, SESSIONS_OF_POSTGRES).await;
}

#[tokio::test]
async fn an_ended_session_is_told_from_a_failed_statement_on_mariadb() {
    ended(Backend::Mariadb, SESSIONS_OF_MARIADB).await;
}

#[tokio::test]
async fn reads_survive_the_end_of_all_sessions_on_postgres() {
    all_ended_under_load(Backend::Postgres, SESSIONS_OF_POSTGRES).await;
}

#[tokio::test]
async fn reads_survive_the_end_of_all_sessions_on_mariadb() {
    all_ended_under_load(Backend::Mariadb, SESSIONS_OF_MARIADB).await;
}

fn by_model(number: i64) -> NewAlarm {
    NewAlarm::anomaly("pump-1", AlarmSeverity::Critical, minute(number), score(0.5))
}

/// What a session has prepared is about types that `down` drops and `up` makes anew.
async fn a_session_that_stays_survives_down_and_up(database: TestDatabase) {
    let database = database.up(None).await;
    let adapter = connect(&database, 1).await;
    let filter = AlarmFilter::new().origin(AlarmOrigin::AnomalyModel);
    let many: Vec<_> = (0..1_200).map(|number| by_model(100 + number)).collect();
    for round in 0..3 {
        let alarms = adapter.alarms();
        let raised = alarms.raise(&by_model(round)).await.unwrap();
        alarms.raise_many(&many).await.unwrap();
        alarms.acknowledge(raised.id, "ana").await.unwrap();
        let page = alarms.list(&filter, &PageRequest::first(50)).await.unwrap();
        assert_eq!(page.items.len(), 50);
        let total = alarms.counts(&filter).await.unwrap().total();
        assert_eq!(i64::try_from(total).unwrap(), (round + 1) * 1_201);
        let runner = database.runner().await;
        runner.down(Some(3)).await.unwrap();
        runner.up(None).await.unwrap();
        runner.close().await;
    }
    adapter.close().await;
}
