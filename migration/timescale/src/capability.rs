//! What the connected server can do.

use std::fmt;

use sea_orm::{DbBackend, DbErr, QueryResult};

use crate::{Dialect, Version};

macro_rules! in_web_assembly {
    () => {
        "version() LIKE '%emcc%'"
    };
}

/// Edition of TimescaleDB, which decides about more than the version does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edition {
    /// Licence `timescale`: everything.
    Full,
    /// Licence `apache`: hypertables, but no columnstore, policies, jobs, continuous aggregates or gap filling.
    Apache,
}

/// The server's abilities, read once per connection with [`Capability::detect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability {
    backend: DbBackend,
    timescale: Option<(Version, Edition)>,
    web_assembly: bool,
}

/// A feature that the server does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{feature} needs {needs}; this is {server}")]
pub struct Unsupported {
    /// What was asked for.
    pub feature: &'static str,
    /// What it takes.
    pub needs: &'static str,
    /// What is there.
    pub server: Capability,
}

impl Capability {
    /// TimescaleDB with the full licence.
    pub const fn timescale_full(version: Version) -> Self {
        Self { backend: DbBackend::Postgres, timescale: Some((version, Edition::Full)), web_assembly: false }
    }

    /// TimescaleDB, Apache edition.
    pub const fn timescale_apache(version: Version) -> Self {
        Self { backend: DbBackend::Postgres, timescale: Some((version, Edition::Apache)), web_assembly: false }
    }

    /// PostgreSQL without TimescaleDB.
    pub const fn postgres() -> Self {
        Self { backend: DbBackend::Postgres, timescale: None, web_assembly: false }
    }

    /// SQLite.
    pub const fn sqlite() -> Self {
        Self { backend: DbBackend::Sqlite, timescale: None, web_assembly: false }
    }

    /// MySQL or MariaDB.
    pub const fn mysql() -> Self {
        Self { backend: DbBackend::MySql, timescale: None, web_assembly: false }
    }

    /// The same server, compiled to WebAssembly.
    #[must_use]
    pub const fn in_web_assembly(mut self) -> Self {
        self.web_assembly = true;
        self
    }

    /// A server without TimescaleDB.
    pub(crate) const fn without_timescaledb(backend: DbBackend) -> Self {
        Self { backend, timescale: None, web_assembly: false }
    }

    /// Whether a PostgreSQL server is compiled to WebAssembly, as an expression: the version names the compiler. Such a server
    /// has one session and no background jobs.
    pub const IN_WEB_ASSEMBLY: &str = in_web_assembly!();

    /// What [`Capability::detect`] asks a PostgreSQL server, for those who ask it in their own way.
    pub const QUESTION: &str = concat!(
        "SELECT extversion AS timescaledb_version, \
         coalesce(current_setting('timescaledb.license', true), 'apache') AS timescaledb_license, ",
        in_web_assembly!(),
        " AS web_assembly FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'"
    );

    /// Reads a PostgreSQL server's answer to [`Capability::QUESTION`].
    pub fn from_answer(row: Option<&QueryResult>) -> Result<Self, DbErr> {
        let Some(row) = row else {
            return Ok(Self::postgres());
        };
        let version = row
            .try_get::<String>("", "timescaledb_version")?
            .parse()
            .map_err(|error| DbErr::Custom(format!("TimescaleDB reports a version that cannot be read: {error}")))?;
        let edition = match row.try_get::<String>("", "timescaledb_license")?.as_str() {
            "timescale" => Edition::Full,
            _ => Edition::Apache,
        };
        let web_assembly = row.try_get("", "web_assembly")?;
        Ok(Self { backend: DbBackend::Postgres, timescale: Some((version, edition)), web_assembly })
    }

    /// The SQL dialect.
    pub const fn dialect(self) -> Dialect {
        Dialect::of(self.backend)
    }

    /// The same for SeaORM.
    pub const fn backend(self) -> DbBackend {
        self.backend
    }

    /// Version of TimescaleDB, when it is there.
    pub fn timescale_version(self) -> Option<Version> {
        self.timescale.map(|(version, _)| version)
    }

    /// Whether hypertables exist.
    pub const fn has_hypertables(self) -> bool {
        self.timescale.is_some()
    }

    /// Whether the columnstore, policies and jobs exist.
    pub const fn has_columnstore(self) -> bool {
        matches!(self.timescale, Some((_, Edition::Full)))
    }

    /// Whether continuous aggregates exist.
    pub const fn has_continuous_aggregates(self) -> bool {
        self.has_columnstore()
    }

    /// Whether jobs exist, and with them policies.
    pub const fn has_jobs(self) -> bool {
        self.has_columnstore()
    }

    /// Whether the server is the WebAssembly build, which has one session and no background workers: what TimescaleDB
    /// does with a second session (an index with one transaction per chunk, jobs) does not work there.
    pub const fn is_web_assembly(self) -> bool {
        self.web_assembly
    }

    /// Short name of the profile, as used for file names: `timescaledb`, `timescaledb-apache`, `postgres`, `sqlite`, `mysql`.
    pub fn profile(self) -> &'static str {
        match (self.dialect(), self.timescale) {
            (Dialect::Postgres, Some((_, Edition::Full))) => "timescaledb",
            (Dialect::Postgres, Some((_, Edition::Apache))) => "timescaledb-apache",
            (Dialect::Postgres, None) => "postgres",
            (Dialect::MySql, _) => "mysql",
            (Dialect::Sqlite, _) => "sqlite",
        }
    }

    pub(crate) fn require_hypertables(self, feature: &'static str) -> Result<Version, Unsupported> {
        self.timescale_version().ok_or(Unsupported { feature, needs: "TimescaleDB", server: self })
    }

    pub(crate) fn require_columnstore(self, feature: &'static str) -> Result<Version, Unsupported> {
        self.require_full_licence(feature)
    }

    /// TimescaleDB of at least a version, in either edition; `needs` says so.
    pub(crate) fn require_version(
        self,
        feature: &'static str,
        floor: Version,
        needs: &'static str,
    ) -> Result<Version, Unsupported> {
        match self.timescale_version() {
            Some(version) if version >= floor => Ok(version),
            _ => Err(Unsupported { feature, needs, server: self }),
        }
    }

    pub(crate) fn require_full_licence(self, feature: &'static str) -> Result<Version, Unsupported> {
        match self.timescale {
            Some((version, Edition::Full)) => Ok(version),
            _ => Err(Unsupported { feature, needs: "TimescaleDB with its full licence", server: self }),
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.dialect(), self.timescale) {
            (_, Some((version, Edition::Full))) => write!(f, "TimescaleDB {version}"),
            (_, Some((version, Edition::Apache))) => write!(f, "TimescaleDB {version}, Apache edition"),
            (Dialect::MySql, None) => f.write_str("MySQL/MariaDB"),
            (Dialect::Sqlite, None) => f.write_str("SQLite"),
            (Dialect::Postgres, None) => f.write_str("PostgreSQL without TimescaleDB"),
        }
    }
}
