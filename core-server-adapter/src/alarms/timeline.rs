//! How many alarms there were, bucket by bucket.

use chrono::{DateTime, Utc};
use entity::alarms::alarm::{self, Column};
use migration_timescale::{Capability, Dialect, Interval, bucket_sql};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use serde::{Deserialize, Serialize};

use super::{AlarmFilter, AlarmRepository, PLACE};
use crate::{AdapterError, Period, moment};

/// The most buckets at once.
const MAX_BUCKETS: i64 = 10_000;

/// Number of alarms of a bucket of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmBucket {
    /// Begin of the bucket.
    pub bucket: DateTime<Utc>,
    /// How many were raised in it.
    pub count: u64,
}

impl<C: ConnectionTrait> AlarmRepository<'_, C> {
    /// Numbers of the alarms that match, in buckets of `width` over the period of the filter, oldest first; those without
    /// alarms have 0. Buckets are aligned in UTC as those of readings: weeks begin on Monday, days at midnight.
    ///
    /// # Errors
    ///
    /// - [`AdapterError::InvalidPage`] for a width of nothing, a period that is open, ends before its start, leaves the years
    ///   1970 to 9999 or holds more than 10,000 buckets;
    /// - [`AdapterError::InvalidValue`] for a sensor with a NUL character; failures of the database.
    pub async fn timeline(&self, filter: &AlarmFilter, width: Interval) -> Result<Vec<AlarmBucket>, AdapterError> {
        filter.checked(PLACE)?;
        let (from, to) = check(filter.period, width)?;
        let backend = self.db.get_database_backend();
        let server = match Dialect::of(backend) {
            Dialect::MySql => Capability::mysql(),
            Dialect::Sqlite => Capability::sqlite(),
            Dialect::Postgres => Capability::postgres(),
        };
        let found: Vec<(DateTime<Utc>, i64)> = alarm::Entity::find()
            .select_only()
            .expr_as(Expr::cust(bucket_sql(server, width, "alarms.raised_at")), "bucket")
            .column_as(Column::Id.count(), "count")
            .filter(filter.condition(backend))
            .group_by(Expr::cust("1"))
            .into_tuple()
            .all(self.db)
            .await
            .map_err(PLACE.while_reading("counting alarms by time"))?;
        let mut buckets = Vec::new();
        let mut bucket = width.bucket_of(from);
        while bucket < to {
            let count = found.iter().find(|(at, _)| *at == bucket).map_or(0, |(_, count)| *count);
            buckets.push(AlarmBucket { bucket, count: u64::try_from(count).unwrap_or(0) });
            bucket = width.after(bucket);
        }
        Ok(buckets)
    }
}

fn check(period: Period, width: Interval) -> Result<(DateTime<Utc>, DateTime<Utc>), AdapterError> {
    let invalid = |parameter, reason: String| Err(AdapterError::InvalidPage { parameter, reason });
    if width.is_zero() {
        return invalid("width", "is nothing; give a second at least".to_owned());
    }
    let (Some(from), Some(to)) = (period.from, period.to) else {
        return invalid("period", "is open; give its start and its end".to_owned());
    };
    if to < from || !moment::in_range(from) || !moment::in_range(to) {
        return invalid(
            "period",
            "needs an end that is not before the start, within the years 1970 to 9999".to_owned(),
        );
    }
    let buckets = (to - width.bucket_of(from)).num_seconds() / i64::from(width.as_seconds());
    if buckets > MAX_BUCKETS {
        return invalid("period", format!("holds {buckets} buckets; at most {MAX_BUCKETS} are given at once"));
    }
    Ok((from, to))
}
