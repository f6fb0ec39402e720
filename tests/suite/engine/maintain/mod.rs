//! `maintain` does what policies would, where nobody else does: nothing is lost, twice is once, killed it goes on.

mod archive;
mod archive_killed;
mod company;
mod cut;
mod killed;
mod missing;
mod pace;
pub mod project;

use std::{sync::Arc, time::Duration};

use chrono::{TimeDelta, Utc};
use migration_engine::{
    Runner, Target,
    operate::maintain::{Maintained, Task, TaskOutcome, maintain},
    revision::Event,
    session::{
        Patience, connect,
        lock::{self, Purpose},
    },
};
use migration_timescale::moment_sql;
use sea_orm::DatabaseConnection;
use tests::{Backend, TestDatabase, fixtures::execute, on_every_backend, scalar};
use tokio::sync::Notify;

use project::{Declares, KEPT, REVISION, insert, insert_history};

on_every_backend!(
    refreshes_and_then_deletes_what_is_summarised,
    a_second_run_changes_nothing,
    a_run_that_was_killed_is_continued,
    late_rows_are_seen_within_the_window,
    keeps_everything_while_nothing_is_summarised,
    the_last_bucket_of_a_silent_sensor_stays,
    says_what_it_would_do_and_changes_nothing,
    an_aggregate_that_is_gone_is_left_out,
    nothing_is_declared_by_revisions_that_are_not_applied,
);
on_every_backend!(
    only: [sqlite, postgres, mariadb],
    "what a continuous aggregate stores takes no triggers, and of its chunks a part is never dropped";
    keeps_what_a_failed_refresh_has_not_summarised
);
on_every_backend!(needs: several_sessions; two_do_not_meet);

/// A database with the revision applied, whose jobs are deleted: `maintain` has to do it on every server.
async fn prepared(database: &TestDatabase, declares: Declares) -> Runner {
    database.up_of(&format!("readings_{declares:?}"), || project::project(declares), None).await;
    let runner = database.runner_of(project::project(declares)).await;
    if runner.server().has_jobs() {
        execute(
            runner.connection(),
            "DO $$ BEGIN PERFORM delete_job(job_id) FROM timescaledb_information.jobs WHERE job_id >= 1000; END $$",
        )
        .await;
    }
    runner
}

fn task<'m>(done: &'m Maintained, name: &str) -> &'m Task {
    done.tasks.iter().find(|task| task.task == name).unwrap_or_else(|| panic!("{name} in {done:#?}"))
}

fn outcomes(done: &Maintained) -> Vec<(&str, TaskOutcome)> {
    done.tasks.iter().map(|task| (task.task.as_str(), task.outcome)).collect()
}

/// All readings that the summary knows of.
async fn summarised(db: &DatabaseConnection, aggregate: &str) -> i64 {
    number(db, &format!("SELECT CAST(sum(readings) AS CHAR(20)) FROM {aggregate}")).await
}

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    scalar(db, sql).await.map_or(0, |text| text.trim().parse().expect(&text))
}

async fn readings(db: &DatabaseConnection, condition: &str) -> i64 {
    number(db, &format!("SELECT CAST(count(*) AS CHAR(20)) FROM readings WHERE {condition}")).await
}

fn older_than(db: &DatabaseConnection, age: TimeDelta) -> String {
    format!("taken_at < {}", moment_sql(db.get_database_backend(), Utc::now() - age))
}

/// Rows of what is stored of the aggregate.
async fn stored_rows(runner: &Runner, aggregate: &str) -> i64 {
    let db = runner.connection();
    let stored = if runner.server().has_continuous_aggregates() {
        let sql = format!(
            "SELECT format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) \
             FROM timescaledb_information.continuous_aggregates WHERE view_name = '{aggregate}'"
        );
        scalar(db, &sql).await.unwrap()
    } else {
        format!("{aggregate}_materialized")
    };
    number(db, &format!("SELECT CAST(count(*) AS CHAR(20)) FROM {stored}")).await
}

