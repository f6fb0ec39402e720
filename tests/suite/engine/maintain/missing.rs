//! Ranges of continuous aggregates that their jobs do not look back to: found, told, and refreshed by `maintain`.
//!
//! Nobody runs the jobs here, although a scheduler seems to; what they would do, the tests call.

use chrono::{DateTime, TimeDelta, Utc};
use migration_engine::{
    Runner,
    operate::{
        self,
        maintain::{TaskOutcome, maintain},
    },
};
use migration_timescale::{
    ContinuousAggregate, Interval,
    inspect::{self, Answer, MissingRange},
};
use sea_orm::DatabaseConnection;
use tests::{Backend, TestDatabase, fixtures::execute, rows_as_text, scalar};

use super::{
    pretend_to_be_the_scheduler,
    project::{self, Declares, insert, insert_history},
    stored_rows, task,
};

const HOURLY: &str = "readings_hourly";
const DAILY: &str = "readings_daily";
/// What the aggregates have to say of the readings.
const HOURS: &str = "SELECT ROW(time_bucket('1 hour', taken_at), sensor_id, max(value), count(*))::text FROM readings \
     GROUP BY time_bucket('1 hour', taken_at), sensor_id ORDER BY time_bucket('1 hour', taken_at), sensor_id";
const DAYS: &str = "SELECT ROW(time_bucket('1 day', taken_at), sensor_id, max(value), count(*))::text FROM readings \
     GROUP BY time_bucket('1 day', taken_at), sensor_id ORDER BY time_bucket('1 day', taken_at), sensor_id";

async fn prepared(database: &TestDatabase, days: i64) -> Runner {
    database.up_of("readings_All", || project::project(Declares::All), None).await;
    let runner = database.runner_of(project::project(Declares::All)).await;
    insert_history(runner.connection(), days).await;
    if !database.has_one_session() {
        pretend_to_be_the_scheduler(runner.connection()).await;
    }
    runner
}

async fn refresh_all(db: &DatabaseConnection) {
    for aggregate in [HOURLY, DAILY] {
        execute(db, &format!("CALL refresh_continuous_aggregate('{aggregate}', NULL, NULL)")).await;
    }
}

/// What the refresh job of an aggregate does in a run.
async fn run_job(db: &DatabaseConnection, aggregate: &str) {
    let job =
        "SELECT job_id::text FROM timescaledb_information.jobs WHERE proc_name = 'policy_refresh_continuous_aggregate'";
    let job = scalar(db, &format!("{job} AND hypertable_name = '{aggregate}'")).await.expect("a job");
    execute(db, &format!("CALL run_job({job})")).await;
}

async fn missing(runner: &Runner, aggregate: &str) -> Vec<MissingRange> {
    let answer = inspect::continuous_aggregates(runner.connection(), runner.server()).await.unwrap();
    let state = answer.found().unwrap().iter().find(|one| one.name == aggregate).unwrap();
    state.missing.found().unwrap_or_else(|| panic!("{:?}", state.missing)).clone()
}

/// What readers see of an aggregate.
async fn seen(db: &DatabaseConnection, aggregate: &str) -> Vec<String> {
    let rows =
        format!("SELECT ROW(bucket, sensor_id, max_value, readings)::text FROM {aggregate} ORDER BY bucket, sensor_id");
    rows_as_text(db, &rows).await
}

async fn assert_readers_see_everything(db: &DatabaseConnection) {
    assert_eq!(seen(db, HOURLY).await, rows_as_text(db, HOURS).await);
    assert_eq!(seen(db, DAILY).await, rows_as_text(db, DAYS).await);
}

fn buckets(aggregate: &ContinuousAggregate, from: DateTime<Utc>, to: DateTime<Utc>) -> MissingRange {
    let width = aggregate.width();
    MissingRange { from: width.bucket_of(from), to: width.after(width.bucket_of(to)) }
}

/// `maintain` refreshes what is missing of both, and has nothing more to do then.
async fn assert_mended(runner: &Runner) {
    let db = runner.connection();
    let done = maintain(runner, false).await.unwrap();
    assert_eq!(done.error(), None);
    let hourly = task(&done, "refresh of readings_hourly");
    assert_eq!(hourly.outcome, TaskOutcome::Done, "{done:#?}");
    assert!(hourly.detail.contains("of which rows were missing, refreshed in "), "{done:#?}");
    assert_eq!(hourly.detail.starts_with("job "), !runner.server().is_web_assembly(), "{done:#?}");
    assert_eq!((missing(runner, HOURLY).await, missing(runner, DAILY).await), (vec![], vec![]));
    assert_readers_see_everything(db).await;
    let again = maintain(runner, false).await.unwrap();
    assert!(again.tasks.iter().all(|task| !task.detail.contains("missing")), "{again:#?}");
    assert!(!attention(runner).await.contains("lacks rows"), "{}", attention(runner).await);
}

