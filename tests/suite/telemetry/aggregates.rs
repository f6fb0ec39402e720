//! Hours, days and weeks of readings: on every backend the same numbers as computed from the readings here.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use migration_engine::{Runner, revision::consent};
use migration_timescale::Interval;
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Statement};
use tests::{
    Backend, TestDatabase,
    fixtures::{count, execute},
    on_every_backend,
};

use super::{insert_readings, revision, seed, up_to};
use crate::rows::at;

on_every_backend!(
    they_hold_what_the_readings_say,
    averages_are_weighed,
    weeks_begin_on_monday,
    history_is_stored,
    a_clock_that_is_ahead_hides_nothing,
    hours_that_nothing_could_make_anew_are_not_dropped,
    a_second_run_changes_nothing,
);

const AGGREGATES: [(&str, Interval); 3] = [
    ("sensor_readings_summary_hourly", Interval::hours(1)),
    ("sensor_readings_summary_daily", Interval::days(1)),
    ("sensor_readings_summary_weekly", Interval::weeks(1)),
];

/// A row as a typed entity reads it.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
struct Summary {
    bucket: DateTime<Utc>,
    sensor_id: String,
    avg_value: f64,
    max_value: f64,
    min_value: f64,
    reading_count: i64,
}

#[derive(FromQueryResult)]
struct Reading {
    timestamp: DateTime<Utc>,
    sensor_id: String,
    value: f64,
}

async fn query<T: FromQueryResult>(db: &DatabaseConnection, sql: &str) -> Vec<T> {
    T::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await.unwrap()
}

async fn rows(db: &DatabaseConnection, aggregate: &str) -> Vec<Summary> {
    query(
        db,
        &format!(
            "SELECT bucket, sensor_id, avg_value, max_value, min_value, reading_count FROM {aggregate} \
             ORDER BY bucket, sensor_id"
        ),
    )
    .await
}

/// Computed here.
async fn expected(db: &DatabaseConnection, width: Interval) -> Vec<Summary> {
    let readings: Vec<Reading> = query(db, "SELECT timestamp, sensor_id, value FROM sensor_readings").await;
    let mut groups: BTreeMap<(DateTime<Utc>, String), Vec<f64>> = BTreeMap::new();
    for reading in readings {
        groups.entry((width.bucket_of(reading.timestamp), reading.sensor_id)).or_default().push(reading.value);
    }
    let summary = |((bucket, sensor_id), values): ((DateTime<Utc>, String), Vec<f64>)| Summary {
        bucket,
        sensor_id,
        avg_value: values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap()),
        max_value: values.iter().copied().fold(f64::MIN, f64::max),
        min_value: values.iter().copied().fold(f64::MAX, f64::min),
        reading_count: i64::try_from(values.len()).unwrap(),
    };
    let mut rows: Vec<Summary> = groups.into_iter().map(summary).collect();
    rows.sort_by(|a, b| (a.bucket, &a.sensor_id).cmp(&(b.bucket, &b.sensor_id)));
    rows
}

/// Sums in another order differ in the last digits, and nothing else may differ.
async fn are_right(db: &DatabaseConnection, when: &str) {
    for (aggregate, width) in AGGREGATES {
        let (found, expected) = (rows(db, aggregate).await, expected(db, width).await);
        assert_eq!(found.len(), expected.len(), "{aggregate}, {when}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found.avg_value - expected.avg_value).abs() <= 1e-12 * expected.avg_value.abs(), "{found:?}");
            let found = Summary { avg_value: expected.avg_value, ..found.clone() };
            assert_eq!(&found, expected, "{aggregate}, {when}");
        }
    }
}

/// Four weeks of readings, and all aggregates.
async fn summarised(database: &TestDatabase) -> Runner {
    let runner = up_to(database, revision::IDS).await;
    seed(&runner, 1..=2).await;
    runner.up(Some(2)).await.unwrap();
    runner
}

async fn they_hold_what_the_readings_say(database: TestDatabase) {
    let runner = summarised(&database).await;
    let db = runner.connection();
    are_right(db, "as stored").await;
    assert_eq!(rows(db, AGGREGATES[0].0).await.len(), 4 * 28 * 3, "three hours a day of four sensors");
    // Newer than what is stored.
    insert_now(db, database.backend()).await;
    are_right(db, "with what is new").await;
    // What comes late is stored when they are made anew.
    let late = [("05 07:00:00", "pump-1", 3.25), ("11 23:59:59", "pump-1", -4.5), ("12 00:00:00", "late", 0.0)];
    insert_readings(db, database.backend(), &late).await;
    runner.down(Some(2)).await.unwrap();
    assert_eq!(count(db, "sensor_readings WHERE sensor_id = 'late'").await, 1);
    runner.up(Some(2)).await.unwrap();
    are_right(db, "made anew").await;
}

async fn averages_are_weighed(database: TestDatabase) {
    let runner = up_to(&database, revision::STACKED).await;
    let db = runner.connection();
    // Three readings in one hour, one in another, one the day after: not (2 + 10) / 2, not ((2 + 10) / 2 + 6) / 2.
    let readings = [
        ("05 01:00:00", "a", 1.0),
        ("05 01:20:00", "a", 2.0),
        ("05 01:40:00", "a", 3.0),
        ("05 05:00:00", "a", 10.0),
        ("06 00:00:00", "a", 6.0),
    ];
    insert_readings(db, database.backend(), &readings).await;
    let (days, weeks) = (rows(db, AGGREGATES[1].0).await, rows(db, AGGREGATES[2].0).await);
    assert_eq!(days.iter().map(|day| day.avg_value).collect::<Vec<_>>(), [4.0, 6.0]);
    assert_eq!((weeks.len(), weeks[0].avg_value, weeks[0].reading_count), (1, 4.4, 5));
}

