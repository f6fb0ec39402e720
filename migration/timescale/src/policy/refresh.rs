//! Refresh of a continuous aggregate, again and again.

use chrono::{DateTime, Utc};
use sea_orm::DbBackend;

use crate::{
    Capability, ContinuousAggregate, Dialect, Interval, PolicyKind, Refused, RenderError, Window,
    dialect::moment_sql,
    quote::{literal, regclass},
};

/// Keeps a [`ContinuousAggregate`] up to date: every so often the buckets between two ages are refreshed.
///
/// With the full licence of TimescaleDB a job does it. Elsewhere it is skipped when a revision adds it, and is carried
/// out as a [`Maintenance`](crate::Maintenance).
///
/// ```
/// use migration_timescale::{Capability, ContinuousAggregate, Interval, RefreshPolicy, Version};
///
/// let hourly = ContinuousAggregate::on("readings", "readings_hourly")
///     .bucket("bucket", "taken_at", Interval::hours(1))
///     .aggregate("avg_value", "avg(value)");
/// let policy = RefreshPolicy::of(&hourly)
///     .start_offset(Interval::hours(3))
///     .end_offset(Interval::minutes(30))
///     .schedule_interval(Interval::minutes(30));
/// assert_eq!(
///     policy.add_sql(Capability::timescale_full(Version::new(2, 23, 0)))?,
///     "SELECT add_continuous_aggregate_policy('readings_hourly', start_offset => INTERVAL '3 hours', \
///      end_offset => INTERVAL '30 minutes', schedule_interval => INTERVAL '30 minutes', if_not_exists => true)",
/// );
/// // Two hours to half an hour ago are not two whole buckets.
/// assert!(policy.start_offset(Interval::hours(2)).check().is_err());
/// # Ok::<(), migration_timescale::RenderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshPolicy {
    aggregate: ContinuousAggregate,
    start_offset: Option<Interval>,
    end_offset: Interval,
    schedule_interval: Interval,
    longest_interval: Interval,
}

impl RefreshPolicy {
    /// Refreshes the whole aggregate up to now, once per bucket, unless it is told otherwise. Over a table with retention
    /// it needs a [`start_offset`](Self::start_offset).
    pub fn of(aggregate: &ContinuousAggregate) -> Self {
        Self {
            aggregate: aggregate.clone(),
            start_offset: None,
            end_offset: Interval::seconds(0),
            schedule_interval: aggregate.width(),
            longest_interval: aggregate.width(),
        }
    }

    /// Age at which buckets are no longer looked at: what comes in later than that is not seen.
    #[must_use]
    pub fn start_offset(mut self, age: Interval) -> Self {
        self.start_offset = Some(age);
        self
    }

    /// Age from which on buckets are refreshed; younger ones are still being written.
    #[must_use]
    pub fn end_offset(mut self, age: Interval) -> Self {
        self.end_offset = age;
        self
    }

    /// Time between two runs.
    #[must_use]
    pub fn schedule_interval(self, interval: Interval) -> Self {
        self.schedule_between(interval, interval)
    }

    /// Time between two runs that follows what is written: the job begins with the shortest, and a command moves it within
    /// these bounds ([`paced`](Self::paced)). `longest` leaves room for whole buckets within
    /// [`start_offset`](Self::start_offset), or what is written between two runs would not be looked at.
    ///
    /// ```
    /// use migration_timescale::{ContinuousAggregate, Interval, RefreshPolicy};
    ///
    /// let hourly = ContinuousAggregate::on("readings", "readings_hourly")
    ///     .bucket("bucket", "taken_at", Interval::hours(1))
    ///     .aggregate("avg_value", "avg(value)");
    /// let policy = RefreshPolicy::of(&hourly)
    ///     .start_offset(Interval::hours(8))
    ///     .schedule_between(Interval::minutes(30), Interval::hours(4));
    /// let next = |minutes, age| policy.paced(Interval::minutes(minutes), age).to_string();
    /// assert_eq!(next(30, None), "1 hour");
    /// assert_eq!(next(240, None), "4 hours");
    /// assert_eq!(next(240, Some(Interval::seconds(7))), "2 hours");
    /// // A sensor that reports every 50 minutes does not make it swing.
    /// assert_eq!(next(30, Some(Interval::minutes(50))), "30 minutes");
    /// assert!(policy.schedule_between(Interval::minutes(30), Interval::hours(8)).check().is_err());
    /// ```
    #[must_use]
    pub fn schedule_between(mut self, shortest: Interval, longest: Interval) -> Self {
        (self.schedule_interval, self.longest_interval) = (shortest, longest);
        self
    }