/// What a person is told.
async fn attention(runner: &Runner) -> String {
    let told = operate::inspect::inspect(runner).await.unwrap().attention;
    told.iter().map(|one| format!("{}: {}; {}", one.about, one.finding, one.remedy)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn rows_that_came_in_late_are_found_and_seen_again() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = prepared(&database, 30).await;
    let db = runner.connection();
    refresh_all(db).await;
    assert_eq!((missing(&runner, HOURLY).await, missing(&runner, DAILY).await), (vec![], vec![]));
    let late = Interval::hours(1).bucket_of(Utc::now() - TimeDelta::days(20)) + TimeDelta::minutes(7);
    insert(db, late, 100).await;
    let expected = buckets(&project::hourly(), late, late + TimeDelta::minutes(99 * 30));
    assert_eq!(missing(&runner, HOURLY).await, [expected], "logged for the table");
    run_job(db, HOURLY).await;
    run_job(db, DAILY).await;
    assert_eq!(missing(&runner, HOURLY).await, [expected], "logged for the aggregate");
    assert_ne!(seen(db, HOURLY).await, rows_as_text(db, HOURS).await, "the job does not look back so far");

    let told = attention(&runner).await;
    let line = told.lines().find(|line| line.starts_with("readings_hourly: ")).expect(&told);
    let from = expected.from.format("%Y-%m-%d %H:%M");
    assert!(line.contains(&format!("lacks rows of readings from {from} to ")), "{line}");
    let call = format!("CALL refresh_continuous_aggregate('readings_hourly', '{}'", expected.from.format("%F %T+00"));
    assert!(line.contains("migration maintain") && line.contains(&call), "{line}");
    let planned = maintain(&runner, true).await.unwrap();
    let planned = task(&planned, "refresh of readings_hourly");
    assert_eq!(planned.outcome, TaskOutcome::Planned);
    assert!(planned.detail.contains(&format!("would refresh {from} to ")), "{planned:#?}");
    assert_mended(&runner).await;
}

#[tokio::test]
async fn a_jump_of_the_watermark_is_found_and_filled() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = prepared(&database, 30).await;
    let db = runner.connection();
    assert_eq!(missing(&runner, HOURLY).await, [], "readers still look at the table");
    run_job(db, HOURLY).await;
    let found = missing(&runner, HOURLY).await;
    let [range] = found.as_slice() else { panic!("{found:?}") };
    let first = scalar(db, "SELECT extract(epoch FROM min(taken_at))::bigint::text FROM readings").await.unwrap();
    let width = project::hourly().width();
    assert_eq!(range.from.timestamp(), first.parse::<i64>().unwrap());
    let window = width.next_bucket_of(Utc::now() - TimeDelta::hours(5));
    assert!((window - range.to).abs() <= TimeDelta::hours(1), "{range:?}");
    assert_ne!(seen(db, HOURLY).await, rows_as_text(db, HOURS).await);
    assert_mended(&runner).await;
    // The same with days, over hours that are all there.
    run_job(db, DAILY).await;
    let found = missing(&runner, DAILY).await;
    assert_eq!(found.len(), usize::from(!runner.server().is_web_assembly()), "{found:?}");
    maintain(&runner, false).await.unwrap();
    assert_eq!(missing(&runner, DAILY).await, []);
    assert_readers_see_everything(db).await;
}