async fn refreshes_and_then_deletes_what_is_summarised(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    let inserted = insert_history(db, 90).await;
    assert_eq!(stored_rows(&runner, "readings_hourly").await, 0);
    let old = readings(db, &older_than(db, KEPT)).await;
    assert!(old > 0);

    let done = maintain(&runner, false).await.unwrap();
    let expected = ["refresh of readings_hourly", "refresh of readings_daily", "retention of readings"];
    assert_eq!(outcomes(&done), expected.map(|name| (name, TaskOutcome::Done)), "{done:#?}");
    assert!(done.error().is_none() && done.tasks.iter().all(|task| task.revision == REVISION));

    // Hours of two sensors, up to half an hour ago.
    let stored = stored_rows(&runner, "readings_hourly").await;
    assert!((90 * 48 - 2..=90 * 48).contains(&stored), "{stored}");
    let daily = stored_rows(&runner, "readings_daily").await;
    assert!((89 * 2..=91 * 2).contains(&daily), "{daily}");
    for aggregate in ["readings_hourly", "readings_daily"] {
        assert_eq!(summarised(db, aggregate).await, inserted, "{aggregate} lost nothing");
    }
    // TimescaleDB drops whole chunks, which are a week long here; elsewhere whole hours go.
    let slack = if runner.server().has_hypertables() { TimeDelta::days(7) } else { TimeDelta::hours(1) };
    assert_eq!(readings(db, &older_than(db, KEPT + slack)).await, 0);
    assert!(readings(db, "1 = 1").await >= inserted - old, "younger ones stay");
    if !runner.server().has_hypertables() {
        let rows = |name| i64::try_from(task(&done, name).rows.unwrap()).unwrap();
        assert_eq!(rows("refresh of readings_hourly"), stored);
        assert!((old - 4..=old + 4).contains(&rows("retention of readings")), "{done:#?}");
        assert_eq!(readings(db, "1 = 1").await, inserted - rows("retention of readings"));
    }
}

async fn a_second_run_changes_nothing(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    let inserted = insert_history(db, 70).await;
    maintain(&runner, false).await.unwrap();
    let stored = stored_rows(&runner, "readings_hourly").await;
    let left = readings(db, "1 = 1").await;

    let again = maintain(&runner, false).await.unwrap();
    assert_eq!(again.error(), None);
    assert_eq!(task(&again, "retention of readings").outcome, TaskOutcome::Nothing, "{again:#?}");
    // Only the window of the policy, not the whole history.
    let written = task(&again, "refresh of readings_hourly").rows.unwrap_or(0);
    assert!(written <= 10, "{again:#?}");
    let grown = stored_rows(&runner, "readings_hourly").await - stored;
    assert!((0..=2).contains(&grown), "an hour may have ended: {grown}");
    assert_eq!((readings(db, "1 = 1").await, summarised(db, "readings_hourly").await), (left, inserted));
}

async fn a_run_that_was_killed_is_continued(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let inserted = insert_history(runner.connection(), 90).await;
    runner.close().await;

    // Killed after the first step: the connection goes, and with it locks and transaction.
    let first_step = Arc::new(Notify::new());
    let notify = Arc::clone(&first_step);
    let runner = database.runner_of(project::project(Declares::All)).await.on_event(move |event| {
        if matches!(event, Event::Progress { .. }) {
            notify.notify_one();
        }
    });
    tokio::select! {
        biased;
        () = first_step.notified() => {}
        done = maintain(&runner, false) => panic!("it ended: {done:#?}"),
    }
    runner.close().await;

    let runner = database.runner_of(project::project(Declares::All)).await;
    let db = runner.connection();
    let stored = stored_rows(&runner, "readings_hourly").await;
    assert!((1..90 * 48 - 2).contains(&stored), "{stored} are stored, not all");
    assert_eq!(summarised(db, "readings_hourly").await, inserted, "readers see no gap");
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(done.error(), None, "{done:#?}");
    let written = task(&done, "refresh of readings_hourly").rows;
    assert!(written.is_none_or(|rows| i64::try_from(rows).unwrap() <= 90 * 48 - stored), "not from the beginning");
    assert_eq!(summarised(db, "readings_hourly").await, inserted);
    assert_eq!(summarised(db, "readings_daily").await, inserted);
}

async fn late_rows_are_seen_within_the_window(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    let inserted = insert_history(db, 3).await;
    maintain(&runner, false).await.unwrap();
    let late = insert(db, Utc::now() - TimeDelta::minutes(200), 1).await;
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(done.error(), None);
    assert_eq!(summarised(db, "readings_hourly").await, inserted + late);
    assert_eq!(summarised(db, "readings_daily").await, inserted + late);
}

