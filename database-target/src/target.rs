//! A database URL, taken apart so that its password never reaches a log.

use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use sea_orm::{
    DbBackend,
    sqlx::{
        self,
        mysql::{MySqlConnectOptions, MySqlSslMode},
        postgres::{PgConnectOptions, PgSslMode},
        sqlite::SqliteConnectOptions,
    },
};
use url::Url;

use crate::{InvalidUrl, password};

/// A database: where it is, and apart from that its password.
#[derive(Clone)]
pub struct Target {
    url: Url,
    password: Option<String>,
    backend: DbBackend,
    encrypts: bool,
    schema: Option<String>,
    /// MySQL: the database beside which an area has its own.
    common: Option<String>,
    origin: Cow<'static, str>,
}

impl Target {
    /// Reads a URL that came from `origin`: `postgres`, `postgresql`, `timescaledb`, `mysql`, `mariadb` or `sqlite`.
    /// SeaORM itself knows three of these schemes.
    ///
    /// # Errors
    ///
    /// The driver could not use the URL; the error says why and does not repeat it.
    pub fn parse(text: &str, origin: impl Into<Cow<'static, str>>) -> Result<Self, InvalidUrl> {
        let origin = origin.into();
        let invalid = |reason: String| InvalidUrl { origin: origin.clone(), reason };
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(invalid("has no scheme; it looks like postgres://user:password@host/database".to_owned()));
        };
        let (scheme, backend) = match scheme {
            "postgres" | "postgresql" | "timescaledb" => ("postgres", DbBackend::Postgres),
            "mysql" | "mariadb" => ("mysql", DbBackend::MySql),
            "sqlite" => ("sqlite", DbBackend::Sqlite),
            _ => return Err(invalid("has an unknown scheme; use postgres://, mysql:// or sqlite://".to_owned())),
        };
        // `sqlite:file` and `sqlite://file` both name a path; `Url` would read the second as a host.
        let normalised = match backend {
            DbBackend::Sqlite => format!("sqlite:{}", rest.strip_prefix("//").unwrap_or(rest)),
            _ => format!("{scheme}:{rest}"),
        };
        if backend == DbBackend::Sqlite && normalised.contains('#') {
            return Err(invalid("has a # in the name of its file, which ends a URL; write %23 for it".to_owned()));
        }
        let mut url = Url::parse(&normalised).map_err(|error| invalid(format!("cannot be read: {error}")))?;
        if backend != DbBackend::Sqlite && url.host_str().is_none_or(str::is_empty) && !has_host_parameter(&url) {
            return Err(invalid(format!("names no host; it looks like {scheme}://user:password@host/database")));
        }
        let password = password::take(&mut url).map_err(&invalid)?;
        let target =
            Self { url, password, backend, encrypts: false, schema: None, common: None, origin: origin.clone() };
        // Found here rather than when connecting: a misspelt value of a parameter.
        let told = |error: sqlx::Error| match error {
            sqlx::Error::Configuration(error) => error.to_string(),
            other => other.to_string(),
        };
        let encrypts = target.read_by_driver().map_err(|error| invalid(format!("cannot be used: {}", told(error))))?;
        Ok(Self { encrypts, ..target })
    }

    /// Lets the driver read the URL; tells whether it insists on TLS.
    fn read_by_driver(&self) -> Result<bool, sqlx::Error> {
        let url = self.driver_url(false);
        Ok(match self.backend {
            DbBackend::Postgres => matches!(
                url.parse::<PgConnectOptions>()?.get_ssl_mode(),
                PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull
            ),
            DbBackend::MySql => matches!(
                url.parse::<MySqlConnectOptions>()?.get_ssl_mode(),
                MySqlSslMode::Required | MySqlSslMode::VerifyCa | MySqlSslMode::VerifyIdentity
            ),
            _ => {
                url.parse::<SqliteConnectOptions>()?;
                true // Nothing leaves the machine.
            }
        })
    }

    /// The URL as the driver wants it, without the password, which goes to the driver on its own ([`Self::password`]):
    /// SeaORM traces the URL.
    ///
    /// An SQLite file that is not there is made when `create` is set, unless the URL says otherwise.
    pub fn driver_url(&self, create: bool) -> String {
        if self.backend != DbBackend::Sqlite {
            return self.url.as_str().to_owned();
        }
        if matches!(self.url.path(), ":memory:" | "") {
            return "sqlite::memory:".to_owned();
        }
        let mut url = self.url.clone();
        if create && self.parameter("mode").is_none() {
            url.query_pairs_mut().append_pair("mode", "rwc");
        }
        url.as_str().replacen("sqlite:", "sqlite://", 1)
    }

    /// The database alone: its URL without the password, or its file.
    pub fn location(&self) -> String {
        match self.backend {
            DbBackend::Sqlite if self.is_in_memory() => "a database in memory".to_owned(),
            DbBackend::Sqlite => self.path(),
            _ => self.url.as_str().to_owned(),
        }
    }

    /// The SQL dialect.
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Where the URL came from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether a connection to it is encrypted or refused; `prefer`, the drivers' default, falls back to plain text.
    pub fn encrypts(&self) -> bool {
        self.encrypts
    }

    /// The password, for the driver.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Host and port to reach over TCP; none for files and Unix sockets.
    pub fn address(&self) -> Option<(&str, u16)> {
        let port = match self.backend {
            DbBackend::Postgres => 5432,
            DbBackend::MySql => 3306,
            _ => return None,
        };
        let host = self.url.host_str().filter(|host| !host.is_empty() && !host.starts_with("%2F"))?;
        Some((host.trim_start_matches('[').trim_end_matches(']'), self.url.port().unwrap_or(port)))
    }

    /// Name of the database on its server, when the URL has one.
    pub fn database_name(&self) -> Option<&str> {
        let name = self.url.path().trim_start_matches('/');
        (self.backend != DbBackend::Sqlite && !name.is_empty()).then_some(name)
    }

    /// The PostgreSQL schema to work in; none stands for the server's own choice.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The search path for that schema, when there is one. Extensions live in `public` as a rule, and their functions have
    /// to be found.
    pub fn search_path(&self) -> Option<String> {
        let schema = self.schema.as_deref()?;
        let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
        Some(if schema == "public" { quoted } else { format!("{quoted},public") })
    }

    /// The same database, worked on in this schema. Only PostgreSQL has schemas; elsewhere nothing changes.
    #[must_use]
    pub fn with_schema(mut self, name: &str) -> Self {
        if self.backend == DbBackend::Postgres {
            self.schema = Some(name.to_owned());
        }
        self
    }

    /// An area's place in this database: a schema of its name (PostgreSQL), a database beside it (MySQL: `plant` and
    /// `plant_telemetry`), a file beside it (SQLite: `plant.sqlite` and `plant-telemetry.sqlite`).
    #[must_use]
    pub fn in_area(&self, area: &str) -> Self {
        match self.backend {
            DbBackend::Postgres => self.clone().with_schema(area),
            DbBackend::MySql => match self.database_name() {
                Some(name) => Self { common: Some(name.to_owned()), ..self.with_database(&format!("{name}_{area}")) },
                None => self.with_database(area),
            },
            _ if self.is_in_memory() => self.clone(),
            _ => {
                let mut other = self.clone();
                other.url.set_path(&beside(Path::new(self.url.path()), area));
                other
            }
        }
    }

    /// The database beside which this one is the place of an area ([`Target::in_area`], MySQL).
    #[must_use]
    pub fn common(&self) -> Option<Self> {
        self.common.as_deref().map(|name| self.with_database(name))
    }

    /// Another database on the same server, for the same user.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let mut other = Self { schema: None, common: None, ..self.clone() };
        other.url.set_path(name);
        // PostgreSQL's driver prefers the parameter to the path.
        let parameters: Vec<(String, String)> =
            self.url.query_pairs().filter(|(key, _)| key != "dbname").map(|(k, v)| (k.into(), v.into())).collect();
        other.url.set_query(None);
        if !parameters.is_empty() {
            other.url.query_pairs_mut().extend_pairs(parameters);
        }
        other
    }

    /// The SQLite file; none for servers and databases in memory.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        (self.backend == DbBackend::Sqlite && !self.is_in_memory()).then(|| PathBuf::from(self.path()))
    }

    /// Whether the database lives in memory, so that each connection would open one of its own.
    pub fn is_in_memory(&self) -> bool {
        self.backend == DbBackend::Sqlite
            && (matches!(self.url.path(), ":memory:" | "") || self.parameter("mode").as_deref() == Some("memory"))
    }

    /// Whether the URL asks for an SQLite file that is not written to.
    pub fn is_read_only(&self) -> bool {
        self.backend == DbBackend::Sqlite
            && (self.parameter("mode").as_deref() == Some("ro")
                || self.parameter("immutable").is_some_and(|value| matches!(&*value, "true" | "1")))
    }

    /// The path as the file system knows it; in the URL a space is `%20`.
    fn path(&self) -> String {
        percent_decode_str(self.url.path()).decode_utf8_lossy().into_owned()
    }

    fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// `plant.sqlite` and `telemetry` give `plant-telemetry.sqlite`.
