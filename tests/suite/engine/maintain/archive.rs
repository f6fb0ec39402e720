//! `maintain` moves old rows to their archive: a row is in one of the two tables, whatever happens.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use migration_engine::{
    Project, Runner, Target,
    operate::maintain::{TaskOutcome, maintain},
    session::{Patience, connect},
};
use migration_timescale::{ArchivePolicy, Columnstore, Hypertable, Interval, TimescaleManager, moment_sql};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    inline::{self, Inline},
    on_every_backend, rows_as_text,
    wire::{Fault, Means, Moment, Proxy},
};

use super::task;
use crate::engine::killed::settle;

on_every_backend!(
    old_rows_move_and_new_ones_stay,
    rows_that_come_late_move_too,
    a_dry_run_moves_nothing,
    down_brings_every_row_back,
    what_is_there_is_what_the_revisions_make,
);
on_every_backend!(needs: several_sessions; rows_that_come_meanwhile_are_not_lost);
on_every_backend!(only: [timescaledb], "only TimescaleDB has jobs"; the_job_moves_them);

const TABLES: [&str; 2] = ["snapshots", "snapshots_archive"];

fn policy() -> ArchivePolicy {
    ArchivePolicy::of_table("snapshots", "taken_at", Interval::days(60), "snapshots_archive")
        .key(&["id", "taken_at"])
        .columns(&["id", "taken_at", "machine", "state"])
}

fn project() -> Project {
    let revision = Inline::new("m20260101_000000_create_snapshots", "", "")
        .up_by(|manager| Box::pin(create(manager)))
        .down_by(|manager| Box::pin(bring_back(manager)))
        .back("DROP TABLE snapshots")
        .maintains(vec![policy().into()]);
    inline::project(&[revision])
}

async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let moment = match manager.get_database_backend() {
        DbBackend::MySql => "datetime(6)",
        DbBackend::Sqlite => "text",
        _ => "timestamptz",
    };
    for table in TABLES {
        let sql = format!(
            "CREATE TABLE {table} (id integer NOT NULL, taken_at {moment} NOT NULL, machine varchar(20) NOT NULL, \
             state text, PRIMARY KEY (id, taken_at))"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
        let index = format!("CREATE INDEX {table}_taken_at_idx ON {table} (taken_at)");
        manager.get_connection().execute_unprepared(&index).await?;
        manager.create_hypertable(&Hypertable::by_range(table, "taken_at").chunk_interval("7 days")).await?;
        let columnstore = Columnstore::on(table).segment_by("machine").order_by("taken_at DESC, id");
        manager.enable_columnstore(&columnstore).await?;
    }
    manager.add_archive_policy(&policy()).await.map(drop)
}

async fn bring_back(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.remove_archive_policy(&policy()).await?;
    let db = manager.get_connection();
    db.execute_unprepared(&policy().bring_back_sql(manager.get_database_backend())).await?;
    db.execute_unprepared("DROP TABLE snapshots_archive").await.map(drop)
}

/// A database with the revision, whose job does nothing by itself: `maintain` has to do it on every server.
async fn prepared(database: &TestDatabase) -> Runner {
    database.up_of("archived_snapshots", project, None).await;
    let runner = database.runner_of(project()).await;
    without_job(&runner).await;
    runner
}

async fn without_job(runner: &Runner) {
    if runner.server().has_jobs() {
        let sql =
            "DO $$ BEGIN PERFORM delete_job(job_id) FROM timescaledb_information.jobs WHERE job_id >= 1000; END $$";
        execute(runner.connection(), sql).await;
    }
}

/// A row every four hours from so many days ago, with numbers from `first` on. Gives how many.
async fn insert(db: &DatabaseConnection, days: u32, rows: u32, first: u32) -> u32 {
    let backend = db.get_database_backend();
    let from: DateTime<Utc> = Utc::now() - TimeDelta::days(days.into()) + TimeDelta::hours(2);
    let row = |number: u32| {
        let at = moment_sql(backend, from + TimeDelta::hours((4 * number).into()));
        format!("({}, {at}, 'm{}', 'it''s {number}')", first + number, number % 3)
    };
    let all: Vec<String> = (0..rows).map(row).collect();
    let insert = format!("INSERT INTO snapshots (id, taken_at, machine, state) VALUES {}", all.join(", "));
    // Of two that wait for each other InnoDB rolls one back, maybe this one; a client then tries again.
    while let Err(error) = db.execute_unprepared(&insert).await {
        assert!(error.to_string().contains("1213 (40001)"), "{error}");
    }
    rows
}

