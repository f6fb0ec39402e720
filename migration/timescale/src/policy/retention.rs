//! Rows that are dropped when they are old enough.

use chrono::{DateTime, Utc};
use sea_orm::DbBackend;

use super::RefreshPolicy;
use crate::{
    Capability, ContinuousAggregate, Dialect, Interval, Refused, RenderError,
    dialect::{moment_sql, name},
    quote::regclass,
};

/// Drops the rows of a table or of a [`ContinuousAggregate`] once they are older than an interval.
///
/// With the full licence of TimescaleDB a job drops whole chunks. Elsewhere it is skipped when a revision adds it, and
/// is carried out as a [`Maintenance`](crate::Maintenance): chunks are dropped on the Apache edition, rows deleted in
/// batches on the others.
///
/// ```
/// use migration_timescale::{Capability, Interval, RetentionPolicy, Version};
///
/// let policy = RetentionPolicy::of_table("readings", "taken_at", Interval::days(180));
/// assert_eq!(
///     policy.add_sql(Capability::timescale_full(Version::new(2, 23, 0)))?,
///     "SELECT add_retention_policy('readings', drop_after => INTERVAL '180 days', if_not_exists => true)",
/// );
/// # Ok::<(), migration_timescale::RenderError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    target: Target,
    drop_after: Interval,
    summaries: Vec<ContinuousAggregate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Table { table: String, time: String },
    Aggregate(ContinuousAggregate),
}

impl RetentionPolicy {
    /// Rows of `table` are dropped once `time` is longer ago than `drop_after`.
    pub fn of_table(table: &str, time: &str, drop_after: Interval) -> Self {
        let target = Target::Table { table: table.to_owned(), time: time.to_owned() };
        Self { target, drop_after, summaries: Vec::new() }
    }

    /// Buckets of an aggregate are dropped once they began longer ago than `drop_after`.
    pub fn of_aggregate(aggregate: &ContinuousAggregate, drop_after: Interval) -> Self {
        Self { target: Target::Aggregate(aggregate.clone()), drop_after, summaries: Vec::new() }
    }

    /// Keeps rows, however old, until the aggregate has summarised them. This holds wherever retention is carried out by
    /// a command; a job of TimescaleDB knows nothing of it, and is safe when the refresh policy of the aggregate runs
    /// and its start offset is shorter than `drop_after` ([`check_with`](Self::check_with)).
    #[must_use]
    pub fn keeps_until_summarised_by(mut self, aggregate: &ContinuousAggregate) -> Self {
        self.summaries.push(aggregate.clone());
        self
    }

    /// The same with another age.
    #[must_use]
    pub fn after(mut self, age: Interval) -> Self {
        self.drop_after = age;
        self
    }

    /// The table or aggregate whose rows go.
    pub fn table(&self) -> &str {
        match &self.target {
            Target::Table { table, .. } => table,
            Target::Aggregate(aggregate) => aggregate.name(),
        }
    }

    /// Age at which rows go.
    pub fn drop_after(&self) -> Interval {
        self.drop_after
    }

    /// The latest moment up to `before` in which no bucket of the aggregates that summarise the rows is cut, nor one of these
    /// widths: what is left of a bucket is not what it was made of.
    pub fn whole_buckets_before(
        &self,
        before: DateTime<Utc>,
        widths: impl IntoIterator<Item = Interval>,
    ) -> DateTime<Utc> {
        let widths: Vec<Interval> =
            widths.into_iter().chain(self.summaries.iter().map(ContinuousAggregate::width)).collect();
        let floored = |moment| widths.iter().fold(moment, |moment, width| width.bucket_of(moment));
        let mut moment = before;
        // Where one width is not a multiple of the other, the limit falls inside a bucket of the other aggregate.
        while floored(moment) < moment {
            moment = floored(moment);
        }
        moment
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        if self.drop_after.is_zero() {
            return Err(Refused::RetentionOfEverything { table: self.table().to_owned(), drop_after: self.drop_after });
        }
        Ok(())
    }

