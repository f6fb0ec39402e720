//! Refresh of a continuous aggregate, again and again.

use chrono::{DateTime, Utc};

use crate::{Capability, ContinuousAggregate, Interval, Refused, RenderError, Window, quote::regclass};

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
    pub fn schedule_interval(mut self, interval: Interval) -> Self {
        self.schedule_interval = interval;
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

    /// Time between two runs.
    pub fn schedule(&self) -> Interval {
        self.schedule_interval
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        self.aggregate.check()?;
        let Some(start) = self.start_offset else { return Ok(()) };
        let window = Interval::seconds(start.as_seconds().saturating_sub(self.end_offset.as_seconds()));
        let width = self.aggregate.width();
        if window < width.times(2) {
            return Err(Refused::RefreshWindowTooSmall { aggregate: self.aggregate.name().to_owned(), window, width });
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
