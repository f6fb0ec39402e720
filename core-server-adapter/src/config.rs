//! How the pool is opened.

use std::{fmt, time::Duration};

use database_target::Target;

use crate::AdapterError;

/// Which database to use, and how many sessions of it for how long.
///
/// ```
/// use std::time::Duration;
/// use core_server_adapter::DatabaseConfig;
///
/// let config = DatabaseConfig::new("postgres://core:secret@db.example/alarms?sslmode=verify-full&sslrootcert=/etc/ca.pem")?
///     .require_tls()
///     .max_connections(20)
///     .statement_timeout(Duration::from_secs(30));
/// assert!(!format!("{config:?}").contains("secret"));
/// # Ok::<(), core_server_adapter::AdapterError>(())
/// ```
#[derive(Clone)]
pub struct DatabaseConfig {
    pub(crate) target: Target,
    pub(crate) require_tls: bool,
    pub(crate) max_connections: u32,
    pub(crate) min_connections: u32,
    pub(crate) acquire_timeout: Duration,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) application_name: String,
}

impl DatabaseConfig {
    /// Reads a URL: `postgres://`, `postgresql://`, `timescaledb://`, `mysql://`, `mariadb://` or `sqlite://`.
    ///
    /// TLS is asked for in the URL: `sslmode` and `sslrootcert` for PostgreSQL, `ssl-mode` and `ssl-ca` for MySQL. An
    /// SQLite file has to exist; `?mode=rwc` creates it.
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidUrl`] when the URL cannot be used; it does not repeat the URL.
    pub fn new(url: &str) -> Result<Self, AdapterError> {
        Ok(Self::for_target(Target::parse(url, "the configuration")?))
    }

    /// A database that was found elsewhere: [`Target::resolve`] looks in the usual places.
    pub fn for_target(target: Target) -> Self {
        Self {
            target,
            require_tls: false,
            max_connections: 10,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(10),
            idle_timeout: Some(Duration::from_mins(10)),
            statement_timeout: None,
            application_name: "core-server".to_owned(),
        }
    }

    /// The place of an area other than the alarms in this database ([`Target::in_area`]): a schema, a database or a file of
    /// its own. Not needed for a target of [`Target::resolve_area`].
    ///
    /// ```
    /// use core_server_adapter::{DatabaseConfig, telemetry};
    ///
    /// let common = DatabaseConfig::new("postgres://db.example/plant")?;
    /// assert_eq!(common.in_area(telemetry::AREA).to_string(), "postgres://db.example/plant schema telemetry");
    /// # Ok::<(), core_server_adapter::AdapterError>(())
    /// ```
    #[must_use]
    pub fn in_area(mut self, area: &str) -> Self {
        self.target = self.target.in_area(area);
        self
    }

    /// Refuses to connect with a URL that would not encrypt, or only if the server likes. A file passes: nothing travels.
    #[must_use]
    pub fn require_tls(mut self) -> Self {
        self.require_tls = true;
        self
    }

    /// Sessions at most; 10 when not set. One for a database in memory or a server that has no more.
    #[must_use]
    pub fn max_connections(mut self, sessions: u32) -> Self {
        self.max_connections = sessions;
        self
    }

    /// Sessions kept open without work; 0 when not set.
    #[must_use]
    pub fn min_connections(mut self, sessions: u32) -> Self {
        self.min_connections = sessions;
        self
    }

    /// Longest wait for a session, connecting included, at start-up too; 10 s when not set. A server that is still
    /// starting is tried again until then.
    #[must_use]
    pub fn acquire_timeout(mut self, wait: Duration) -> Self {
        self.acquire_timeout = wait;
        self
    }

    /// Closes sessions without work after this time; 10 minutes when not set, never with `None`.
    #[must_use]
    pub fn idle_timeout(mut self, idle: Option<Duration>) -> Self {
        self.idle_timeout = idle;
        self
    }

    /// Has the server cancel statements that run longer; no limit when not set. MySQL limits reads only; SQLite has no
    /// such limit and ignores it.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.statement_timeout = Some(limit);
        self
    }

    /// The name this program goes by in `pg_stat_activity` (PostgreSQL); `core-server` when not set.
    #[must_use]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    pub(crate) fn check(&self) -> Result<(), AdapterError> {
        let invalid = |setting: &'static str, reason: &str| {
            Err(AdapterError::InvalidConfig { setting, reason: reason.to_owned() })
        };
        if self.require_tls && !self.target.encrypts() {
            return invalid(
                "database URL",
                "would not encrypt, and TLS is required; add sslmode=verify-full (PostgreSQL) or \
                 ssl-mode=VERIFY_IDENTITY (MySQL), or `require` for a server without a trusted certificate",
            );
        }
        if self.max_connections == 0 {
            return invalid("max_connections", "is 0; allow at least one session");
        }
        if self.min_connections > self.max_connections {
            return invalid("min_connections", "is more than max_connections; lower it");
        }
        Ok(())
    }
}

/// Shows everything but the password.
impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("database", &self.target.to_string())
            .field("require_tls", &self.require_tls)
            .field("max_connections", &self.max_connections)
            .field("min_connections", &self.min_connections)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("application_name", &self.application_name)
            .finish()
    }
}

/// Names the database without its password.
impl fmt::Display for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_work_are_named() {
        let config = |url: &str| DatabaseConfig::new(url).unwrap();
        let error = config("postgres://h/d?sslmode=prefer").require_tls().check().unwrap_err().to_string();
        assert!(error.starts_with("database URL would not encrypt"), "{error}");
        config("postgres://h/d?sslmode=require").require_tls().check().unwrap();
        config("sqlite://d").require_tls().check().unwrap();
        let error = config("sqlite://d").max_connections(0).check().unwrap_err().to_string();
        assert_eq!(error, "max_connections is 0; allow at least one session");
        assert!(config("sqlite://d").min_connections(11).check().is_err());
    }
}