#[tokio::test]
async fn what_was_dropped_is_not_refreshed() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = prepared(&database, 30).await;
    let db = runner.connection();
    refresh_all(db).await;
    let (hours, days) = (seen(db, HOURLY).await, seen(db, DAILY).await);
    execute(db, "SELECT drop_chunks('readings', older_than => now() - INTERVAL '14 days')").await;
    for when in ["right after", "after runs of the jobs"] {
        assert_eq!((missing(&runner, HOURLY).await, missing(&runner, DAILY).await), (vec![], vec![]), "{when}");
        run_job(db, HOURLY).await;
        run_job(db, DAILY).await;
    }
    // Late rows beside it are mended, and it stays.
    let late = Interval::hours(1).bucket_of(Utc::now() - TimeDelta::days(5)) + TimeDelta::minutes(7);
    insert(db, late, 2).await;
    run_job(db, HOURLY).await;
    assert_eq!(missing(&runner, HOURLY).await, [buckets(&project::hourly(), late, late + TimeDelta::minutes(30))]);
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(task(&done, "refresh of readings_hourly").outcome, TaskOutcome::Done, "{done:#?}");
    assert_eq!(missing(&runner, HOURLY).await, []);
    let kept = |rows: &[String]| rows[..rows.len() / 4].to_vec();
    assert_eq!((kept(&seen(db, HOURLY).await), kept(&seen(db, DAILY).await)), (kept(&hours), kept(&days)));
    let buckets = seen(db, HOURLY).await;
    assert!(buckets.len() >= hours.len() && hours.iter().filter(|row| !buckets.contains(row)).count() <= 4);
}

#[tokio::test]
async fn late_rows_in_what_retention_dropped_change_nothing() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = prepared(&database, 90).await;
    let db = runner.connection();
    refresh_all(db).await;
    let stored = stored_rows(&runner, HOURLY).await;
    execute(db, "SELECT drop_chunks('readings', older_than => now() - INTERVAL '60 days')").await;
    // The chunk is made anew for them, and holds nothing else.
    let late = Interval::hours(1).bucket_of(Utc::now() - TimeDelta::days(80)) + TimeDelta::minutes(7);
    insert(db, late, 1).await;
    insert(db, late + TimeDelta::hours(9), 1).await;
    run_job(db, HOURLY).await;
    assert_eq!(missing(&runner, HOURLY).await, []);
    maintain(&runner, false).await.unwrap();
    assert_eq!(stored_rows(&runner, HOURLY).await, stored);
    // The same where this command carries out the retention.
    execute(db, "SELECT remove_retention_policy('readings')").await;
    insert(db, late + TimeDelta::minutes(1), 1).await;
    assert_ne!(missing(&runner, HOURLY).await, [], "nobody told of the retention");
    let done = maintain(&runner, false).await.unwrap();
    assert_eq!(stored_rows(&runner, HOURLY).await, stored, "{done:#?}");
    assert_eq!(task(&done, "retention of readings").outcome, TaskOutcome::Done, "{done:#?}");
}

#[tokio::test]
async fn retention_waits_for_rows_that_are_missing() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = prepared(&database, 90).await;
    let db = runner.connection();
    run_job(db, HOURLY).await;
    execute(db, "SELECT remove_retention_policy('readings')").await;
    // Nobody refreshes it: only the retention is declared.
    runner.close().await;
    let runner = database.runner_of(project::project(Declares::OnlyRetention)).await;
    let db = runner.connection();
    let before = rows_as_text(db, HOURS).await;
    let done = maintain(&runner, false).await.unwrap();
    let retention = task(&done, "retention of readings");
    assert_eq!(retention.outcome, TaskOutcome::Nothing, "{done:#?}");
    assert!(retention.detail.contains("wait for readings_hourly to summarise them"), "{done:#?}");
    assert_eq!(rows_as_text(db, HOURS).await, before);
}

#[tokio::test]
async fn who_may_not_read_is_told_so() {
    let database = TestDatabase::create(Backend::Timescale).await.as_administrator();
    let runner = prepared(&database, 2).await;
    let db = runner.connection();
    refresh_all(db).await;
    let late = Utc::now() - TimeDelta::days(1);
    insert(db, late, 1).await;
    let role = format!("reader_of_{}", scalar(db, "SELECT current_database()").await.unwrap());
    execute(
        db,
        &format!("CREATE ROLE {role}; GRANT SELECT ON readings_hourly, readings_daily TO {role}; SET ROLE {role}"),
    )
    .await;
    let states = inspect::continuous_aggregates(db, runner.server()).await.unwrap();
    let [daily, hourly] = states.found().unwrap().as_slice() else { panic!("{states:?}") };
    let Answer::Unavailable { why } = &hourly.missing else { panic!("{hourly:?}") };
    assert!(why.starts_with("this needs the right to read public.readings"), "{why}");
    assert_eq!(daily.missing.found(), Some(&vec![]), "made of what they may read");
    execute(db, &format!("RESET ROLE; GRANT SELECT ON readings TO {role}; SET ROLE {role}")).await;
    assert_eq!(missing(&runner, HOURLY).await, [buckets(&project::hourly(), late, late)]);
    execute(db, &format!("RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}")).await;
}
