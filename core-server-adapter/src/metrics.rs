//! What a pool has done, as numbers that a program can export.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// What the pool of a handle has done since it was opened; clones of the handle count together.
///
/// ```
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use core_server_adapter::{Database, alarms::AlarmFilter};
///
/// let database = Database::in_memory().await?;
/// let before = database.metrics();
/// database.alarms().counts(&AlarmFilter::new()).await?;
/// let after = database.metrics();
/// assert_eq!((after.statements - before.statements, after.failed), (1, 0));
/// # Ok(())
/// # }
/// # #[cfg(feature = "runtime-tokio")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
/// # #[cfg(not(feature = "runtime-tokio"))]
/// # async_std::task::block_on(example()).unwrap();
/// ```
///
/// As JSON: `{"statements":1,"failed":0,"rows":1,"seconds":0.0002,"slow":0,"repeated":0,"from_replica":0,"not_from_replica":0}`
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Metrics {
    /// Statements that were run, within transactions too; one that was done again counts again.
    pub statements: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// Rows that were read, changed or added outside of transactions.
    pub rows: u64,
    /// Time that statements took, without the wait for a session.
    pub seconds: f64,
    /// Statements that took longer than [`slow_statement`](crate::DatabaseConfig::slow_statement).
    pub slow: u64,
    /// Reads and begins that were done again because their session had ended.
    pub repeated: u64,
    /// Reads that the replica answered.
    pub from_replica: u64,
    /// Reads that were the replica's and that the primary answered, because it was away or too far behind.
    pub not_from_replica: u64,
}

/// The same while it grows.
#[derive(Debug)]
pub(crate) struct Numbers {
    slow_statement: Duration,
    statements: AtomicU64,
    failed: AtomicU64,
    rows: AtomicU64,
    nanoseconds: AtomicU64,
    slow: AtomicU64,
    repeated: AtomicU64,
    from_replica: AtomicU64,
    not_from_replica: AtomicU64,
}

impl Numbers {
    pub(crate) fn new(slow_statement: Duration) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            slow_statement,
            statements: zero(),
            failed: zero(),
            rows: zero(),
            nanoseconds: zero(),
            slow: zero(),
            repeated: zero(),
            from_replica: zero(),
            not_from_replica: zero(),
        }
    }

    pub(crate) fn statement(&self, took: Duration, failed: bool) {
        self.statements.fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Relaxed);
        self.failed.fetch_add(failed.into(), Relaxed);
        self.slow.fetch_add((took > self.slow_statement).into(), Relaxed);
    }

    pub(crate) fn rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Relaxed);
    }

    pub(crate) fn again(&self) {
        self.repeated.fetch_add(1, Relaxed);
    }

    pub(crate) fn replica_answered(&self) {
        self.from_replica.fetch_add(1, Relaxed);
    }

    pub(crate) fn primary_answered(&self) {
        self.not_from_replica.fetch_add(1, Relaxed);
    }

    pub(crate) fn now(&self) -> Metrics {
        Metrics {
            statements: self.statements.load(Relaxed),
            failed: self.failed.load(Relaxed),
            rows: self.rows.load(Relaxed),
            seconds: Duration::from_nanos(self.nanoseconds.load(Relaxed)).as_secs_f64(),
            slow: self.slow.load(Relaxed),
            repeated: self.repeated.load(Relaxed),
            from_replica: self.from_replica.load(Relaxed),
            not_from_replica: self.not_from_replica.load(Relaxed),
        }
    }
}