fn beside(path: &Path, area: &str) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{area}{extension}")).to_string_lossy().into_owned()
}

fn has_host_parameter(url: &Url) -> bool {
    url.query_pairs().any(|(key, _)| matches!(&*key, "host" | "hostaddr" | "socket"))
}

/// Names the database and the schema, without the password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.location())?;
        match &self.schema {
            Some(schema) => write!(f, " schema {schema}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self}, from {})", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Target {
        Target::parse(text, "--database-url").unwrap()
    }

    #[test]
    fn another_database_is_on_the_same_server() {
        let home = parse("postgres://me:s3cret@db.example/alarms?dbname=x&sslmode=require");
        let other = home.with_database("scratch");
        assert_eq!(other.driver_url(false), "postgres://me@db.example/scratch?sslmode=require");
        assert_eq!((other.database_name(), other.password()), (Some("scratch"), Some("s3cret")));
    }

    #[test]
    fn an_area_has_its_place_in_the_common_database() {
        let area = |text: &str| parse(text).in_area("telemetry");
        let postgres = area("postgres://h/plant");
        assert_eq!((postgres.database_name(), postgres.schema()), (Some("plant"), Some("telemetry")));
        assert_eq!(postgres.search_path().as_deref(), Some("\"telemetry\",public"));
        assert_eq!(postgres.to_string(), "postgres://h/plant schema telemetry");
        let mysql = area("mysql://h/plant?charset=utf8mb4");
        assert_eq!((mysql.database_name(), mysql.schema()), (Some("plant_telemetry"), None));
        assert_eq!(area("sqlite://a/b.c/plant.sqlite?mode=ro").to_string(), "a/b.c/plant-telemetry.sqlite");
        assert_eq!(area("sqlite://my plant").to_string(), "my plant-telemetry");
        assert!(area("sqlite::memory:").is_in_memory());
        assert_eq!(postgres.with_database("scratch").schema(), None, "a new database has no such schema");
    }

    #[test]
    fn passwords_are_taken_out_and_never_shown() {
        for (text, password) in [
            ("postgres://me:s3cr%40t@db.example:6432/alarms?sslmode=require", "s3cr@t"),
            ("mysql://me:a+b&c@db.example/alarms", "a+b&c"),
            ("postgres://me@db.example/alarms?password=s3cret&sslmode=require", "s3cret"),
        ] {
            let target = parse(text);
            assert_eq!(target.password(), Some(password));
            for shown in [target.to_string(), format!("{target:?}"), target.driver_url(true)] {
                assert!(!shown.contains("s3cr") && !shown.contains("a+b"), "{shown}");
            }
        }
    }

    #[test]
    fn errors_do_not_repeat_the_url() {
        for text in [
            "oracle://me:s3cret@db/alarms",
            "s3cret",
            "postgres://me:s3cret@:notaport/x",
            "postgres:///x?application_name=s3cret",
            "postgres://me@db/alarms?sslpassword=s3cret",
            "postgres://me:s3cret@db/alarms?sslmode=perhaps",
        ] {
            let error = Target::parse(text, "DATABASE_URL").unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn schemes_are_the_drivers() {
        assert_eq!(parse("postgresql://h/d").driver_url(true), "postgres://h/d");
        assert_eq!(parse("timescaledb://h/d").driver_url(true), "postgres://h/d");
        assert_eq!(parse("mariadb://h/d").driver_url(true), "mysql://h/d");
    }

    #[test]
    fn sqlite_names_a_file_or_memory() {
        assert_eq!(parse("sqlite://a/b.sqlite?mode=ro").driver_url(true), "sqlite://a/b.sqlite?mode=ro");
        assert_eq!(parse("sqlite://b.sqlite").driver_url(true), "sqlite://b.sqlite?mode=rwc");
        assert_eq!(parse("sqlite://b.sqlite").driver_url(false), "sqlite://b.sqlite");
        assert_eq!(parse("sqlite:///abs/b.sqlite").sqlite_file(), Some(PathBuf::from("/abs/b.sqlite")));
        assert_eq!(parse("sqlite://b.sqlite").to_string(), "b.sqlite");
        assert_eq!(parse("sqlite://my file.sqlite").sqlite_file(), Some(PathBuf::from("my file.sqlite")));
        assert_eq!(parse("sqlite::memory:").driver_url(true), "sqlite::memory:");
        assert_eq!(parse("sqlite::memory:").sqlite_file(), None);
        assert!(parse("sqlite://x?mode=memory").is_in_memory());
        assert!(parse("sqlite://b.sqlite?mode=ro").is_read_only() && !parse("sqlite://b.sqlite").is_read_only());
    }

    #[test]
    fn addresses_have_the_default_port() {
        assert_eq!(parse("postgres://h/d").address(), Some(("h", 5432)));
        assert_eq!(parse("mysql://h:3307/d").address(), Some(("h", 3307)));
        assert_eq!(parse("postgres://[::1]/d").address(), Some(("::1", 5432)));
        assert_eq!(parse("postgres://%2Fvar%2Frun/d").address(), None);
        assert_eq!(parse("sqlite://d").address(), None);
    }

    #[test]
    fn only_required_tls_counts_as_encrypted() {
        assert!(parse("postgres://h/d?sslmode=verify-full&sslrootcert=/etc/ca.pem").encrypts());
        assert!(parse("mysql://h/d?ssl-mode=REQUIRED").encrypts());
        assert!(parse("sqlite://d").encrypts());
        for text in ["postgres://h/d?sslmode=prefer", "postgres://h/d?sslmode=disable", "mysql://h/d"] {
            assert!(!parse(text).encrypts(), "{text}");
        }
    }
}