async fn weeks_begin_on_monday(database: TestDatabase) {
    let runner = summarised(&database).await;
    let db = runner.connection();
    let weeks = rows(db, AGGREGATES[2].0).await;
    assert!(
        weeks.iter().all(|week| week.bucket.weekday() == Weekday::Mon && week.bucket.num_seconds_from_midnight() == 0)
    );
    let mut mondays: Vec<String> = weeks.iter().map(|week| week.bucket.date_naive().to_string()).collect();
    mondays.dedup();
    assert_eq!(mondays, ["2025-12-29", "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]);
    // The last second of a Sunday and the first of a Monday, of a sensor of their own.
    let edges = [("11 23:59:59", "edge", 1.0), ("12 00:00:00", "edge", 2.0)];
    insert_readings(db, database.backend(), &edges).await;
    runner.down(Some(2)).await.unwrap();
    runner.up(Some(2)).await.unwrap();
    let edge = rows(db, AGGREGATES[2].0).await.into_iter().filter(|week| week.sensor_id == "edge");
    let edge: Vec<_> = edge.map(|week| (week.bucket.date_naive().to_string(), week.max_value)).collect();
    assert_eq!(edge, [("2026-01-05".to_owned(), 1.0), ("2026-01-12".to_owned(), 2.0)]);
}

/// What an aggregate has stored, without what it computes.
async fn stored(db: &DatabaseConnection, backend: Backend, aggregate: &str) -> u32 {
    if backend != Backend::Timescale {
        return count(db, &format!("{aggregate}_materialized")).await;
    }
    execute(db, &format!("ALTER MATERIALIZED VIEW {aggregate} SET (timescaledb.materialized_only = true)")).await;
    let stored = count(db, aggregate).await;
    execute(db, &format!("ALTER MATERIALIZED VIEW {aggregate} SET (timescaledb.materialized_only = false)")).await;
    stored
}

async fn history_is_stored(database: TestDatabase) {
    let backend = database.backend();
    let runner = up_to(&database, revision::IDS).await;
    let db = runner.connection();
    seed(&runner, 1..=2).await;
    insert_now(db, backend).await;
    runner.up(Some(2)).await.unwrap();
    for (aggregate, _) in AGGREGATES {
        let all = count(db, aggregate).await;
        assert_eq!(stored(db, backend, aggregate).await, all - 1, "{aggregate}: all but what is still being filled");
    }
}

/// A reading of this moment.
async fn insert_now(db: &DatabaseConnection, backend: Backend) {
    let format = if backend == Backend::Sqlite { "'%Y-%m-%dT%H:%M:%S+00:00'" } else { "'%Y-%m-%d %H:%M:%S'" };
    let now = Utc::now().format(format);
    execute(db, &format!("INSERT INTO sensor_readings (timestamp, sensor_id, value) VALUES ({now}, 'now', 1)")).await;
}

async fn a_clock_that_is_ahead_hides_nothing(database: TestDatabase) {
    let backend = database.backend();
    let runner = up_to(&database, revision::IDS).await;
    let db = runner.connection();
    insert_readings(db, backend, &[("05 12:00:00", "a", 1.0)]).await;
    let ahead = at(backend, "05 12:00:00").replace("2026", "2199");
    execute(db, &format!("INSERT INTO sensor_readings (timestamp, sensor_id, value) VALUES ({ahead}, 'ahead', 1)"))
        .await;
    runner.up(Some(2)).await.unwrap();
    insert_now(db, backend).await;
    are_right(db, "with a reading of the future").await;
}

async fn hours_that_nothing_could_make_anew_are_not_dropped(database: TestDatabase) {
    let backend = database.backend();
    let runner = up_to(&database, revision::IDS).await;
    let db = runner.connection();
    seed(&runner, 1..=1).await;
    runner.up(Some(1)).await.unwrap();
    let before = rows(db, AGGREGATES[0].0).await;
    // As retention does it.
    if backend == Backend::Timescale {
        execute(db, "SELECT drop_chunks('sensor_readings', older_than => '2026-01-15'::timestamptz)").await;
    } else {
        execute(db, &format!("DELETE FROM sensor_readings WHERE timestamp < {}", at(backend, "15 00:00:00"))).await;
    }
    let refused = runner.down(Some(1)).await.unwrap_err();
    let source = std::error::Error::source(&refused).map(ToString::to_string).unwrap_or_default();
    assert!(format!("{refused} {source}").contains("sensor_readings_summary_hourly"), "{refused} {source}");
    assert_eq!(rows(db, AGGREGATES[0].0).await, before, "nothing happened");
    consent::with_consent(true, runner.down(Some(1))).await.unwrap();
    assert!(db.execute_unprepared(&format!("SELECT 1 FROM {}", AGGREGATES[0].0)).await.is_err());
}

async fn a_second_run_changes_nothing(database: TestDatabase) {
    use migration::areas::telemetry::Migrator;
    use sea_orm_migration::{MigratorTrait, SchemaManager};

    let runner = summarised(&database).await;
    let db = runner.connection();
    let before = tests::catalog(&runner).await;
    for position in [revision::HOURLY, revision::STACKED] {
        Migrator::migrations()[position as usize - 1].up(&SchemaManager::new(db)).await.unwrap();
    }
    assert_eq!(tests::catalog(&runner).await.diff(&before), []);
    are_right(db, "said twice").await;
}
