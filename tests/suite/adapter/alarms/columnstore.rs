//! On TimescaleDB a history in the columnstore stays there: neither lists nor changes unpack it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::TimeDelta;
use core_server_adapter::{
    AdapterError, PageRequest, Period,
    alarms::{Alarm, AlarmFilter, AlarmOrigin, AlarmRepository, AlarmSeverity, AlarmStatus, NewAlarm},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait};
use serde_json::Value;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, count, execute},
    rows_as_text,
};

use super::{connect, minute, rows, score};

const WEEKS: i64 = 6;
const SENSORS: i64 = 20;
/// Alarms of a sensor in a week, all in one batch of the columnstore.
const A_BATCH: i64 = 40;

/// Threshold alarms of whole weeks; 2026 begins with a chunk.
fn history() -> Vec<NewAlarm> {
    let numbers = (0..WEEKS).flat_map(|week| (0..SENSORS * A_BATCH).map(move |number| (week, number)));
    let alarm = |(week, number): (i64, i64)| {
        let at = minute(week * 10_080 + number * 12);
        NewAlarm::threshold(format!("pump-{}", number % SENSORS), AlarmSeverity::Warning, at).value(1.5)
    };
    numbers.map(alarm).collect()
}

async fn compress(db: &DatabaseConnection) {
    execute(db, "SELECT compress_chunk(c, true) FROM show_chunks('alarms') c").await;
    let compressed = "timescaledb_information.chunks WHERE hypertable_name = 'alarms' AND is_compressed";
    assert_eq!(i64::from(count(db, compressed).await), WEEKS);
    assert_eq!(unpacked(db).await, 0);
}

/// Rows that lie in the chunks themselves and not in the columnstore.
async fn unpacked(db: &DatabaseConnection) -> i64 {
    execute(db, "SET timescaledb.enable_transparent_decompression = off").await;
    let mut rows = 0;
    for chunk in rows_as_text(db, "SELECT c::text FROM show_chunks('alarms') c").await {
        rows += i64::from(count(db, &format!("ONLY {chunk}")).await);
    }
    execute(db, "RESET timescaledb.enable_transparent_decompression").await;
    rows
}

/// A prepared statement may get a generic plan from its sixth execution on, which unpacks every batch of the history. Here
/// it would get one at once.
#[tokio::test]
async fn changes_unpack_a_batch_each() {
    let database = TestDatabase::migrated(Backend::Timescale).await;
    let adapter = connect(&database, 1).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    alarms.raise_many(&history()).await.unwrap();
    let total = i64::from(count(db, "alarms").await);
    assert_eq!(total, WEEKS * SENSORS * A_BATCH);
    compress(db).await;
    execute(db, "SET plan_cache_mode = force_generic_plan").await;

    let all = rows(db).await;
    // In every chunk, of eight sensors.
    let chosen: Vec<&Alarm> = (0..8).map(|number| &all[number * 601 + number]).collect();
    for (number, alarm) in (1..).zip(&chosen) {
        let acknowledged = alarms.acknowledge(alarm.id, "ana").await.unwrap();
        assert_eq!((acknowledged.alarm.status, acknowledged.alarm.id), (AlarmStatus::Acknowledged, alarm.id));
        let rows = unpacked(db).await;
        assert!(
            (1..=number * A_BATCH).contains(&rows),
            "{rows} of {total} rows are unpacked after {number} acknowledgements, a batch has {A_BATCH}"
        );
    }
    compress(db).await;
    for (number, alarm) in (1..).zip(&chosen) {
        let resolved = alarms.resolve(alarm.id).await.unwrap();
        assert_eq!((resolved.status, resolved.acknowledged_by.as_deref()), (AlarmStatus::Resolved, Some("ana")));
        let rows = unpacked(db).await;
        assert!((1..=number * A_BATCH).contains(&rows), "{rows} of {total} rows after {number} were resolved");
    }
    assert_eq!(i64::from(count(db, "alarms").await), total, "none is lost");
    assert_eq!(count(db, "alarms WHERE status = 'resolved'").await, 8);
}