/// Every row of both tables, at one moment: a server may be at work at a COMMIT whose connection is gone.
async fn all_rows(db: &DatabaseConnection) -> Vec<String> {
    let of = |table| format!("SELECT concat_ws('|', id, taken_at, machine, state) FROM {table}");
    let mut all = rows_as_text(db, &TABLES.map(of).join(" UNION ALL ")).await;
    all.sort();
    all
}

/// Rows of a table before (or after) the age, with a week around it that chunks decide about.
async fn old_and_new(db: &DatabaseConnection, table: &str) -> (i64, i64) {
    let backend = db.get_database_backend();
    let number = async |condition: String| {
        let sql = format!("SELECT CAST(count(*) AS CHAR(20)) FROM {table} WHERE {condition}");
        tests::scalar(db, &sql).await.map_or(0, |text| text.trim().parse::<i64>().expect(&text))
    };
    let before = moment_sql(backend, Utc::now() - TimeDelta::days(67));
    let after = moment_sql(backend, Utc::now() - TimeDelta::days(60));
    (number(format!("taken_at < {before}")).await, number(format!("taken_at >= {after}")).await)
}

async fn old_rows_move_and_new_ones_stay(database: TestDatabase) {
    let runner = prepared(&database).await;
    let db = runner.connection();
    let inserted = insert(db, 100, 600, 0).await;
    let before = all_rows(db).await;
    let done = maintain(&runner, false).await.unwrap();
    let archive = task(&done, "archive of snapshots");
    assert_eq!(archive.outcome, TaskOutcome::Done, "{done:#?}");
    assert!(archive.detail.contains("rows moved to snapshots_archive, before 20"), "{done:#?}");
    assert_eq!(all_rows(db).await, before);
    let moved = count(db, "snapshots_archive").await;
    assert_eq!(archive.rows, Some(moved.into()));
    assert_eq!(moved + count(db, "snapshots").await, inserted);
    assert_eq!(old_and_new(db, "snapshots").await, (0, 360), "what is old is gone");
    assert_eq!(old_and_new(db, "snapshots_archive").await.1, 0, "what is new has stayed");
    if runner.server().has_columnstore() {
        let sql = "SELECT count(*)::text FROM timescaledb_information.chunks \
                   WHERE hypertable_name = 'snapshots_archive' AND NOT is_compressed";
        assert_eq!(tests::scalar(db, sql).await.as_deref(), Some("0"), "the archive is compressed at once");
    }
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(task(&done, "archive of snapshots").outcome, TaskOutcome::Nothing, "{done:#?}");
}

async fn rows_that_come_late_move_too(database: TestDatabase) {
    let runner = prepared(&database).await;
    let db = runner.connection();
    insert(db, 100, 300, 0).await;
    maintain(&runner, false).await.unwrap();
    insert(db, 90, 3, 1000).await;
    let before = all_rows(db).await;
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(task(&done, "archive of snapshots").rows, Some(3), "{done:#?}");
    assert_eq!(all_rows(db).await, before);
    assert_eq!(old_and_new(db, "snapshots").await.0, 0);
}

async fn a_dry_run_moves_nothing(database: TestDatabase) {
    let runner = prepared(&database).await;
    let db = runner.connection();
    insert(db, 100, 300, 0).await;
    let done = maintain(&runner, true).await.unwrap();
    let archive = task(&done, "archive of snapshots");
    assert_eq!(archive.outcome, TaskOutcome::Planned, "{done:#?}");
    assert!(archive.detail.starts_with("would move to snapshots_archive what is before 20"), "{done:#?}");
    assert_eq!((count(db, "snapshots").await, count(db, "snapshots_archive").await), (300, 0));
}

async fn down_brings_every_row_back(database: TestDatabase) {
    let runner = prepared(&database).await;
    let db = runner.connection();
    let inserted = insert(db, 100, 300, 0).await;
    maintain(&runner, false).await.unwrap();
    let transaction = SchemaManager::new(db);
    bring_back(&transaction).await.unwrap();
    assert_eq!(count(db, "snapshots").await, inserted);
}

/// The function and the job are the same in a scratch database.
async fn what_is_there_is_what_the_revisions_make(database: TestDatabase) {
    database.up_of("archived_snapshots", project, None).await;
    let runner = database.runner_of(project()).await;
    let differences = migration_engine::schema::drift::drift(&runner).await.unwrap();
    assert!(differences.is_empty(), "{differences:#?}");
}

