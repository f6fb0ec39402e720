//! Readings of a sensor in buckets of time, with or without gaps.
//!
//! The database groups, and the gaps are filled here: the same on every backend and in both editions of TimescaleDB, and
//! no row travels that says nothing. On the full licence the result is that of `time_bucket_gapfill` with `locf` or
//! `interpolate`, which the suite compares it with.

use chrono::{DateTime, Utc};
use migration_timescale::{Capability, Dialect, Interval, bucket_sql};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};

use super::{PLACE, ReadingRepository};
use crate::{AdapterError, moment};

/// The most buckets that [`ReadingRepository::buckets`] gives.
pub const MAX_BUCKETS: i64 = 100_000;

/// What stands for a bucket without readings. Nothing outside of the asked time is looked at: before the first reading and,
/// for [`Linear`](Self::Linear), after the last one there is nothing to fill with, and the values stay empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gaps {
    /// Nothing: there is no such bucket.
    #[default]
    LeaveOut,
    /// A bucket without values.
    Empty,
    /// The values of the last bucket with readings before it.
    Last,
    /// Values on the straight line between the buckets with readings on both sides.
    Linear,
}

/// What a sensor measured in a bucket of time, in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, FromQueryResult)]
pub struct ReadingBucket {
    /// Begin of the bucket.
    pub bucket: DateTime<Utc>,
    /// Number of readings; 0 when the values are made up.
    pub count: i64,
    /// Arithmetic mean.
    pub average: Option<f64>,
    /// Smallest value.
    pub minimum: Option<f64>,
    /// Largest value.
    pub maximum: Option<f64>,
}

impl<C: ConnectionTrait> ReadingRepository<'_, C> {
    /// What a sensor measured from `from` (included) to `to` (excluded) in buckets of `width`, oldest first.
    ///
    /// Buckets are aligned in UTC as TimescaleDB's `time_bucket` aligns them: to Monday, 3 January 2000, so that weeks begin
    /// on Monday and days at midnight. The first is the one that `from` lies in; where `from` lies within it, only the
    /// readings from there on count.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidPage`] for a width of nothing, an end before the start, times outside the years 1970 to 9999,
    ///   or more than [`MAX_BUCKETS`];
    /// - failures of the database.
    pub async fn buckets(
        &self,
        sensor: &str,
        width: Interval,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        gaps: Gaps,
    ) -> Result<Vec<ReadingBucket>, AdapterError> {
        let (from, to) = check(width, from, to)?;
        let backend = self.db.get_database_backend();
        let values = [sensor.into(), moment::bound(from).into(), moment::bound(to).into()];
        let statement = Statement::from_sql_and_values(backend, sql(backend, width), values);
        let found = ReadingBucket::find_by_statement(statement)
            .all(self.db)
            .await
            .map_err(PLACE.while_reading("grouping readings"))?;
        Ok(if gaps == Gaps::LeaveOut { found } else { filled(&found, width, (from, to), gaps) })
    }
}

fn check(
    width: Interval,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), AdapterError> {
    let invalid = |parameter, reason: String| Err(AdapterError::InvalidPage { parameter, reason });
    if width.is_zero() {
        return invalid("width", "is nothing; give a second at least".to_owned());
    }
    let (from, to) = (moment::rounded_up(from), moment::rounded_up(to));
    if to < from || !moment::in_range(from) || !moment::in_range(to) {
        let reason = format!(
            "goes from {} to {}; give an end that is not before the start, within the years 1970 to 9999",
            from.to_rfc3339(),
            to.to_rfc3339()
        );
        return invalid("period", reason);
    }
    let buckets = (to - width.bucket_of(from)).num_seconds() / i64::from(width.as_seconds());
    if buckets > MAX_BUCKETS {
        return invalid("period", format!("holds {buckets} buckets; at most {MAX_BUCKETS} are given at once"));
    }
    Ok((from, to))
}

fn sql(backend: DbBackend, width: Interval) -> String {
    // Not `time_bucket`, which would need a look at the server first: `date_bin` counts from the same Monday.
    let (server, place) = match Dialect::of(backend) {
        Dialect::MySql => (Capability::mysql(), ["?", "?", "?"]),
        Dialect::Sqlite => (Capability::sqlite(), ["?", "?", "?"]),
        Dialect::Postgres => (Capability::postgres(), ["$1", "$2", "$3"]),
    };
    let bucket = bucket_sql(server, width, "r.timestamp");
    let [sensor, from, to] = place;
    format!(
        "SELECT {bucket} AS bucket, COUNT(*) AS count, AVG(r.value) AS average, MIN(r.value) AS minimum, \
         MAX(r.value) AS maximum FROM sensor_readings AS r \
         WHERE r.sensor_id = {sensor} AND r.timestamp >= {from} AND r.timestamp < {to} GROUP BY 1 ORDER BY 1"
    )
}