    /// The aggregate.
    pub fn aggregate(&self) -> &ContinuousAggregate {
        &self.aggregate
    }

    /// Age at which buckets are no longer looked at; `None` when all are.
    pub fn start(&self) -> Option<Interval> {
        self.start_offset
    }

    /// Age from which on buckets are refreshed.
    pub fn end(&self) -> Interval {
        self.end_offset
    }

    /// Time between two runs; the shortest, where it follows what is written.
    pub fn schedule(&self) -> Interval {
        self.schedule_interval
    }

    /// The shortest and the longest time between two runs.
    pub fn schedule_bounds(&self) -> (Interval, Interval) {
        (self.schedule_interval, self.longest_interval)
    }

    /// The time between two runs that follows the present one: half of it when a row was written within it, twice as long
    /// when none was within twice as long, and within the bounds. `newest` is the age of the newest row.
    pub fn paced(&self, present: Interval, newest: Option<Interval>) -> Interval {
        let (shortest, longest) = self.schedule_bounds();
        let present = present.max(shortest).min(longest);
        let longer = present.times(2).min(longest);
        match newest {
            Some(age) if age < present => Interval::seconds(present.as_seconds() / 2).max(shortest),
            Some(age) if age < longer => present,
            _ => longer,
        }
    }

    /// The question for the newest row of the source between two moments (PostgreSQL): `newest`.
    pub fn newest_sql(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
        let [source, time] =
            [self.aggregate.source(), self.aggregate.time_column()].map(|name| Dialect::Postgres.quote(name));
        let [from, to] = [from, to].map(|at| moment_sql(DbBackend::Postgres, at));
        format!("SELECT max({time})::timestamptz AS newest FROM {source} WHERE {time} > {from} AND {time} <= {to}")
    }

    /// The question for the time between two runs of its job: `seconds`; nothing where there is no job.
    pub fn interval_sql(&self) -> String {
        format!("SELECT extract(epoch FROM schedule_interval)::bigint AS seconds {}", self.job())
    }

    /// The statement that gives its job another time between two runs.
    pub fn pace_sql(&self, interval: Interval) -> String {
        format!("SELECT alter_job(job_id, schedule_interval => {}) {}", interval.to_sql(), self.job())
    }

    fn job(&self) -> String {
        format!(
            "FROM timescaledb_information.jobs WHERE proc_name = '{}' AND hypertable_schema = current_schema() \
             AND hypertable_name = {}",
            PolicyKind::Refresh.procedure(),
            literal(self.aggregate.name())
        )
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        self.aggregate.check()?;
        let (shortest, longest) = self.schedule_bounds();
        let refused = |reason| {
            let aggregate = self.aggregate.name().to_owned();
            Err(Refused::RefreshSchedule { aggregate, shortest, longest, reason })
        };
        if shortest.is_zero() || shortest > longest {
            return refused("which is no time or begins with the longer one: give the shorter one first");
        }
        let Some(start) = self.start_offset else { return Ok(()) };
        let window = Interval::seconds(start.as_seconds().saturating_sub(self.end_offset.as_seconds()));
        let width = self.aggregate.width();
        if window < width.times(2) {
            return Err(Refused::RefreshWindowTooSmall { aggregate: self.aggregate.name().to_owned(), window, width });
        }
        let seen = longest.as_seconds().saturating_add(width.as_seconds());
        if shortest < longest && seen > window.as_seconds() {
            return refused(
                "and looks at less than that and a bucket: let start_offset be at least end_offset plus the longer one plus \
                 a bucket",
            );
        }
        Ok(())
    }

