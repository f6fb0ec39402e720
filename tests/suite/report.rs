//! What is said of a live database: compared with what the database itself says when it is asked in another way.

use std::time::Duration;

use migration_engine::{
    inspection,
    report::{Maintenance, Output, Report, Task, TaskOutcome},
};
use migration_timescale::{
    Capability,
    inspect::{
        self, Answer, Attention, BlockedSession, HypertableState, Inspection, JobHealth, Sequence, SequenceState,
        TableKind, TableState,
    },
};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::Value;
use tests::{
    Backend, TestDatabase,
    fixtures::{self, count, execute},
    json_schema, on_every_backend,
    process::run,
    scalar, workspace,
};

use crate::migration;

on_every_backend!(
    every_question_has_an_answer_or_a_reason,
    sizes_and_rows_are_those_of_the_server,
    the_command_prints_both_forms,
);

async fn inspect(db: &DatabaseConnection) -> Inspection {
    let server = Capability::detect(db).await.unwrap();
    Inspection::of(db, server).await.unwrap()
}

fn found<T>(answer: &Answer<T>) -> &T {
    answer.found().expect("an answer")
}

fn table<'t>(inspection: &'t Inspection, name: &str) -> &'t TableState {
    found(&inspection.tables)
        .iter()
        .find(|table| table.name == name)
        .unwrap_or_else(|| panic!("{name}: {inspection:#?}"))
}

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    scalar(db, sql).await.map_or(0, |text| text.parse().expect(&text))
}

async fn every_question_has_an_answer_or_a_reason(database: TestDatabase) {
    let database = database.up(None).await;
    let db = database.connect().await;
    let asked = inspect(&db).await;
    let (postgres, timescale) =
        (matches!(database.backend(), Backend::Postgres), matches!(database.backend(), Backend::Timescale));
    let mariadb = database.backend() == Backend::Mariadb;
    assert!(asked.storage.found().is_some());
    assert_eq!(asked.tables.found().is_some(), postgres || timescale || mariadb);
    assert_eq!(asked.sequences.found().is_some(), postgres || timescale || mariadb);
    assert_eq!(asked.blocked.found().is_some(), (postgres || timescale || mariadb) && !database.has_one_session());
    for there in [asked.hypertables.found().is_some(), asked.aggregates.found().is_some(), asked.jobs.found().is_some()]
    {
        assert_eq!(there, timescale);
    }
    if let Answer::Unavailable { why } = &asked.jobs {
        assert!(why.starts_with("a background job needs TimescaleDB with its full licence; this is "), "{why}");
    }
}

async fn sizes_and_rows_are_those_of_the_server(database: TestDatabase) {
    let database = database.up(None).await;
    let db = database.connect().await;
    execute(&db, &fixtures::history(database.backend())).await;
    match database.backend() {
        Backend::Sqlite => {
            execute(&db, "CREATE TABLE wide (text text); INSERT INTO wide VALUES (zeroblob(500000)); DROP TABLE wide")
                .await;
            let asked = inspect(&db).await;
            let storage = found(&asked.storage);
            assert_eq!(
                storage.free_pages,
                Some(number(&db, "SELECT CAST(freelist_count AS text) FROM pragma_freelist_count").await)
            );
            assert!(storage.free_pages.unwrap() > 100 && storage.free.unwrap() > 400_000, "{storage:?}");
            assert_eq!(storage.total, storage.pages.unwrap() * storage.page_bytes.unwrap());
        }
        Backend::Mariadb => {
            execute(&db, "ANALYZE TABLE alarms").await;
            let asked = inspect(&db).await;
            let alarms = table(&asked, "alarms");
            let bytes = "SELECT CAST(SUM(stat_value) * @@innodb_page_size AS CHAR(20)) FROM mysql.innodb_index_stats \
                         WHERE database_name = DATABASE() AND table_name = 'alarms' AND stat_name = 'size'";
            assert_eq!(alarms.bytes.total, number(&db, bytes).await);
            assert_eq!(alarms.live_rows, i64::from(count(&db, "alarms").await));
        }
        Backend::Postgres => {
            execute(&db, "DELETE FROM alarms WHERE severity = 'critical'").await;
            execute(&db, "VACUUM alarms").await;
            execute(&db, "ANALYZE alarms").await;
            let asked = inspect(&db).await;
            let alarms = table(&asked, "alarms");
            assert_eq!(alarms.kind, TableKind::Table);
            assert_eq!(alarms.bytes.total, number(&db, "SELECT pg_total_relation_size('alarms')::text").await);
            assert_eq!(alarms.bytes.index, number(&db, "SELECT pg_indexes_size('alarms')::text").await);
            assert_eq!(alarms.live_rows, i64::from(count(&db, "alarms").await));
            assert!(alarms.last_vacuum_at.is_some() && alarms.last_analyze_at.is_some(), "{alarms:?}");
            assert_eq!(
                found(&asked.storage).total,
                number(&db, "SELECT pg_database_size(current_database())::text").await
            );
        }
        Backend::Timescale => hypertable_sizes(&db).await,
    }
}

