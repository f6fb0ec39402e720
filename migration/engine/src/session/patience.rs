//! How long a run waits, and for what.

use std::time::{Duration, SystemTime};

/// How long a run waits, for locks and for other runners.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Longest wait of one statement for a table lock. Whole seconds on MySQL; SQLite has no such lock.
    pub lock_timeout: Duration,
    /// How often a revision is tried again after a lock timeout.
    pub lock_retries: u32,
    /// Longest time one statement may take (PostgreSQL); `None` is no limit, whatever the server's setting is.
    pub statement_timeout: Option<Duration>,
    /// Longest wait for another runner to finish.
    pub wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_millis(500),
            lock_retries: 20,
            statement_timeout: None,
            wait: Duration::from_mins(10),
        }
    }
}

impl Patience {
    /// Pause after a failed attempt: 0.2 s, doubling to at most 5 s, and up to half of it again at random, so that two
    /// waiters do not stay in step.
    pub(crate) fn pause_after(attempt: u32) -> Duration {
        let base = Duration::from_millis(200 << Ord::min(attempt.saturating_sub(1), 5)).min(Duration::from_secs(5));
        let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
        base + base.mul_f64(f64::from(clock % 1000) / 2000.0)
    }
}