    /// The statement that adds the job; it changes nothing when the aggregate has one, of the same settings or others.
    pub fn add_sql(&self, server: Capability) -> Result<String, RenderError> {
        self.check()?;
        server.require_full_licence("a refresh policy")?;
        let start = self.start_offset.map_or_else(|| "NULL".to_owned(), Interval::to_sql);
        Ok(format!(
            "SELECT add_continuous_aggregate_policy({}, start_offset => {start}, end_offset => {}, \
             schedule_interval => {}, if_not_exists => true)",
            regclass(self.aggregate.name()),
            self.end_offset.to_sql(),
            self.schedule_interval.to_sql()
        ))
    }

    /// The statement that removes the job; it changes nothing when there is none.
    pub fn remove_sql(&self, server: Capability) -> Result<String, RenderError> {
        server.require_full_licence("a refresh policy")?;
        let aggregate = regclass(self.aggregate.name());
        Ok(format!("SELECT remove_continuous_aggregate_policy({aggregate}, if_exists => true)"))
    }

    /// What one run at `now` refreshes. Without continuous aggregates `last_bucket` is what is asked for by
    /// [`last_bucket_sql`](ContinuousAggregate::last_bucket_sql): the window then begins there when the last run is longer
    /// ago than [`start_offset`](Self::start_offset), because readers take what is above it from the source and what is
    /// below it from what was stored. An aggregate that is still empty is refreshed from the beginning.
    pub fn window(&self, now: DateTime<Utc>, last_bucket: Option<DateTime<Utc>>) -> Window {
        let from = self.start_offset.map(|start| start.before(now));
        let from = from.zip(last_bucket).map(|(from, last)| from.min(last));
        Window { from, to: Some(self.end_offset.before(now)) }
    }

    /// The statements of one run at `now`; see [`ContinuousAggregate::refresh_sql`].
    pub fn run_sql(
        &self,
        server: Capability,
        now: DateTime<Utc>,
        last_bucket: Option<DateTime<Utc>>,
    ) -> Result<Vec<String>, Refused> {
        self.check()?;
        self.aggregate.refresh_sql(server, self.window(now, last_bucket))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(shortest: Interval, longest: Interval) -> RefreshPolicy {
        let hourly = ContinuousAggregate::on("readings", "hourly")
            .bucket("bucket", "taken_at", Interval::hours(1))
            .aggregate("readings", "count(*)");
        RefreshPolicy::of(&hourly)
            .start_offset(Interval::hours(3))
            .end_offset(Interval::minutes(30))
            .schedule_between(shortest, longest)
    }

    #[test]
    fn a_schedule_leaves_no_gap() {
        let minutes = Interval::minutes;
        policy(minutes(30), minutes(90)).check().unwrap();
        // Without bounds it is as it was before there were any.
        policy(Interval::hours(6), Interval::hours(6)).check().unwrap();
        for (shortest, longest, says) in
            [(30, 91, "start_offset"), (90, 30, "the shorter one first"), (0, 30, "no time")]
        {
            let error = policy(minutes(shortest), minutes(longest)).check().unwrap_err().to_string();
            assert!(error.starts_with("the refresh policy of hourly runs every") && error.contains(says), "{error}");
        }
    }

    #[test]
    fn the_interval_stays_within_its_bounds() {
        let (half, most) = (Interval::minutes(30), Interval::minutes(90));
        let policy = policy(half, most);
        let next = |present: u32, age: Option<u32>| {
            policy.paced(Interval::minutes(present), age.map(Interval::minutes)).as_seconds() / 60
        };
        assert_eq!([30, 60, 90, 600].map(|present| next(present, None)), [60, 90, 90, 90]);
        assert_eq!([1, 30, 45, 90, 600].map(|present| next(present, Some(1))), [30, 30, 30, 45, 45]);
        assert_eq!([30, 60, 90].map(|present| next(present, Some(70))), [60, 60, 45]);
    }
}
