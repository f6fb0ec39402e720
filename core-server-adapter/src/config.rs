//! How the pool is opened.

use std::{borrow::Cow, fmt, time::Duration};

use database_target::Target;

use crate::{AdapterError, gate, tenant};

/// The variable with the number of sessions of every area, and the beginning of an area's own.
const MAX_CONNECTIONS: &str = "DATABASE_MAX_CONNECTIONS";

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
    pub(crate) slow_statement: Duration,
    pub(crate) application_name: String,
    pub(crate) tenant: Option<String>,
    pub(crate) through_pooler: bool,
    pub(crate) replica: Option<Replica>,
    /// Whether one session serves several areas, so that no statement may be kept prepared.
    pub(crate) several_areas: bool,
}

/// A standby to read from.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    pub(crate) target: Target,
    pub(crate) behind: Duration,
}

/// How far a standby may be behind when nothing else is said.
const BEHIND: Duration = Duration::from_secs(10);

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
            slow_statement: Duration::from_secs(1),
            application_name: "core-server".to_owned(),
            tenant: None,
            through_pooler: false,
            replica: None,
            several_areas: false,
        }
    }

    /// The database of an area and the size of its pool, from the environment or a file `.env` in this folder or one above.
    ///
    /// The database is the first of `url`, `DATABASE_URL_<AREA>`, the area's place in `DATABASE_URL`, and the SQLite file
    /// `<area>.sqlite`; the alarms' own is `DATABASE_URL` itself ([`Target::resolve_area`]). The pool has
    /// `DATABASE_MAX_CONNECTIONS_<AREA>` sessions at most, else `DATABASE_MAX_CONNECTIONS`, else 10.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), core_server_adapter::AdapterError> {
    /// use core_server_adapter::{Database, DatabaseConfig, alarms, telemetry};
    ///
    /// let alarms = Database::connect(&DatabaseConfig::from_environment(alarms::AREA, None)?).await?;
    /// let telemetry = DatabaseConfig::from_environment(telemetry::AREA, None)?;
    /// let telemetry = telemetry::Telemetry::connect(&telemetry).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidUrl`], and [`AdapterError::InvalidConfig`] for a size that is not a number above 0.
    pub fn from_environment(area: &str, url: Option<&str>) -> Result<Self, AdapterError> {
        let embedded = format!("{area}.sqlite");
        let target = if area == gate::ALARMS.area {
            Target::resolve(url, &embedded)?
        } else {
            Target::resolve_area(area, url, &embedded)?
        };
        let mut config = Self::for_target(target);
        for name in [format!("{MAX_CONNECTIONS}_{}", area.to_uppercase()), MAX_CONNECTIONS.to_owned()] {
            if let Some((value, _)) = database_target::setting(&name)? {
                config.max_connections = sessions(name, &value)?;
                break;
            }
        }
        Ok(config)
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
        if let Some(replica) = &mut self.replica {
            replica.target = replica.target.in_area(area);
        }
        self
    }

    /// The database.
    pub fn target(&self) -> &Target {
        &self.target
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

    /// Logs statements that take longer as warnings, without their values; 1 s when not set.
    #[must_use]
    pub fn slow_statement(mut self, longer_than: Duration) -> Self {
        self.slow_statement = longer_than;
        self
    }

    /// A pooler such as pgbouncer in transaction mode stands before the server (PostgreSQL): no session keeps anything from
    /// one transaction to the next. Each statement runs in a transaction that begins with the settings it needs, which costs
    /// four more round trips; within a transaction of the program's own nothing more is paid.
    ///
    /// [`Database::connect`](crate::Database::connect) notices such a pooler by itself, because it does not pass on what the
    /// driver wishes when it connects. [`Database::lazy`](crate::Database::lazy) has to be told.
    #[must_use]
    pub fn through_pooler(mut self) -> Self {
        self.through_pooler = true;
        self
    }

    /// A streaming standby of this database (PostgreSQL), for [`Database::reading`](crate::Database::reading). It has to be
    /// the same database on another server: of an area, say it before [`in_area`](Self::in_area).
    ///
    /// # Errors
    ///
    /// [`AdapterError::InvalidUrl`], and [`AdapterError::InvalidConfig`] where it is not PostgreSQL.
    pub fn replica(mut self, url: &str) -> Result<Self, AdapterError> {
        let target = Target::parse(url, "the configuration")?;
        if target.backend() != sea_orm::DbBackend::Postgres || self.target.backend() != sea_orm::DbBackend::Postgres {
            return Err(invalid("replica", "is not PostgreSQL; only that has standbys to read from"));
        }
        let target = match self.target.schema() {
            Some(schema) => target.with_schema(schema),
            None => target,
        };
        let behind = self.replica.map_or(BEHIND, |replica| replica.behind);
        self.replica = Some(Replica { target, behind });
        Ok(self)
    }

    /// How far the replica may be behind before reads go to the primary; 10 s when not set.
    #[must_use]
    pub fn replica_behind(mut self, behind: Duration) -> Self {
        if let Some(replica) = &mut self.replica {
            replica.behind = behind;
        }
        self
    }

    /// The same settings on the replica.
    pub(crate) fn on_replica(&self) -> Option<Self> {
        let replica = self.replica.clone()?;
        Some(Self { target: replica.target, replica: None, ..self.clone() })
    }

    /// The name this program goes by in `pg_stat_activity` (PostgreSQL); `core-server` when not set.
    #[must_use]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    /// Works for one tenant: its rows are all that this pool sees, writes and changes. Another tenant takes another pool.
    ///
    /// The area twin can do that, on PostgreSQL without TimescaleDB, for users who are not the owner of the tables.
    /// Everywhere else opening the pool is refused, with [`AdapterError::NotSeparated`] or
    /// [`AdapterError::InvalidConfig`]. Without a tenant a pool works with the rows that are no tenant's.
    ///
    /// Each session gets the setting `app.tenant` when it connects. Whoever runs SQL of their own through
    /// [`connection`](crate::Database::connection) must not set it.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.tenant = Some(name.into());
        self
    }

    pub(crate) fn check(&self) -> Result<(), AdapterError> {
        let invalid = |setting: &'static str, reason: &str| Err(invalid(setting, reason));
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
        if let Some(reason) = self.tenant.as_deref().and_then(|name| tenant::refused(name, self.target.backend())) {
            return invalid("tenant", reason);
        }
        if self.min_connections > self.max_connections {
            return invalid("min_connections", "is more than max_connections; lower it");
        }
        Ok(())
    }
}