/// The session's statements are prepared, and stay so while a chunk that had nothing but its columnstore gets rows beside it.
#[tokio::test]
async fn what_lies_beside_the_columnstore_is_seen() {
    let database = TestDatabase::migrated(Backend::Timescale).await;
    let adapter = connect(&database, 1).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    alarms.raise_many(&history()).await.unwrap();
    compress(db).await;
    let all = rows(db).await;
    let page = PageRequest::first(1000);
    let filter = AlarmFilter::new().sensor("pump-7").period(Period::since(minute(3 * 10_080)));
    for week in 3..WEEKS {
        // Until the plan of every statement may be one that is kept.
        let (mut listed, mut counted) = (0, 0);
        for alarm in all.iter().step_by(500) {
            listed = alarms.list(&filter, &page).await.unwrap().items.len();
            counted = alarms.counts(&AlarmFilter::new()).await.unwrap().total();
            assert_eq!(alarms.get(alarm.id).await.unwrap(), *alarm);
        }
        if week % 2 == 0 {
            let late = NewAlarm::threshold("pump-7", AlarmSeverity::Info, minute(week * 10_080 + 5));
            let late = alarms.raise(&late).await.unwrap();
            assert_eq!(alarms.find(late.id).await.unwrap().as_ref(), Some(&late), "by its id, week {week}");
            let found = alarms.list(&filter, &page).await.unwrap().items;
            assert!(found.contains(&late) && found.len() == listed + 1, "in the list, week {week}");
            assert_eq!(
                alarms.counts(&AlarmFilter::new()).await.unwrap().total(),
                counted + 1,
                "in the counts, week {week}"
            );
        } else {
            // A change takes the rows of its batch out of the columnstore.
            let number = usize::try_from(week * SENSORS * A_BATCH + 7).unwrap();
            let changed = alarms.acknowledge(all[number].id, "ana").await.unwrap().alarm;
            assert_eq!(
                alarms.counts(&AlarmFilter::new()).await.unwrap().total(),
                counted,
                "in the counts, week {week}"
            );
            assert_eq!(alarms.get(changed.id).await.unwrap(), changed, "by its id, week {week}");
            let found = alarms.list(&filter, &page).await.unwrap().items;
            assert!(found.contains(&changed) && found.len() == listed, "in the list, week {week}");
        }
    }
    // TimescaleDB 2.23 keeps the plan of a prepared statement when another client, or the caller with a statement that is
    // not prepared, is the first to put a row beside a chunk in the columnstore.
    let counted = alarms.counts(&AlarmFilter::new()).await.unwrap().total();
    let at = fixtures::moment(Backend::Timescale, minute(5));
    execute(db, &format!("INSERT INTO alarms (raised_at, sensor_id, severity) VALUES ({at}, 'pump-7', 'info')")).await;
    assert_eq!(alarms.counts(&AlarmFilter::new()).await.unwrap().total(), counted + 1);
}

/// The batch of the alarm is unpacked by the first, whom the second waits for.
#[tokio::test]
#[ignore = "needs several sessions, and TimescaleDB in WebAssembly has one"]
async fn two_at_once_in_the_columnstore() {
    let database = TestDatabase::native(Backend::Timescale).await.up(None).await;
    let adapter = connect(&database, 2).await;
    let (alarms, db) = (adapter.alarms(), adapter.connection());
    alarms.raise_many(&history()).await.unwrap();
    compress(db).await;
    let chosen = rows(db).await[1234].clone();
    let (id, raised) = (chosen.id, chosen.raised_at.to_utc());
    let (acknowledged, resolved) = (raised + TimeDelta::minutes(2), raised + TimeDelta::minutes(4));
    let transaction = db.begin().await.unwrap();
    let first = AlarmRepository::new(&transaction).acknowledge_at(id, "first", acknowledged).await.unwrap();
    let other = adapter.clone();
    let resolving = tokio::spawn(async move {
        let mut result = other.alarms().resolve_at(id, resolved).await;
        // The server may refuse one of two that unpack the same batch.
        for _ in 0..5 {
            if result.as_ref().is_err_and(AdapterError::is_transient) {
                result = other.alarms().resolve_at(id, resolved).await;
            }
        }
        result
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!resolving.is_finished());
    transaction.commit().await.unwrap();
    let both = Alarm { status: AlarmStatus::Resolved, resolved_at: Some(resolved.fixed_offset()), ..first.alarm };
    assert_eq!(resolving.await.unwrap().unwrap(), both);
    assert_eq!(alarms.get(id).await.unwrap(), both);
    assert_eq!(i64::from(count(db, "alarms").await), WEEKS * SENSORS * A_BATCH, "none is there twice");
}

/// A connection that writes down what the adapter sends.
async fn recording(database: &TestDatabase) -> (DatabaseConnection, Arc<Mutex<Vec<Statement>>>) {
    let mut db = database.connect().await;
    let statements = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&statements);
    db.set_metric_callback(move |info| written.lock().unwrap().push(info.statement.clone()));
    (db, statements)
}