/// Makes every refresh of the hourly aggregate fail, where it is a table.
async fn break_hourly(db: &DatabaseConnection, backend: Backend) {
    let body = match backend {
        Backend::Sqlite => "BEGIN SELECT RAISE(ABORT, 'out of order'); END",
        Backend::Mariadb => "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'out of order'",
        Backend::Postgres | Backend::Timescale => {
            execute(
                db,
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'out of order'; END $$",
            )
            .await;
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    };
    execute(db, &format!("CREATE TRIGGER broken BEFORE INSERT ON readings_hourly_materialized {body}")).await;
}

async fn keeps_what_a_failed_refresh_has_not_summarised(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    let old = insert(db, Utc::now() - TimeDelta::days(90), 48).await;
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(done.error(), None);
    assert_eq!(readings(db, "1 = 1").await, 0, "{old} were summarised");
    let unseen = insert(db, Utc::now() - TimeDelta::days(80), 48).await;
    break_hourly(db, database.backend()).await;

    let done = maintain(&runner, false).await.unwrap();
    let failed = task(&done, "refresh of readings_hourly");
    assert_eq!(failed.outcome, TaskOutcome::Failed, "{done:#?}");
    let error = done.error().unwrap();
    for words in ["refresh of readings_hourly failed", "goes on from there", "out of order"] {
        assert!(error.contains(words), "{words} in {error}");
    }
    // The others were done all the same, and none lost a row.
    let retention = task(&done, "retention of readings");
    assert!(retention.outcome == TaskOutcome::Nothing, "{done:#?}");
    assert!(retention.detail.contains("wait for readings_hourly to summarise them"), "{done:#?}");
    assert_eq!(task(&done, "refresh of readings_daily").outcome, TaskOutcome::Done, "{done:#?}");
    assert_eq!(readings(db, "1 = 1").await, unseen);
    assert_eq!(summarised(db, "readings_hourly").await, old + unseen);
}

async fn keeps_everything_while_nothing_is_summarised(database: TestDatabase) {
    let mut runner = prepared(&database, Declares::All).await;
    if runner.server().has_continuous_aggregates() {
        // Nobody refreshes it; that something depends on the rows is known from the database.
        runner.close().await;
        runner = database.runner_of(project::project(Declares::OnlyRetention)).await;
    } else {
        break_hourly(runner.connection(), database.backend()).await;
    }
    let db = runner.connection();
    let old = insert(db, Utc::now() - TimeDelta::days(90), 48).await;
    let done = maintain(&runner, false).await.unwrap();
    let retention = task(&done, "retention of readings");
    assert_eq!(retention.outcome, TaskOutcome::Skipped, "{done:#?}");
    assert!(retention.detail.contains("readings_hourly has not summarised anything yet"), "{done:#?}");
    assert_eq!(readings(db, "1 = 1").await, old);
}

async fn the_last_bucket_of_a_silent_sensor_stays(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    // All it ever said is older than the retention; every run refreshes what follows, and never what was dropped.
    let old = insert(db, Utc::now() - TimeDelta::days(90), 48).await;
    for run in 1..=3 {
        let done = maintain(&runner, false).await.unwrap();
        assert_eq!(done.error(), None, "{done:#?}");
        if runner.server().has_hypertables() {
            // The last chunk stays until later rows are summarised; somebody drops it.
            execute(db, "SELECT drop_chunks('readings', older_than => now())").await;
        }
        assert_eq!(readings(db, "1 = 1").await, 0, "run {run}");
        for aggregate in ["readings_hourly", "readings_daily"] {
            assert_eq!(summarised(db, aggregate).await, old, "{aggregate}, run {run}");
        }
    }
}

async fn says_what_it_would_do_and_changes_nothing(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    let inserted = insert_history(db, 90).await;
    let planned = maintain(&runner, true).await.unwrap();
    assert!(planned.dry_run);
    for refresh in ["refresh of readings_hourly", "refresh of readings_daily"] {
        let task = task(&planned, refresh);
        assert!(task.outcome == TaskOutcome::Planned && task.detail.starts_with("would refresh 20"), "{planned:#?}");
    }
    // As things are, nothing would go: the refresh has not been done.
    assert_eq!(task(&planned, "retention of readings").outcome, TaskOutcome::Skipped, "{planned:#?}");
    assert_eq!(readings(db, "1 = 1").await, inserted);
    assert_eq!(stored_rows(&runner, "readings_hourly").await, 0);
    maintain(&runner, false).await.unwrap();
    insert(db, Utc::now() - TimeDelta::days(90), 1).await;
    let planned = maintain(&runner, true).await.unwrap();
    let retention = task(&planned, "retention of readings");
    assert!(retention.detail.starts_with("would delete what is before 20"), "{planned:#?}");
}

async fn two_do_not_meet(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let inserted = insert_history(runner.connection(), 90).await;
    let other = database.runner_of(project::project(Declares::All)).await;
    let (db, table) = (other.connection(), other.project().bookkeeping_table());
    let wait = Duration::ZERO;
    let lock = lock::acquire(db, other.target(), Purpose::Maintenance, &table, wait, |_| {}).await.unwrap();

    let refused = maintain(&runner, false).await.unwrap();
    assert!(refused.at_work.is_some() && refused.tasks.is_empty(), "{refused:#?}");
    assert_eq!(readings(runner.connection(), "1 = 1").await, inserted);
    lock.release(db, Purpose::Maintenance, &table).await.unwrap();
    assert_eq!(maintain(&runner, false).await.unwrap().at_work, None);
}

async fn an_aggregate_that_is_gone_is_left_out(database: TestDatabase) {
    let runner = prepared(&database, Declares::All).await;
    let db = runner.connection();
    for aggregate in [project::daily(), project::hourly()] {
        for sql in aggregate.drop_sql(runner.server()) {
            execute(db, &sql).await;
        }
    }
    let old = insert(db, Utc::now() - TimeDelta::days(90), 48).await;
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(task(&done, "refresh of readings_hourly").outcome, TaskOutcome::Skipped, "{done:#?}");
    if runner.server().has_continuous_aggregates() {
        assert_eq!(readings(db, "1 = 1").await, 0, "{old} rows had nobody to wait for");
    }
}

async fn nothing_is_declared_by_revisions_that_are_not_applied(database: TestDatabase) {
    let runner = database.runner_of(project::project(Declares::All)).await;
    let done = maintain(&runner, false).await.unwrap();
    assert!(done.tasks.is_empty(), "{done:#?}");
}

/// The harness has stopped the scheduler. Its session is known by its name.
async fn pretend_to_be_the_scheduler(db: &DatabaseConnection) {
    execute(db, "SET application_name = 'TimescaleDB Background Worker Scheduler'").await;
}

#[tokio::test]
async fn jobs_that_nobody_starts_are_done() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = database.runner_of(project::project(Declares::All)).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    insert_history(db, 90).await;
    let done = maintain(&runner, false).await.unwrap();
    assert!(done.tasks.iter().all(|task| task.outcome == TaskOutcome::Done), "{done:#?}");
    // But not one that somebody has switched off.
    execute(
        db,
        "SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs \
         WHERE proc_name = 'policy_retention' AND hypertable_name = 'readings'",
    )
    .await;
    let done = maintain(&runner, false).await.unwrap();
    assert!(task(&done, "retention of readings").detail.contains("switched off"), "{done:#?}");
}

