//! Buckets of time, and what stands for those without readings: the same on every backend.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use core_server_adapter::telemetry::{Gaps, Interval, NewReading, ReadingBucket, Telemetry};
use sea_orm::{ConnectionTrait, Statement};
use tests::{Backend, TestDatabase, fixtures, on_every_backend};

use super::{at, migrated, value};

on_every_backend!(buckets_hold_what_they_should, gaps_are_filled_as_timescaledb_fills_them, bad_requests_are_refused);

/// Two years before and two weeks after the Monday from which weeks are counted, at the edges of buckets and beside them.
fn moments() -> Vec<DateTime<Utc>> {
    let monday = at("2000-01-03T00:00:00Z");
    let micro = TimeDelta::microseconds(1);
    let mut moments = vec![monday, monday - micro, at("1998-02-28T23:59:59.999999Z"), at("1970-01-01T00:00:00Z")];
    for number in 0..300_i64 {
        let hour = monday + TimeDelta::hours(number * number % 337);
        moments.extend([hour, hour - micro, hour + TimeDelta::seconds(number * 11)]);
    }
    moments.sort_unstable();
    moments.dedup();
    moments
}

async fn fill(telemetry: &Telemetry, moments: &[DateTime<Utc>]) -> Vec<(DateTime<Utc>, f64)> {
    let rows: Vec<(DateTime<Utc>, f64)> = moments.iter().zip(0..).map(|(at, number)| (*at, value(number))).collect();
    let new: Vec<NewReading> = rows.iter().map(|(at, value)| NewReading::new("s", *at, *value)).collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let of_another: Vec<NewReading> = rows.iter().map(|(at, _)| NewReading::new("t", *at, 1e9)).collect();
    telemetry.readings().insert_many(&of_another).await.unwrap();
    rows
}

