//! How far continuous aggregates are.

use chrono::{TimeDelta, Utc};
use migration_engine::operate;
use migration_timescale::{
    Interval, Window,
    inspect::{self, AggregateState, TableKind},
};
use tests::{Backend, TestDatabase, fixtures::execute, on_every_backend};

use super::{found, inspect, number, readings, table};
use crate::engine::maintain::project::{self, Declares};

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
    assert!(ahead > TimeDelta::zero(), "{daily:?}");
    assert!((daily.lag_s.unwrap() - ahead.as_seconds_f64()).abs() < 0.001, "{daily:?} {hourly:?}");
    // What is stored of the aggregates is a table like others.
    assert_eq!(table(&asked, "hourly").kind, TableKind::ContinuousAggregate);
}

on_every_backend!(declared_aggregates_tell_how_far_they_are);

/// Where they are a table and a view, they are known from what the applied revisions declare.
async fn declared_aggregates_tell_how_far_they_are(database: TestDatabase) {
    let runner = database.runner_of(project::project(Declares::All)).await;
    runner.up(None).await.unwrap();
    let asked = operate::inspect::inspect(&runner).await.unwrap();
    let [first, second] = found(&asked.answers.aggregates).as_slice() else { panic!("{asked:#?}") };
    assert!(first.watermark.is_none() && !first.source_has_chunks && second.watermark.is_none(), "{asked:#?}");
    assert!(!asked.attention.iter().any(|one| one.about.starts_with("readings_")), "{asked:#?}");

    let inserted = project::insert(runner.connection(), Utc::now() - TimeDelta::days(9), 7 * 48).await;
    let asked = operate::inspect::inspect(&runner).await.unwrap();
    let never = asked.attention.iter().find(|one| one.about == "readings_hourly").expect("it was never refreshed");
    let portable = !runner.server().has_continuous_aggregates();
    assert_eq!(never.remedy.contains("migration maintain"), portable, "{never:?}");

    for (aggregate, mark) in [(project::hourly(), 4), (project::daily(), 5)] {
        let until = Utc::now() - TimeDelta::days(mark);
        for sql in aggregate.refresh_sql(runner.server(), Window { from: None, to: Some(until) }).unwrap() {
            execute(runner.connection(), &sql).await;
        }
    }
    let asked = operate::inspect::inspect(&runner).await.unwrap();
    let aggregates = found(&asked.answers.aggregates);
    let state = |name: &str| aggregates.iter().find(|one| one.name == name).unwrap();
    let (hourly, daily) = (state("readings_hourly"), state("readings_daily"));
    assert_eq!((hourly.source.as_str(), daily.source.as_str()), ("readings", "readings_hourly"));
    assert_eq!(hourly.watermark, Some(Interval::hours(1).bucket_of(Utc::now() - TimeDelta::days(4))));
    assert_eq!(daily.watermark, Some(Interval::days(1).bucket_of(Utc::now() - TimeDelta::days(5))));
    let is_behind = |state: &AggregateState, by: TimeDelta| (state.lag_s.unwrap() - by.as_seconds_f64()).abs() < 60.0;
    let ahead = hourly.watermark.unwrap() - daily.watermark.unwrap();
    assert!(is_behind(daily, ahead), "{daily:?}");
    if portable {
        // Up to the last reading, two days ago.
        let last = Utc::now() - TimeDelta::days(2) - TimeDelta::minutes(30);
        assert!(is_behind(hourly, last - hourly.watermark.unwrap()), "{hourly:?}");
        assert_eq!(hourly.table.as_deref(), Some("readings_hourly_materialized"));
        assert!(hourly.bytes.total > 0 && inserted > 0, "{hourly:?}");
    }
    assert!(!asked.attention.iter().any(|one| one.finding.contains("never refreshed")), "{asked:#?}");
}