/// All buckets of the time, those without readings made of their neighbours.
fn filled(
    found: &[ReadingBucket],
    width: Interval,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    gaps: Gaps,
) -> Vec<ReadingBucket> {
    let mut all = Vec::new();
    let mut next = 0;
    let mut bucket = width.bucket_of(from);
    while bucket < to {
        if let Some(there) = found.get(next).filter(|found| found.bucket == bucket) {
            all.push(*there);
            next += 1;
        } else {
            let before = next.checked_sub(1).and_then(|before| found.get(before));
            all.push(made_up(bucket, gaps, before, found.get(next)));
        }
        bucket = width.after(bucket);
    }
    all
}

fn made_up(
    bucket: DateTime<Utc>,
    gaps: Gaps,
    before: Option<&ReadingBucket>,
    after: Option<&ReadingBucket>,
) -> ReadingBucket {
    let value = |of: fn(&ReadingBucket) -> Option<f64>| match (gaps, before, after) {
        (Gaps::Last, Some(before), _) => of(before),
        (Gaps::Linear, Some(before), Some(after)) => {
            let (first, second) = (of(before)?, of(after)?);
            Some(between((before.bucket, first), (after.bucket, second), bucket))
        }
        _ => None,
    };
    ReadingBucket {
        bucket,
        count: 0,
        average: value(|bucket| bucket.average),
        minimum: value(|bucket| bucket.minimum),
        maximum: value(|bucket| bucket.maximum),
    }
}

/// Linear interpolation, weighted as TimescaleDB's `interpolate` does it.
#[allow(clippy::cast_precision_loss, reason = "seconds are below 2^52")]
fn between(first: (DateTime<Utc>, f64), second: (DateTime<Utc>, f64), at: DateTime<Utc>) -> f64 {
    let seconds = |from: DateTime<Utc>, to: DateTime<Utc>| (to - from).num_seconds() as f64;
    let whole = seconds(first.0, second.0);
    first.1 * (seconds(at, second.0) / whole) + second.1 * (seconds(first.0, at) / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(946_857_600 + hour * 3600, 0).unwrap()
    }

    fn measured(hour: i64, value: f64) -> ReadingBucket {
        let [average, minimum, maximum] = [value, value - 1.0, value + 1.0].map(Some);
        ReadingBucket { bucket: at(hour), count: 3, average, minimum, maximum }
    }

    fn averages(gaps: Gaps) -> Vec<Option<f64>> {
        let found = [measured(1, 10.0), measured(4, 16.0)];
        let filled = filled(&found, Interval::hours(1), (at(0), at(6)), gaps);
        assert!(filled.iter().map(|bucket| bucket.bucket).eq((0..6).map(at)));
        assert_eq!(filled.iter().map(|bucket| bucket.count).collect::<Vec<_>>(), [0, 3, 0, 0, 3, 0]);
        filled.iter().map(|bucket| bucket.average).collect()
    }

    #[test]
    fn gaps_are_filled_from_what_is_there() {
        let (ten, sixteen) = (Some(10.0), Some(16.0));
        assert_eq!(averages(Gaps::Empty), [None, ten, None, None, sixteen, None]);
        assert_eq!(averages(Gaps::Last), [None, ten, ten, ten, sixteen, sixteen]);
        assert_eq!(averages(Gaps::Linear), [None, ten, Some(12.0), Some(14.0), sixteen, None]);
    }

    #[test]
    fn what_cannot_be_given_is_refused() {
        let hour = Interval::hours(1);
        let error = |width, from, to| check(width, from, to).unwrap_err().to_string();
        assert_eq!(error(Interval::seconds(0), at(0), at(1)), "width is nothing; give a second at least");
        assert!(error(hour, at(1), at(0)).starts_with("period goes from 2000-01-03T01:00:00+00:00"));
        assert!(error(hour, DateTime::<Utc>::MIN_UTC, at(0)).contains("within the years 1970 to 9999"));
        assert_eq!(
            error(hour, at(0), at(MAX_BUCKETS + 1)),
            "period holds 100001 buckets; at most 100000 are given at once"
        );
        check(hour, at(0), at(MAX_BUCKETS)).unwrap();
    }
}
