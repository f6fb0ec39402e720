//! How far continuous aggregates are.

use migration_timescale::inspect::{self, TableKind};
use tests::{Backend, TestDatabase, fixtures::execute};

use super::{found, inspect, number, readings, table};

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