async fn hypertable_sizes(db: &DatabaseConnection) {
    let all = i64::from(count(db, "alarms").await);
    let chunks = "SELECT count(*)::text FROM show_chunks('alarms')";
    // The first half of the chunks goes into the columnstore.
    execute(
        db,
        "DO $$ BEGIN PERFORM compress_chunk(c) FROM show_chunks('alarms', older_than => TIMESTAMPTZ '2026-01-15') c; END $$",
    )
    .await;
    execute(db, "ANALYZE alarms").await;
    let asked = inspect(db).await;
    let HypertableState { chunks: found_chunks, bytes, columnstore, time_column, .. } = &found(&asked.hypertables)[0];
    assert_eq!(time_column, "raised_at");
    assert_eq!(found_chunks.count, number(db, chunks).await);
    assert_eq!(found_chunks.compressed, 2);
    assert_eq!(found_chunks.interval, "7 days");
    assert_eq!(found_chunks.oldest_from.unwrap().to_rfc3339(), "2026-01-01T00:00:00+00:00");
    assert_eq!(bytes.total, number(db, "SELECT hypertable_size('alarms')::text").await);
    let saved = "SELECT before_compression_total_bytes::text FROM hypertable_compression_stats('alarms')";
    assert_eq!(columnstore.before, Some(number(db, saved).await));
    let (before, after) = (columnstore.before.unwrap(), columnstore.after.unwrap());
    #[allow(clippy::cast_precision_loss)]
    let share = 1.0 - after as f64 / before as f64;
    assert!((columnstore.saved.unwrap() - share).abs() < 1e-9, "{columnstore:?}");
    let alarms = table(&asked, "alarms");
    assert_eq!(alarms.kind, TableKind::Hypertable);
    assert_eq!(alarms.bytes.total, bytes.total, "summed over chunks and what the columnstore packed");
    let compressed = "SELECT count(*)::text FROM alarms WHERE raised_at < '2026-01-15'";
    assert_eq!(alarms.columnstore_rows, number(db, compressed).await);
    assert!(alarms.columnstore_rows > 0 && alarms.columnstore_rows < all);
}

/// An hourly aggregate over a hypertable, by SQL.
async fn readings(db: &DatabaseConnection) {
    execute(
        db,
        "CREATE TABLE readings (taken_at timestamptz NOT NULL, id serial, value double precision); \
         SELECT create_hypertable('readings', by_range('taken_at', INTERVAL '7 days'))",
    )
    .await;
    for sql in [
        "CREATE MATERIALIZED VIEW hourly WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS \
         SELECT time_bucket('1 hour', taken_at) AS bucket, avg(value) FROM readings GROUP BY 1 WITH NO DATA",
        "CREATE MATERIALIZED VIEW daily WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS \
         SELECT time_bucket('1 day', bucket) AS bucket, avg(avg) FROM hourly GROUP BY 1 WITH NO DATA",
        "INSERT INTO readings SELECT t, 1, 1 FROM generate_series(date_trunc('hour', now()) - INTERVAL '10 days', now(), INTERVAL '30 minutes') t",
        "CALL refresh_continuous_aggregate('hourly', NULL, date_trunc('hour', now()) - INTERVAL '4 hours')",
        "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '3 hours', INTERVAL '30 minutes', INTERVAL '30 minutes')",
        "CREATE PROCEDURE divide(job_id integer, config jsonb) LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0; END $$",
        "SELECT add_job('divide', '1 hour', config => '{\"by\": 0}')",
        "SELECT alter_job(add_job('divide', '2 hours'), scheduled => false)",
    ] {
        execute(db, sql).await;
    }
}