#[tokio::test]
#[ignore = "needs background jobs, and TimescaleDB in WebAssembly runs none"]
async fn what_a_job_does_is_left_to_it() {
    let database = TestDatabase::native(Backend::Timescale).await;
    let runner = database.runner_of(project::project(Declares::All)).await;
    runner.up(None).await.unwrap();
    let db = runner.connection();
    pretend_to_be_the_scheduler(db).await;
    let inserted = insert_history(db, 90).await;
    let done = maintain(&runner, false).await.unwrap();
    let job = |procedure: &str, on: &str| {
        format!(
            "SELECT job_id::text FROM timescaledb_information.jobs WHERE proc_name = '{procedure}' AND hypertable_name = '{on}'"
        )
    };
    let hourly = scalar(db, &job("policy_refresh_continuous_aggregate", "readings_hourly")).await.unwrap();
    let retention = scalar(db, &job("policy_retention", "readings")).await.unwrap();
    assert!(done.tasks.iter().all(|task| task.outcome == TaskOutcome::LeftToJob), "{done:#?}");
    assert_eq!(task(&done, "refresh of readings_hourly").detail, format!("job {hourly} does it"));
    assert_eq!(task(&done, "retention of readings").detail, format!("job {retention} does it"));
    assert_eq!(readings(db, "1 = 1").await, inserted);

    execute(db, &format!("SELECT alter_job({hourly}, scheduled => false); SELECT delete_job({retention})")).await;
    let done = maintain(&runner, false).await.unwrap();
    assert!(task(&done, "refresh of readings_hourly").detail.contains("switched off"), "{done:#?}");
    // Nothing is summarised yet, so nothing may go.
    assert_eq!(task(&done, "retention of readings").outcome, TaskOutcome::Skipped, "{done:#?}");
}

#[tokio::test]
async fn locks_of_others_are_waited_for_a_moment_at_a_time() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let runner = prepared(&database, Declares::All).await;
    insert_history(runner.connection(), 90).await;
    runner.close().await;
    let target = Target::parse(database.url(), "the test").unwrap();
    let patience = Patience { lock_timeout: Duration::from_millis(50), lock_retries: 1, ..Patience::default() };
    let settings = connect::Settings::default();
    let runner = Runner::connect(project::project(Declares::All), target, &settings, patience).await.unwrap();
    let other = database.connect().await;
    execute(&other, "BEGIN; LOCK TABLE readings_hourly_materialized IN EXCLUSIVE MODE").await;
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(task(&done, "refresh of readings_hourly").outcome, TaskOutcome::Failed, "{done:#?}");
    assert!(done.error().unwrap().contains("lock timeout"), "{done:#?}");
    execute(&other, "COMMIT").await;
    assert_eq!(maintain(&runner, false).await.unwrap().error(), None);
}
