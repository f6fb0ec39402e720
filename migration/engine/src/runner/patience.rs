//! How long a run waits, and for what.

use std::time::{Duration, SystemTime};

use sea_orm::DbBackend;

/// How long a run waits, for locks and for other runners.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Longest wait of one statement for a table lock. Whole seconds on MySQL; SQLite has no such lock.
    pub lock_timeout: Duration,
    /// How often a revision is tried again after a lock timeout.
    pub lock_retries: u32,
    /// Longest time one statement may take (PostgreSQL); `None` leaves the server's setting.
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
    /// Statements that make the session as patient as this, in one text.
    pub(super) fn session_settings(&self, backend: DbBackend) -> Option<String> {
        match backend {
            DbBackend::Postgres => {
                let mut settings = format!("SET lock_timeout = {}", self.lock_timeout.as_millis());
                if let Some(limit) = self.statement_timeout {
                    settings = format!("{settings}; SET statement_timeout = {}", limit.as_millis());
                }
                Some(settings)
            }
            // Whole seconds, one at least.
            DbBackend::MySql => {
                Some(format!("SET SESSION lock_wait_timeout = {}", Ord::max(self.lock_timeout.as_secs(), 1)))
            }
            _ => None,
        }
    }

    /// Pause after a failed attempt: 0.2 s, doubling to at most 5 s, and up to half of it again at random, so that two
    /// waiters do not stay in step.
    pub(crate) fn pause_after(attempt: u32) -> Duration {
        let base = Duration::from_millis(200 << Ord::min(attempt.saturating_sub(1), 5)).min(Duration::from_secs(5));
        let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
        base + base.mul_f64(f64::from(clock % 1000) / 2000.0)
    }
}
