//! Work of policies where no job does it.

use crate::{ArchivePolicy, Capability, Interval, RefreshPolicy, Refused, RetentionPolicy};

/// A policy that a command carries out where the server has no jobs. Everything it takes is in the value:
/// [`RefreshPolicy::run_sql`] and [`RetentionPolicy::run_sql`] say what to execute at a given time.
///
/// In a list of them, aggregates come before those made of them, and a refresh before the retention of what it reads.
///
/// ```
/// use migration_timescale::{Capability, ContinuousAggregate, Interval, Maintenance, RefreshPolicy, RetentionPolicy};
///
/// let hourly = ContinuousAggregate::on("readings", "readings_hourly")
///     .bucket("bucket", "taken_at", Interval::hours(1))
///     .aggregate("avg_value", "avg(value)");
/// let refresh = RefreshPolicy::of(&hourly).start_offset(Interval::hours(3));
/// let retention = RetentionPolicy::of_table("readings", "taken_at", Interval::days(180)).keeps_until_summarised_by(&hourly);
/// let work = [Maintenance::Refresh(refresh), Maintenance::Retention(retention)];
/// Maintenance::check_all(&work)?;
/// assert!(work[0].is_needed(Capability::sqlite()));
/// # Ok::<(), migration_timescale::Refused>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maintenance {
    /// Refresh of a continuous aggregate.
    Refresh(RefreshPolicy),
    /// Retention of a table or aggregate.
    Retention(RetentionPolicy),
    /// Rows that move to an archive.
    Archive(ArchivePolicy),
}

impl Maintenance {
    /// Whether no job of the server does it.
    pub fn is_needed(&self, server: Capability) -> bool {
        !server.has_jobs()
    }

    /// The table or aggregate that it changes.
    pub fn about(&self) -> &str {
        match self {
            Self::Refresh(policy) => policy.aggregate().name(),
            Self::Retention(policy) => policy.table(),
            Self::Archive(policy) => policy.table(),
        }
    }

    /// The retention, if it is one.
    pub fn as_retention(&self) -> Option<&RetentionPolicy> {
        match self {
            Self::Retention(policy) => Some(policy),
            Self::Refresh(_) | Self::Archive(_) => None,
        }
    }

    /// Age at which rows go or move; a refresh has none.
    pub fn age(&self) -> Option<Interval> {
        match self {
            Self::Refresh(_) => None,
            Self::Retention(policy) => Some(policy.drop_after()),
            Self::Archive(policy) => Some(policy.age()),
        }
    }

    /// The same with another age; a refresh stays as it is.
    #[must_use]
    pub fn with_age(self, age: Interval) -> Self {
        match self {
            Self::Refresh(policy) => Self::Refresh(policy),
            Self::Retention(policy) => Self::Retention(policy.after(age)),
            Self::Archive(policy) => Self::Archive(policy.move_after(age)),
        }
    }

    /// What is wrong with it on every server.
    pub fn check(&self) -> Result<(), Refused> {
        match self {
            Self::Refresh(policy) => policy.check(),
            Self::Retention(policy) => policy.check(),
            Self::Archive(policy) => policy.check(),
        }
    }

    /// What is wrong with each, and with each beside the others: a refresh must not reach back over dropped rows.
    pub fn check_all(work: &[Self]) -> Result<(), Refused> {
        for one in work {
            one.check()?;
            let Self::Retention(retention) = one else { continue };
            for other in work {
                if let Self::Refresh(refresh) = other {
                    retention.check_with(refresh)?;
                }
            }
        }
        Ok(())
    }
}

impl From<RefreshPolicy> for Maintenance {
    fn from(policy: RefreshPolicy) -> Self {
        Self::Refresh(policy)
    }
}

impl From<RetentionPolicy> for Maintenance {
    fn from(policy: RetentionPolicy) -> Self {
        Self::Retention(policy)
    }
}

impl From<ArchivePolicy> for Maintenance {
    fn from(policy: ArchivePolicy) -> Self {
        Self::Archive(policy)
    }
}