/// The buckets that have readings, computed by hand.
fn by_hand(
    rows: &[(DateTime<Utc>, f64)],
    seconds: i64,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> BTreeMap<DateTime<Utc>, Vec<f64>> {
    let monday = at("2000-01-03T00:00:00Z").timestamp();
    let mut buckets: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for (moment, value) in rows.iter().filter(|(moment, _)| from <= *moment && *moment < to) {
        let number = (moment.timestamp() - monday).div_euclid(seconds);
        let begin = DateTime::from_timestamp(monday + number * seconds, 0).unwrap();
        buckets.entry(begin).or_default().push(*value);
    }
    buckets
}

fn close(found: Option<f64>, expected: Option<f64>) {
    let near = |(found, expected): (f64, f64)| (found - expected).abs() <= 1e-9 * expected.abs().max(1.0);
    assert!(found.is_some() == expected.is_some(), "{found:?} is not {expected:?}");
    assert!(found.zip(expected).is_none_or(near), "{found:?} is not {expected:?}");
}

#[allow(clippy::cast_precision_loss, reason = "small")]
fn same(bucket: &ReadingBucket, values: &[f64]) {
    assert_eq!(usize::try_from(bucket.count).unwrap(), values.len(), "{bucket:?}");
    close(bucket.average, Some(values.iter().sum::<f64>() / values.len() as f64));
    assert_eq!(bucket.minimum, values.iter().copied().reduce(f64::min));
    assert_eq!(bucket.maximum, values.iter().copied().reduce(f64::max));
}

async fn buckets_hold_what_they_should(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let rows = fill(&telemetry, &moments()).await;
    let all = (at("1970-01-01T00:00:00Z"), at("2000-01-20T00:00:00Z"));
    // A period that cuts buckets on both sides.
    let some = (at("2000-01-04T10:20:30.5Z"), at("2000-01-09T17:00:00.000001Z"));
    let widths = [1, 60, 2700, 3600, 86_400, 3 * 86_400, 604_800];
    for seconds in widths {
        for period in [all, some] {
            let width = Interval::seconds(seconds);
            let expected = by_hand(&rows, i64::from(seconds), period);
            // Too many seconds in thirty years.
            if period == all && seconds < 86_400 {
                continue;
            }
            let found = match telemetry.readings().buckets("s", width, period, Gaps::LeaveOut).await {
                Ok(found) => found,
                Err(error) => {
                    assert!(seconds == 1 && error.to_string().contains("buckets; at most 100000"), "{error}");
                    continue;
                }
            };
            let begins: Vec<DateTime<Utc>> = found.iter().map(|bucket| bucket.bucket).collect();
            assert_eq!(begins, expected.keys().copied().collect::<Vec<_>>(), "{seconds} s");
            found.iter().zip(expected.values()).for_each(|(bucket, values)| same(bucket, values));

            // With gaps: no bucket is missing, and those with readings are the same.
            let whole = telemetry.readings().buckets("s", width, period, Gaps::Empty).await.unwrap();
            let first = width.bucket_of(period.0);
            let every: Vec<DateTime<Utc>> = (0..)
                .map(|number| first + TimeDelta::seconds(number * i64::from(seconds)))
                .take_while(|bucket| *bucket < period.1)
                .collect();
            assert_eq!(whole.iter().map(|bucket| bucket.bucket).collect::<Vec<_>>(), every);
            let (there, gaps): (Vec<ReadingBucket>, Vec<ReadingBucket>) =
                whole.into_iter().partition(|bucket| bucket.count > 0);
            assert_eq!(there, found);
            assert!(gaps.iter().all(|gap| (gap.average, gap.minimum, gap.maximum) == (None, None, None)));
        }
    }
}

async fn gaps_are_filled_as_timescaledb_fills_them(database: TestDatabase) {
    let (database, telemetry) = migrated(database).await;
    let rows = fill(&telemetry, &moments()).await;
    let period = (at("2000-01-02T22:00:00Z"), at("2000-01-18T03:30:00Z"));
    let width = Interval::minutes(15);
    let there = by_hand(&rows, 900, period);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let averages: BTreeMap<DateTime<Utc>, f64> =
        there.iter().map(|(bucket, values)| (*bucket, values.iter().sum::<f64>() / values.len() as f64)).collect();
    let last = telemetry.readings().buckets("s", width, period, Gaps::Last).await.unwrap();
    let linear = telemetry.readings().buckets("s", width, period, Gaps::Linear).await.unwrap();
    assert_eq!(last.len(), linear.len());
    let mut made_up = 0;
    for (last, linear) in last.iter().zip(&linear) {
        let before = averages.range(..=last.bucket).next_back();
        let after = averages.range(last.bucket..).next();
        close(last.average, before.map(|(_, average)| *average));
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let between = before.zip(after).map(|((x0, y0), (x1, y1))| {
            let part = (linear.bucket - *x0).num_seconds() as f64 / (*x1 - *x0).num_seconds().max(1) as f64;
            y0 + (y1 - y0) * part
        });
        close(linear.average, between);
        made_up += u32::from(last.count == 0 && linear.average.is_some());
    }
    assert!(made_up > 100, "{made_up}");
    assert!(last[0].average.is_none() && linear.last().unwrap().average.is_none(), "nothing to fill with");

    if database.backend() == Backend::Timescale {
        let db = telemetry.connection();
        let [from, to] = [period.0, period.1].map(|at| fixtures::moment(database.backend(), at));
        let sql = format!(
            "SELECT time_bucket_gapfill('15 minutes', timestamp, {from}::timestamptz, {to}::timestamptz) AS bucket, \
             locf(avg(value)) AS last, interpolate(avg(value)) AS linear, locf(max(value)) AS last_maximum, \
             interpolate(min(value)) AS linear_minimum \
             FROM sensor_readings WHERE sensor_id = 's' AND timestamp >= {from} AND timestamp < {to} GROUP BY 1 ORDER BY 1"
        );
        let theirs = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
        assert_eq!(theirs.len(), last.len());
        for (row, (last, linear)) in theirs.iter().zip(last.iter().zip(&linear)) {
            let column = |name: &str| row.try_get::<Option<f64>>("", name).unwrap();
            assert_eq!(row.try_get::<DateTime<Utc>>("", "bucket").unwrap(), last.bucket);
            close(last.average, column("last"));
            close(last.maximum, column("last_maximum"));
            close(linear.average, column("linear"));
            close(linear.minimum, column("linear_minimum"));
        }
    }
}

async fn bad_requests_are_refused(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let (a, b) = (at("2000-01-03T00:00:00Z"), at("2000-01-04T00:00:00Z"));
    let ask = async |width, period| {
        telemetry.readings().buckets("s", width, period, Gaps::Empty).await.unwrap_err().to_string()
    };
    assert_eq!(ask(Interval::seconds(0), (a, b)).await, "width is nothing; give a second at least");
    assert!(ask(Interval::hours(1), (b, a)).await.starts_with("period goes from"));
    assert!(ask(Interval::hours(1), (DateTime::<Utc>::MIN_UTC, a)).await.contains("within the years 1970 to 9999"));
    assert!(ask(Interval::seconds(1), (a, b + TimeDelta::days(1))).await.contains("at most 100000 are given at once"));
    let nothing = telemetry.readings().buckets("s", Interval::hours(1), (a, a), Gaps::Empty).await.unwrap();
    assert_eq!(nothing, []);
}