    /// What is wrong with it beside a refresh policy of an aggregate over the same rows.
    pub fn check_with(&self, refresh: &RefreshPolicy) -> Result<(), Refused> {
        let reaches_too_far = refresh.start().is_none_or(|start| start >= self.drop_after);
        if refresh.aggregate().source() != self.table() || !reaches_too_far {
            return Ok(());
        }
        Err(Refused::RetentionBeforeRefresh {
            aggregate: refresh.aggregate().name().to_owned(),
            table: self.table().to_owned(),
            reach: refresh.start().map_or_else(|| "all the way".to_owned(), |start| start.to_string()),
            drop_after: self.drop_after.to_string(),
        })
    }

    /// The statement that adds the job; it changes nothing when the table has one, of the same age or another.
    pub fn add_sql(&self, server: Capability) -> Result<String, RenderError> {
        self.check()?;
        server.require_full_licence("a retention policy")?;
        Ok(format!(
            "SELECT add_retention_policy({}, drop_after => {}, if_not_exists => true)",
            regclass(self.table()),
            self.drop_after.to_sql()
        ))
    }

    /// The statement that removes the job; it changes nothing when there is none.
    pub fn remove_sql(&self, server: Capability) -> Result<String, RenderError> {
        server.require_full_licence("a retention policy")?;
        Ok(format!("SELECT remove_retention_policy({}, if_exists => true)", regclass(self.table())))
    }

    /// The statement of one run at `now`.
    ///
    /// With TimescaleDB, for a hypertable or a continuous aggregate: the chunks that lie before the age. Elsewhere one
    /// batch of at most `batch` rows, to be repeated in transactions of their own until it affects fewer, and no bucket of
    /// [what summarises them](Self::keeps_until_summarised_by) is cut. On SQLite the table must not be `WITHOUT ROWID`.
    pub fn run_sql(&self, server: Capability, now: DateTime<Utc>, batch: u32) -> Result<String, Refused> {
        self.check()?;
        let backend = server.backend();
        let aged = self.drop_after.before(now);
        let whole = if server.has_continuous_aggregates() { aged } else { self.whole_buckets_before(aged, []) };
        let cutoff = moment_sql(backend, whole);
        let (table, time, in_chunks) = match &self.target {
            Target::Table { table, time } => (table.clone(), time.as_str(), server.has_hypertables()),
            Target::Aggregate(aggregate) if server.has_continuous_aggregates() => {
                (aggregate.name().to_owned(), aggregate.bucket_column(), true)
            }
            Target::Aggregate(aggregate) => (aggregate.materialized_table(), aggregate.bucket_column(), false),
        };
        let summarised = self.summaries.iter().filter(|_| !server.has_continuous_aggregates());
        if in_chunks {
            let watermarks = summarised.map(ContinuousAggregate::watermark_of_chunks);
            let older_than = [cutoff].into_iter().chain(watermarks).collect::<Vec<_>>();
            let older_than = match older_than.as_slice() {
                [cutoff] => cutoff.clone(),
                several => format!("least({})", several.join(", ")),
            };
            return Ok(format!("SELECT drop_chunks({}, older_than => {older_than})", regclass(&table)));
        }
        let watermarks = summarised.map(|aggregate| aggregate.watermark(backend));
        let (table, time) = (name(backend, &table), name(backend, time));
        let bounds = [cutoff].into_iter().chain(watermarks).map(|bound| format!("{time} < {bound}"));
        let condition = bounds.collect::<Vec<_>>().join(" AND ");
        Ok(batch_sql(backend, &table, &condition, batch))
    }
}

/// Deletes at most `batch` of the rows that fulfil a condition.
fn batch_sql(backend: DbBackend, table: &str, condition: &str, batch: u32) -> String {
    match Dialect::of(backend) {
        Dialect::MySql => format!("DELETE FROM {table} WHERE {condition} LIMIT {batch}"),
        Dialect::Sqlite => {
            format!("DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {condition} LIMIT {batch})")
        }
        Dialect::Postgres => format!(
            "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {condition} LIMIT {batch}))"
        ),
    }
}