/// The last statement's plan with the numbers of its execution.
async fn plan(db: &DatabaseConnection, statements: &Mutex<Vec<Statement>>) -> Value {
    let statement = statements.lock().unwrap().last().unwrap().to_string();
    assert!(statement.starts_with("SELECT ") && statement.contains("LIMIT 51"), "{statement}");
    let sql = format!("EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) {statement}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// The nodes of a plan that were executed and read the columnstore.
fn columnstore_scans(plan: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut left = vec![plan];
    while let Some(node) = left.pop() {
        match node {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => {
                let provider = fields.get("Custom Plan Provider").and_then(Value::as_str).unwrap_or_default();
                if ["DecompressChunk", "ColumnarScan"].contains(&provider) && fields["Actual Loops"] != 0 {
                    found.push(node);
                }
                left.extend(fields.values().filter(|value| value.is_array() || value.is_object()));
            }
            _ => {}
        }
    }
    found
}

/// The dashboard's lists of model alarms while there is none, or only new ones: the score of each batch is looked at,
/// vectorised, and nothing more is unpacked. The chunks were compressed before there was a score, and after.
#[tokio::test]
async fn model_alarms_are_listed_without_unpacking_the_history() {
    for compressed_before in [true, false] {
        let database = TestDatabase::create(Backend::Timescale).await;
        let database = database.up(if compressed_before { Some(1) } else { None }).await;
        let db = database.connect().await;
        let sql = "INSERT INTO alarms (raised_at, sensor_id, severity) SELECT ";
        execute(&db, &format!(
            "{sql} {}::timestamptz + week * INTERVAL '7 days' + number * INTERVAL '12 minutes', 'pump-' || number % {SENSORS}, \
             'warning' FROM generate_series(0, {}) week, generate_series(0, {}) number",
            fixtures::moment(Backend::Timescale, minute(0)), WEEKS - 1, SENSORS * A_BATCH - 1
        )).await;
        compress(&db).await;
        db.close().await.unwrap();
        let database = database.up(None).await;

        let (db, statements) = recording(&database).await;
        let alarms = AlarmRepository::new(&db);
        let of_model = || AlarmFilter::new().origin(AlarmOrigin::AnomalyModel);
        let newest = PageRequest::first(50);
        for filter in [of_model(), of_model().open(), of_model().severity(AlarmSeverity::Critical)] {
            assert!(alarms.list(&filter, &newest).await.unwrap().items.is_empty());
            nothing_is_unpacked(&plan(&db, &statements).await);
        }
        let found = alarms.list(&of_model().sensor("pump-3"), &newest).await.unwrap();
        assert!(found.items.is_empty());
        nothing_is_unpacked(&plan(&db, &statements).await);

        // With new ones that are in no columnstore, and a page after those.
        let new: Vec<NewAlarm> = (0..60)
            .map(|number| {
                let at = minute(WEEKS * 10_080) + TimeDelta::seconds(number);
                NewAlarm::anomaly("pump-1", AlarmSeverity::Critical, at, score(0.9))
            })
            .collect();
        alarms.raise_many(&new).await.unwrap();
        let first = alarms.list(&of_model(), &newest).await.unwrap();
        assert_eq!(first.items.len(), 50);
        assert_eq!(columnstore_scans(&plan(&db, &statements).await).len(), 0, "the newest chunk has them all");
        let second = alarms.list(&of_model(), &PageRequest::at(first.next.unwrap(), 50)).await.unwrap();
        assert_eq!((second.items.len(), second.next), (10, None));
        nothing_is_unpacked(&plan(&db, &statements).await);
    }
}

fn nothing_is_unpacked(plan: &Value) {
    let scans = columnstore_scans(plan);
    assert_eq!(i64::try_from(scans.len()), Ok(WEEKS), "{plan:#}");
    for scan in scans {
        let filter = scan["Vectorized Filter"].as_str().unwrap_or_default();
        assert!(filter.contains("anomaly_score IS NOT NULL"), "{scan:#}");
        assert_eq!(scan["Actual Rows"].as_f64(), Some(0.0), "{scan:#}");
        // All batches fell to the vectorised filter: no row was left for the others.
        assert!(scan["Batches Removed by Filter"].as_i64().is_some_and(|batches| batches > 0), "{scan:#}");
    }
}
