//! Readings go after 180 days, not at once, and their hours stay.

use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    scalar,
};

use super::{revision, seed, up_to};

const JOB: &str =
    "FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention' AND hypertable_name = 'sensor_readings'";

#[tokio::test]
async fn there_is_a_day_to_take_it_back() {
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = up_to(&database, revision::RETENTION).await;
    let soon = "next_start BETWEEN now() + interval '23 hours' AND now() + interval '25 hours' AND scheduled";
    let sql = format!("SELECT (bool_and({soon}) AND count(*) = 1)::text {JOB}");
    assert_eq!(scalar(runner.connection(), &sql).await.as_deref(), Some("true"));
}

#[tokio::test]
async fn hours_days_and_weeks_outlive_their_readings() {
    const AGGREGATES: [&str; 3] = ["hourly", "daily", "weekly"];
    let database = TestDatabase::create(Backend::Timescale).await;
    let runner = up_to(&database, revision::IDS).await;
    let db = runner.connection();
    seed(&runner, 1..=2).await;
    runner.up(None).await.unwrap();
    // Now, beside January: the policies refresh what is recent.
    execute(db, "INSERT INTO sensor_readings (timestamp, sensor_id, value) SELECT now() - n * interval '1 hour', 'a', n FROM generate_series(1, 2) n").await;
    let job = scalar(db, &format!("SELECT job_id::text {JOB}")).await.unwrap();
    let sums = "SELECT string_agg(x, ' ') FROM (SELECT concat(count(*), ' ', sum(reading_count), ' ', sum(max_value)) x FROM sensor_readings_summary_hourly WHERE bucket < '2026-02-01' \
        UNION ALL SELECT concat(count(*), ' ', sum(reading_count), ' ', sum(max_value)) FROM sensor_readings_summary_daily WHERE bucket < '2026-02-01' \
        UNION ALL SELECT concat(count(*), ' ', sum(reading_count), ' ', sum(max_value)) FROM sensor_readings_summary_weekly WHERE bucket < '2026-02-01') y";
    let before = scalar(db, sums).await;
    execute(db, &format!("CALL run_job({job})")).await;
    assert_eq!(count(db, "sensor_readings").await, 2, "January is gone");
    for aggregate in AGGREGATES {
        let of = format!(
            "FROM timescaledb_information.jobs j JOIN timescaledb_information.continuous_aggregates g \
             ON g.materialization_hypertable_name = j.hypertable_name OR g.view_name = j.hypertable_name \
             WHERE g.view_name = 'sensor_readings_summary_{aggregate}' AND j.proc_name LIKE 'policy_refresh%'"
        );
        let job = scalar(db, &format!("SELECT max(job_id)::text {of}")).await.unwrap();
        execute(db, &format!("CALL run_job({job})")).await;
    }
    assert_eq!(scalar(db, sums).await, before, "and its hours, days and weeks are not");
    assert_eq!(count(db, "sensor_readings_summary_hourly WHERE sensor_id = 'a'").await, 2);
}