#[tokio::test]
async fn aggregates_tell_how_far_they_are() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = database.connect().await;
    readings(&db).await;
    let asked = inspect(&db).await;
    let [daily, hourly] = found(&asked.aggregates).as_slice() else { panic!("{asked:#?}") };
    assert_eq!((hourly.source.as_str(), daily.source.as_str()), ("readings", "hourly"));
    assert_eq!((hourly.real_time, daily.real_time), (true, false));
    let mark = "SELECT extract(epoch FROM date_trunc('hour', now()) - INTERVAL '4 hours')::bigint::text";
    assert_eq!(hourly.watermark.unwrap().timestamp(), number(&db, mark).await);
    let behind = hourly.lag_s.unwrap() - 4.0 * 3600.0;
    assert!((0.0..3700.0).contains(&behind), "{hourly:?}");
    assert!(hourly.refresh_job.is_some() && daily.refresh_job.is_none());
    assert_eq!((daily.watermark, daily.lag_s), (None, None));
    let attention = inspect::attention(&asked);
    let never = attention.iter().find(|one| one.about == "daily").expect("daily was never refreshed");
    assert!(
        never.finding.contains("never refreshed") && never.remedy.contains("CALL refresh_continuous_aggregate('daily'")
    );
    assert!(!attention.iter().any(|one| one.about == "hourly"), "{attention:#?}");
    // One made of another is behind that one, however far the table goes.
    execute(&db, "CALL refresh_continuous_aggregate('daily', NULL, date_trunc('day', now()) - INTERVAL '1 day')").await;
    let asked = inspect(&db).await;
    let [daily, hourly] = found(&asked.aggregates).as_slice() else { panic!("{asked:#?}") };
    let ahead = hourly.watermark.unwrap() - daily.watermark.unwrap();
    assert!(ahead > chrono::TimeDelta::zero(), "{daily:?}");
    assert!((daily.lag_s.unwrap() - ahead.as_seconds_f64()).abs() < 0.001, "{daily:?} {hourly:?}");
    // What is stored of the aggregates is a table like others.
    assert_eq!(table(&asked, "hourly").kind, TableKind::ContinuousAggregate);
}

#[tokio::test]
async fn jobs_tell_how_they_do() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let db = database.connect().await;
    readings(&db).await;
    let asked = inspect(&db).await;
    let jobs = found(&asked.jobs);
    assert!(!jobs.scheduler_runs, "the harness stops it");
    let [refresh, divide, paused] = jobs.jobs.as_slice() else { panic!("{jobs:#?}") };
    assert_eq!((refresh.relation.as_deref(), refresh.schedule_s), (Some("hourly"), 1800.0));
    assert_eq!(divide.procedure, "public.divide");
    assert_eq!(divide.config.as_ref().unwrap()["by"], 0);
    assert_eq!(
        [refresh.health, divide.health, paused.health],
        [JobHealth::NeverRun, JobHealth::NeverRun, JobHealth::Paused]
    );
    let attention = inspect::attention(&asked);
    let jobs_stand = attention.iter().find(|one| one.about == "jobs").expect("no scheduler runs");
    assert!(jobs_stand.finding.contains("none of its 2 jobs starts"), "{jobs_stand:?}");
    if database.has_one_session() {
        return; // There is nobody to run them.
    }
    let failed = until_failed(&db).await;
    assert!(failed.finding.contains(": division by zero") && failed.remedy.contains("CALL run_job("), "{failed:?}");
}