/// The value of a variable that is a number of sessions. It is not repeated: it may be a secret in the wrong place.
fn sessions(variable: String, value: &str) -> Result<u32, AdapterError> {
    let number = value.trim().parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| {
        invalid(variable, "is not a whole number above 0; set it to the sessions of the pool, 10 for example")
    })
}

fn invalid(setting: impl Into<Cow<'static, str>>, reason: &str) -> AdapterError {
    AdapterError::InvalidConfig { setting: setting.into(), reason: reason.to_owned() }
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
            .field("slow_statement", &self.slow_statement)
            .field("application_name", &self.application_name)
            .field("tenant", &self.tenant)
            .field("through_pooler", &self.through_pooler)
            .field("replica", &self.replica)
            .field("several_areas", &self.several_areas)
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

    #[test]
    fn a_number_of_sessions_is_above_0() {
        let read = |value: &str| sessions("DATABASE_MAX_CONNECTIONS_TWIN".to_owned(), value);
        assert_eq!(read(" 7 ").unwrap(), 7);
        for value in ["0", "-1", "many", "1.5", "", "4294967296"] {
            let error = read(value).unwrap_err().to_string();
            assert!(error.starts_with("DATABASE_MAX_CONNECTIONS_TWIN is not a whole number above 0; "), "{error}");
        }
    }
}