async fn the_job_moves_them(database: TestDatabase) {
    database.up_of("archived_snapshots", project, None).await;
    let db = database.connect().await;
    insert(&db, 100, 600, 0).await;
    let before = all_rows(&db).await;
    let job = "SELECT job_id::text FROM timescaledb_information.jobs WHERE proc_name = 'snapshots_archive_job'";
    let job = tests::scalar(&db, job).await.unwrap();
    // As its session does: with another search path.
    let path = tests::scalar(&db, "SHOW search_path").await.unwrap();
    execute(&db, "SET search_path = pg_catalog").await;
    let sql = format!(
        "CALL {}.run_job({job})",
        tests::scalar(&db, "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb'")
            .await
            .unwrap()
    );
    execute(&db, &sql).await;
    execute(&db, &format!("SELECT set_config('search_path', '{}', false)", path.replace('\'', "''"))).await;
    assert_eq!(all_rows(&db).await, before);
    assert_eq!(old_and_new(&db, "snapshots").await, (0, 360));
}

/// Somebody writes rows of all ages while they are moved.
async fn rows_that_come_meanwhile_are_not_lost(database: TestDatabase) {
    let runner = prepared(&database).await;
    insert(runner.connection(), 100, 300, 0).await;
    let writer = database.connect().await;
    let write = async {
        let mut written = 0;
        for round in 1..40 {
            written += insert(&writer, 99 - round % 30, 5, 1000 * round).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        written
    };
    let work = async {
        for _ in 0..6 {
            let done = maintain(&runner, false).await.unwrap();
            // What came in beside what was moved is left to the next run.
            let error = done.error().unwrap_or_default();
            assert!(error.is_empty() || error.contains("while those beside them were moved"), "{done:#?}");
        }
    };
    let (written, ()) = tokio::join!(write, work);
    let db = runner.connection();
    assert_eq!(count(db, "snapshots").await + count(db, "snapshots_archive").await, 300 + written);
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(done.error(), None, "{done:#?}");
    assert_eq!(count(db, "snapshots").await + count(db, "snapshots_archive").await, 300 + written);
    assert_eq!(old_and_new(db, "snapshots").await.0, 0);
}

/// Its connection is cut at every statement.
async fn cut_anywhere(backend: Backend) {
    let database = TestDatabase::create(backend).await;
    prepared(&database).await.close().await;
    let mut moving = 0;
    for statement in 1.. {
        let db = database.connect().await;
        for table in TABLES {
            execute(&db, &format!("DELETE FROM {table}")).await;
        }
        insert(&db, 100, 300, 0).await;
        let before = all_rows(&db).await;
        let moment = if statement % 2 == 0 { Moment::During } else { Moment::Before };
        let proxy = Proxy::start(database.url(), Some(Fault { statement, moment, means: Means::Cut })).await;
        let target = Target::parse(proxy.url(), "the test").unwrap();
        let connected = Runner::connect(project(), target, &connect::Settings::default(), Patience::default()).await;
        let met = match connected {
            Ok(runner) => {
                let done = maintain(&runner, false).await;
                runner.close().await;
                done.map_or(true, |done| done.error().is_some())
            }
            Err(_) => true,
        };
        let at = proxy.statements().get(statement - 1).cloned().unwrap_or_default();
        assert_eq!(all_rows(&db).await, before, "cut at {statement}: {at}");
        moving += usize::from(at.contains("snapshots_archive"));
        db.close().await.unwrap();
        settle(&database).await;
        let db = database.connect().await;
        let runner = database.runner_of(project()).await;
        let done = maintain(&runner, false).await.unwrap();
        runner.close().await;
        assert_eq!(done.error(), None, "after it was cut at {statement}: {at}: {done:#?}");
        assert_eq!(all_rows(&db).await, before, "after it was cut at {statement}: {at}");
        assert_eq!(old_and_new(&db, "snapshots").await.0, 0, "after it was cut at {statement}: {at}");
        db.close().await.unwrap();
        if !met && at.is_empty() {
            break;
        }
    }
    assert!(moving > 0, "it was cut while rows moved");
}

#[tokio::test]
async fn cut_anywhere_on_postgres() {
    Box::pin(cut_anywhere(Backend::Postgres)).await;
}

#[tokio::test]
async fn cut_anywhere_on_mariadb() {
    Box::pin(cut_anywhere(Backend::Mariadb)).await;
}

#[tokio::test]
#[ignore = "needs several sessions, and TimescaleDB in WebAssembly has one"]
async fn cut_anywhere_on_timescaledb() {
    Box::pin(cut_anywhere(Backend::Timescale)).await;
}