/// Has the scheduler run the jobs until one has failed.
async fn until_failed(db: &DatabaseConnection) -> Attention {
    execute(db, "SELECT _timescaledb_functions.start_background_workers()").await;
    for attempt in 0..100 {
        let asked = inspect(db).await;
        let failed = inspect::attention(&asked).into_iter().find(|one| one.about.contains("(divide)"));
        if let Some(failed) = failed.filter(|one| one.finding.contains("failed")) {
            let job = found(&asked.jobs).jobs.iter().find(|job| job.health == JobHealth::Failing).unwrap();
            assert!(job.failures > 0 && job.last_started_at.is_some() && job.last_succeeded_at.is_none(), "{job:?}");
            execute(db, "SELECT _timescaledb_functions.stop_background_workers()").await;
            return failed;
        }
        if attempt == 40 && !found(&asked.jobs).scheduler_runs {
            // No worker of the server is free for this database: what the scheduler would write is written for it.
            execute(db, SCHEDULER_WRITES).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the job never failed: {:#?}", inspect(db).await.jobs);
}

const SCHEDULER_WRITES: &str = "UPDATE _timescaledb_internal.bgw_job_stat SET last_start = now(), last_finish = now(), \
     next_start = now() + INTERVAL '1 hour', last_run_success = false, total_runs = 1, total_failures = 1 \
     WHERE job_id = (SELECT min(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'divide'); \
     INSERT INTO _timescaledb_internal.bgw_job_stat_history (job_id, pid, execution_start, execution_finish, succeeded, data) \
     SELECT min(job_id), 1, now(), now(), false, '{\"error_data\": {\"message\": \"division by zero\"}}' FROM timescaledb_information.jobs WHERE proc_name = 'divide'";

#[tokio::test]
async fn dead_rows_are_counted_and_named() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE rooms (floor integer) WITH (autovacuum_enabled = false)").await;
    execute(&db, "INSERT INTO rooms SELECT generate_series(1, 30000)").await;
    execute(&db, "UPDATE rooms SET floor = floor + 1 WHERE floor <= 12000").await;
    execute(&db, "SELECT pg_stat_force_next_flush()").await;
    let asked = inspect(&db).await;
    let rooms = table(&asked, "rooms");
    assert_eq!((rooms.live_rows, rooms.dead_rows, rooms.needs_vacuum), (30_000, Some(12_000), true));
    let attention = inspect::attention(&asked);
    assert!(attention[0].finding == "holds 12000 dead rows beside 30000 live ones", "{attention:#?}");
    execute(&db, "VACUUM ANALYZE rooms").await;
    let asked = inspect(&db).await;
    let rooms = table(&asked, "rooms");
    assert_eq!((rooms.dead_rows, rooms.needs_vacuum), (Some(0), false));
    assert!(rooms.last_vacuum_at.is_some());
}

#[tokio::test]
async fn blocked_sessions_are_seen_on_postgres() {
    blocked(TestDatabase::create(Backend::Postgres).await).await;
}

#[tokio::test]
async fn blocked_sessions_are_seen_on_timescaledb() {
    blocked(TestDatabase::create(Backend::Timescale).await).await;
}

#[tokio::test]
async fn blocked_sessions_are_seen_on_mariadb() {
    blocked(TestDatabase::create(Backend::Mariadb).await).await;
}

async fn blocked(database: TestDatabase) {
    if database.has_one_session() {
        return; // No second session could wait.
    }
    let (db, holder, waiter) = (database.connect().await, database.connect().await, database.connect().await);
    execute(&db, "CREATE TABLE rooms (floor integer PRIMARY KEY, name text)").await;
    execute(&db, "INSERT INTO rooms VALUES (1, 'hall')").await;
    let mariadb = database.backend() == Backend::Mariadb;
    if !mariadb {
        execute(&holder, "SET application_name = 'holder'").await;
        execute(&waiter, "SET application_name = 'waiter'").await;
    }
    let pid = if mariadb { "SELECT CAST(CONNECTION_ID() AS CHAR(20))" } else { "SELECT pg_backend_pid()::text" };
    let (holder_pid, waiter_pid) = (number(&holder, pid).await, number(&waiter, pid).await);
    execute(&holder, "BEGIN").await;
    execute(&holder, "UPDATE rooms SET name = 'held' WHERE floor = 1").await;
    let waiting = tokio::spawn(async move {
        let padding = "x".repeat(300);
        waiter.execute_unprepared(&format!("UPDATE rooms SET name = 'wanted{padding}' WHERE floor = 1")).await
    });
    let session = until_blocked(&db).await;
    assert_eq!(session.pid, waiter_pid);
    assert!(session.waiting_since.is_some() && session.waits_for.is_some(), "{session:?}");
    let statement = session.statement.as_deref().unwrap();
    assert!(statement.starts_with("UPDATE rooms SET name = 'wanted") && statement.len() <= 120, "{statement}");
    let blocker = &session.blocked_by[0];
    assert_eq!(blocker.blocker_pid, holder_pid);
    assert!(blocker.blocker_since.is_some(), "{blocker:?}");
    if !mariadb {
        assert_eq!((session.application.as_str(), blocker.blocker_application.as_deref()), ("waiter", Some("holder")));
        assert_eq!(blocker.blocker_state.as_deref(), Some("idle in transaction"));
    }
    let attention = inspect::attention(&inspect(&db).await);
    assert!(attention[0].finding.contains(&format!("blocked by {holder_pid} (")), "{attention:#?}");
    execute(&holder, "COMMIT").await;
    waiting.await.unwrap().unwrap();
    // MariaDB gives the same answer about waiting sessions for a tenth of a second.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(found(&inspect(&db).await.blocked).is_empty());
}

async fn until_blocked(db: &DatabaseConnection) -> BlockedSession {
    for _ in 0..100 {
        if let Some(session) = found(&inspect(db).await.blocked).first() {
            return session.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody is blocked");
}

#[tokio::test]
async fn sequences_that_fell_behind_are_repaired_on_postgres() {
    sequences_are_repaired(TestDatabase::create(Backend::Postgres).await, "").await;
}

#[tokio::test]
async fn sequences_that_fell_behind_are_repaired_on_timescaledb() {
    let hypertable = "SELECT create_hypertable('readings', by_range('taken_at'))";
    sequences_are_repaired(TestDatabase::create(Backend::Timescale).await, hypertable).await;
}

async fn sequences_are_repaired(database: TestDatabase, hypertable: &str) {
    let db = database.connect().await;
    execute(
        &db,
        "CREATE TABLE readings (taken_at timestamptz NOT NULL DEFAULT now(), id serial); \
         CREATE TABLE \"Odd rooms\" (id integer GENERATED BY DEFAULT AS IDENTITY (MAXVALUE 100), \"No\" smallserial); \
         CREATE TABLE plain (id bigserial PRIMARY KEY)",
    )
    .await;
    if !hypertable.is_empty() {
        execute(&db, hypertable).await;
    }
    execute(
        &db,
        "INSERT INTO readings (id) SELECT generate_series(1, 500); \
         ALTER TABLE readings ALTER COLUMN id DROP DEFAULT; \
         INSERT INTO \"Odd rooms\" (id, \"No\") VALUES (7, 1); SELECT setval('\"Odd rooms_No_seq\"', 30000); \
         INSERT INTO plain SELECT FROM generate_series(1, 9)",
    )
    .await;
    let server = Capability::detect(&db).await.unwrap();
    let asked = async || found(&inspect::sequences(&db, server).await.unwrap()).clone();
    let state = |sequences: &[Sequence]| {
        sequences.iter().map(|one| (format!("{}.{}", one.table, one.column), one.state)).collect::<Vec<_>>()
    };
    let expected = |first, second, third| {
        vec![
            ("Odd rooms.No".to_owned(), SequenceState::NearlyFull),
            ("Odd rooms.id".to_owned(), first),
            ("plain.id".to_owned(), second),
            ("readings.id".to_owned(), third),
        ]
    };
    let before = asked().await;
    let (behind, missing, ok) = (SequenceState::Behind, SequenceState::MissingDefault, SequenceState::Ok);
    assert_eq!(state(&before), expected(behind, ok, missing));
    let rooms = &before[1];
    assert_eq!((rooms.highest, rooms.next, rooms.limit), (Some(7), Some(1), 100));
    let attention = inspect::attention(&inspect(&db).await);
    assert_eq!(attention.len(), 3, "{attention:#?}");

    for sequence in &before {
        let repaired = inspect::repair_sequence(&db, sequence).await.unwrap();
        assert_eq!(repaired, matches!(sequence.state, SequenceState::Behind | SequenceState::MissingDefault));
    }
    assert_eq!(state(&asked().await), expected(ok, ok, ok));
    execute(&db, "INSERT INTO readings DEFAULT VALUES").await;
    assert_eq!(number(&db, "SELECT max(id)::text FROM readings").await, 501);
    execute(&db, "INSERT INTO \"Odd rooms\" (\"No\") VALUES (2)").await;
    assert_eq!(number(&db, "SELECT max(id)::text FROM \"Odd rooms\"").await, 8);

    // Never lower, whatever is thought of it: others have drawn numbers since.
    execute(&db, "SELECT setval('readings_id_seq', 90000)").await;
    inspect::repair_sequence(&db, &before[3]).await.unwrap();
    assert_eq!(number(&db, "SELECT last_value::text FROM readings_id_seq").await, 90_000);
    assert_eq!(scalar(&db, "SHOW lock_timeout").await.as_deref(), Some("0"), "settings are as before");
}

#[tokio::test]
async fn columns_that_are_nearly_full_are_seen_on_mariadb() {
    let database = TestDatabase::create(Backend::Mariadb).await;
    let db = database.connect().await;
    execute(&db, "CREATE TABLE a (id tinyint AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 120").await;
    execute(&db, "CREATE TABLE b (id int AUTO_INCREMENT PRIMARY KEY)").await;
    let server = Capability::detect(&db).await.unwrap();
    let answer = inspect::sequences(&db, server).await.unwrap();
    let states: Vec<_> = found(&answer).iter().map(|one| (one.table.as_str(), one.state, one.limit)).collect();
    let expected = [("a", SequenceState::NearlyFull, 127), ("b", SequenceState::Ok, 2_147_483_647)];
    assert_eq!(states, expected);
}

#[tokio::test]
async fn only_the_schema_is_looked_at() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let db = database.connect().await;
    execute(&db, "CREATE SCHEMA other; CREATE TABLE other.rooms (id serial); CREATE TABLE here (id serial)").await;
    let asked = inspect(&db).await;
    let tables: Vec<&str> = found(&asked.tables).iter().map(|table| table.name.as_str()).collect();
    assert_eq!(tables, ["here"]);
    assert_eq!(found(&asked.sequences).len(), 1);
}

/// What is wrong with a document of a command by the checked-in schema.
fn faults(document: &str) -> Vec<String> {
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(workspace().join("docs/output.schema.json")).unwrap()).unwrap();
    json_schema::faults(&schema, &schema, &serde_json::from_str(document).unwrap(), "output")
}

async fn the_command_prints_both_forms(database: TestDatabase) {
    let database = database.up(None).await;
    let runner = database.runner().await;
    let answers = inspection::inspect(&runner).await.unwrap().answers;
    if let Some(tables) = answers.tables.found() {
        assert_eq!(tables.len(), 1, "what is there for the engine's sake is left out: {tables:#?}");
    }
    runner.close().await;
    let report = |json: &[&str]| {
        run(migration(&std::env::temp_dir()).args(["report", "--database-url", database.url()]).args(json))
    };
    let text = report(&[]);
    assert_eq!(text.code, 0, "{text:#?}");
    for title in
        ["database: ", "hypertables", "continuous aggregates", "jobs", "tables", "sequences", "blocked sessions"]
    {
        assert!(text.stdout.lines().any(|line| line.starts_with(title)), "{title} in {}", text.stdout);
    }
    let first = text.stdout.lines().next().unwrap();
    let expected = if database.backend() == Backend::Timescale { "needs attention" } else { "nothing needs attention" };
    assert_eq!(first, expected, "{}", text.stdout);
    let json = report(&["--json"]);
    assert_eq!((json.code, faults(&json.stdout)), (0, vec![]), "{}", json.stdout);
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(document["result"]["kind"], "inspection");
    assert_eq!(document["result"]["storage"]["answer"], "given");
}

#[test]
fn every_result_of_maintain_is_as_the_schema_says() {
    use TaskOutcome::{Done, Failed, LeftToJob, Nothing, Planned, Skipped};
    let task = |outcome: TaskOutcome| Task {
        task: "refresh of readings_hourly".to_owned(),
        revision: "m1".to_owned(),
        outcome,
        detail: "so".to_owned(),
        rows: Some(1),
        took_ms: 2,
        error: (outcome == Failed).then(|| "no".to_owned()),
    };
    let tasks = [Done, Nothing, LeftToJob, Skipped, Planned, Failed].map(task).into();
    let result = Report::Maintenance(Maintenance { dry_run: false, at_work: None, tasks });
    let output = Output { command: "maintain", database: None, exit_code: 1, result: Some(result), error: None };
    let mut document = serde_json::to_value(&output).unwrap();
    assert_eq!(faults(&document.to_string()), Vec::<String>::new());
    document["result"]["tasks"][0]["outcome"] = "unheard of".into();
    assert_ne!(faults(&document.to_string()), Vec::<String>::new());
}

#[tokio::test]
async fn maintain_on_the_command_line() {
    let database = TestDatabase::create(Backend::Sqlite).await.up(None).await;
    let maintain = |json: &[&str]| {
        run(migration(&std::env::temp_dir()).args(["maintain", "--database-url", database.url()]).args(json))
    };
    let text = maintain(&[]);
    assert_eq!((text.code, text.stdout.as_str()), (0, "the applied revisions declare no maintenance\n"), "{text:#?}");
    let json = maintain(&["--json", "--dry-run"]);
    assert_eq!((json.code, faults(&json.stdout)), (0, vec![]), "{json:#?}");
}
