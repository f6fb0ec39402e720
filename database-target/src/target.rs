//! A database URL, taken apart so that its password never reaches a log.

use sql_dialect::Dialect;
use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sea_orm::{
    DbBackend,
    sqlx::{mysql::MySqlConnectOptions, postgres::PgConnectOptions},
};
use url::Url;

use crate::{InvalidUrl, driver::Driver, misplaced, password, strict};

/// A database: where it is, and apart from that its password.
#[derive(Clone)]
pub struct Target {
    url: Url,
    password: Option<String>,
    backend: DbBackend,
    driver: Driver,
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
        strict::check(backend, rest).map_err(&invalid)?;
        if backend == DbBackend::Postgres {
            misplaced::not_in_the_driver_s_variables()?;
        }
        // `sqlite:file` and `sqlite://file` both name a path; `Url` would read the second as a host.
        let normalised = match Dialect::of(backend) {
            Dialect::Sqlite => format!("sqlite:{}", rest.strip_prefix("//").unwrap_or(rest)),
            Dialect::Postgres | Dialect::MySql => format!("{scheme}:{rest}"),
        };
        let mut url = Url::parse(&normalised).map_err(|error| invalid(format!("cannot be read: {error}")))?;
        if backend != DbBackend::Sqlite && url.host_str().is_none_or(str::is_empty) && !has_host_parameter(&url) {
            return Err(invalid(format!("does not name a host; it looks like {scheme}://user:password@host/database")));
        }
        let password = if backend == DbBackend::Sqlite { None } else { password::take(&mut url) };
        // Found here rather than when connecting: a misspelt value of a parameter. The driver's error would repeat it.
        let driver = Driver::read(&url, backend, password.as_deref()).map_err(|_| {
            let named = misspelt(&url, backend).map_or_else(String::new, |key| format!(" {key}"));
            invalid(format!("cannot be used: the driver does not know the value of its parameter{named}"))
        })?;
        Ok(Self { url, password, backend, driver, schema: None, common: None, origin })
    }

    /// A target of which everything is known; the URL has no password.
    pub(crate) fn known(url: Url, backend: DbBackend, driver: Driver, origin: &'static str) -> Self {
        Self { url, password: None, backend, driver, schema: None, common: None, origin: origin.into() }
    }

    /// The URL for SeaORM, which traces it: of a server, where it is. What else the URL says goes to the driver by
    /// [`Self::postgres`] and [`Self::mysql`].
    ///
    /// An SQLite file that is not there is made when `create` is set, unless the URL says otherwise.
    pub fn driver_url(&self, create: bool) -> String {
        if self.backend != DbBackend::Sqlite {
            return self.location();
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

    /// All that the URL says, for PostgreSQL's driver, in place of what SeaORM reads from [`Self::driver_url`].
    pub fn postgres(&self) -> Option<PgConnectOptions> {
        match &self.driver {
            Driver::Postgres(options) => Some((**options).clone()),
            Driver::MySql(_) | Driver::Sqlite => None,
        }
    }

    /// All that the URL says, for the driver of MySQL and MariaDB, in place of what SeaORM reads from [`Self::driver_url`].
    pub fn mysql(&self) -> Option<MySqlConnectOptions> {
        match &self.driver {
            Driver::MySql(options) => Some((**options).clone()),
            Driver::Postgres(_) | Driver::Sqlite => None,
        }
    }

    /// The database alone, put together from what it takes to know it by: user, host, port and name, or its file.
    pub fn location(&self) -> String {
        match Dialect::of(self.backend) {
            Dialect::Sqlite if self.is_in_memory() => "a database in memory".to_owned(),
            Dialect::Sqlite => self.path(),
            Dialect::Postgres | Dialect::MySql => {
                let mut shown = self.url.clone();
                shown.set_query(None);
                // Parameters that are the place itself.
                let place = |key: &str| matches!(key, "host" | "hostaddr" | "port" | "dbname" | "user" | "socket");
                let kept: Vec<(String, String)> =
                    self.url.query_pairs().filter(|(key, _)| place(key)).map(|(k, v)| (k.into(), v.into())).collect();
                if !kept.is_empty() {
                    shown.query_pairs_mut().extend_pairs(kept);
                }
                shown.into()
            }
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
        self.driver.encrypts()
    }

    /// The password, for the driver.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Host and port to reach over TCP; none for files and Unix sockets.
    pub fn address(&self) -> Option<(&str, u16)> {
        self.driver.address()
    }

    /// The Unix socket to reach; none for files and TCP.
    pub fn socket(&self) -> Option<PathBuf> {
        self.driver.socket()
    }

    /// Name of the database on its server, as the server spells it, when the URL or the driver's environment has one.
    pub fn database_name(&self) -> Option<&str> {
        self.driver.database()
    }

    /// The PostgreSQL schema to work in; none stands for the server's own choice.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
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
        match Dialect::of(self.backend) {
            Dialect::Postgres => self.clone().with_schema(area),
            Dialect::MySql => match self.database_name() {
                Some(name) => Self { common: Some(name.to_owned()), ..self.with_database(&format!("{name}_{area}")) },
                None => self.with_database(area),
            },
            Dialect::Sqlite if self.is_in_memory() => self.clone(),
            Dialect::Sqlite => {
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
        other.url.set_path(&utf8_percent_encode(name, NOT_PLAIN).to_string());
        // PostgreSQL's driver prefers the parameter to the path.
        let parameters: Vec<(String, String)> =
            self.url.query_pairs().filter(|(key, _)| key != "dbname").map(|(k, v)| (k.into(), v.into())).collect();
        other.url.set_query(None);
        if !parameters.is_empty() {
            other.url.query_pairs_mut().extend_pairs(parameters);
        }
        other.driver = other.driver.with_database(name);
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

/// What a database's name in a URL is encoded from.
const NOT_PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// `plant.sqlite` and `telemetry` give `plant-telemetry.sqlite`.
fn beside(path: &Path, area: &str) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{area}{extension}")).to_string_lossy().into_owned()
}

/// The parameter whose value the driver refuses.
fn misspelt(url: &Url, backend: DbBackend) -> Option<String> {
    let is_refused = |key: &str, value: &str| {
        let mut alone = url.clone();
        alone.query_pairs_mut().clear().append_pair(key, value);
        Driver::read(&alone, backend, None).is_err()
    };
    url.query_pairs().find(|(key, value)| is_refused(key, value)).map(|(key, _)| key.into_owned())
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
        assert_eq!(other.driver_url(false), "postgres://me@db.example/scratch");
        let driver = other.postgres().unwrap();
        assert_eq!((driver.get_database(), other.encrypts()), (Some("scratch"), true));
        assert_eq!((other.database_name(), other.password()), (Some("scratch"), Some("s3cret")));
    }

    #[test]
    fn names_are_as_the_server_spells_them() {
        for url in [
            "postgres://h/50%25%20gr%C3%B6%C3%9Fe",
            "mysql://h/50%25%20gr%C3%B6%C3%9Fe",
            "postgres://h/x?dbname=50%25%20gr%C3%B6%C3%9Fe",
        ] {
            let target = parse(url);
            assert_eq!(target.database_name(), Some("50% größe"));
            let other = target.with_database("a%20/b?c#d");
            assert_eq!(other.database_name(), Some("a%20/b?c#d"));
            assert_eq!(parse(&other.driver_url(false)).database_name(), Some("a%20/b?c#d"));
        }
        let area = parse("mysql://h/my%20plant").in_area("telemetry");
        assert_eq!(area.database_name(), Some("my plant_telemetry"));
        assert_eq!(area.common().unwrap().database_name(), Some("my plant"));
    }

    #[test]
    fn an_area_has_its_place_in_the_common_database() {
        let area = |text: &str| parse(text).in_area("telemetry");
        let postgres = area("postgres://h/plant");
        assert_eq!((postgres.database_name(), postgres.schema()), (Some("plant"), Some("telemetry")));
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

    /// What a URL could show of a password: every six characters in a row, as they are and as a URL would write them.
    fn is_hidden(password: &str, shown: &str) -> bool {
        let written: Vec<char> = password.chars().collect();
        written.windows(6).all(|six| {
            let six: String = six.iter().collect();
            let encoded = utf8_percent_encode(&six, NON_ALPHANUMERIC).to_string();
            !shown.contains(&six) && !shown.contains(&encoded)
        })
    }

    fn shown(text: &str) -> String {
        match Target::parse(text, "DATABASE_URL") {
            Err(error) => format!("{error} {error:?}"),
            Ok(target) => {
                let area = target.in_area("telemetry");
                format!(
                    "{target} {target:?} {} {} {area} {}",
                    target.location(),
                    target.driver_url(true),
                    area.driver_url(true)
                )
            }
        }
    }

    #[test]
    fn a_url_that_can_be_read_in_two_ways_is_refused() {
        for text in [
            "postgres://me:2024#Summer@db.example:5432/alarms",
            "postgres://me:12/abcdef@db.example:5432/alarms",
            "postgres://me:7?xabcdef@db.example:5432/alarms",
            "postgres://me:#abcdef@db.example/alarms",
            "postgres://me:a@bcdefg@db.example/alarms",
            "postgres://me:50%abcdef@db.example/alarms",
            "mysql://me:12/abcdef@db.example/alarms",
            "postgres://me%3AS3cret@h/alarms",
            "postgres://me:S3cretS3cret",
            "postgres:me:S3cret@h",
            "sqlite://me:S3cret@x",
            "sqlite:me:S3cret@x",
        ] {
            let error = Target::parse(text, "DATABASE_URL").unwrap_err().to_string();
            assert!(error.contains("percent-encode # "), "{error}");
        }
        for parameter in ["passwd", "pwd", "pass", "sslpassword", "s3cret", "Password"] {
            let error = Target::parse(&format!("postgres://me@h/d?{parameter}=S3cret"), "DATABASE_URL").unwrap_err();
            assert!(error.to_string().contains("a parameter that the driver cannot use"), "{error}");
        }
        let error = Target::parse("postgres://h/d?sslmode=S3cret", "DATABASE_URL").unwrap_err().to_string();
        assert!(error.ends_with("the value of its parameter sslmode"), "{error}");
    }

    #[test]
    fn what_is_written_as_it_should_be_is_read() {
        let target = parse("postgres://me:2024%23Sum%2Fm%3Fe%40r%25@db.example:5432/alarms");
        assert_eq!(target.password(), Some("2024#Sum/m?e@r%"));
        assert_eq!(target.to_string(), "postgres://me@db.example:5432/alarms");
        assert_eq!(parse("postgres://me:a:b!$&'()*+,;=~@h/d").password(), Some("a:b!$&'()*+,;=~"));
        assert_eq!(parse("postgres://h/d?application_name=x&host=/tmp").to_string(), "postgres://h/d?host=%2Ftmp");
        assert_eq!(parse("sqlite://a%40b%23c.sqlite").to_string(), "a@b#c.sqlite");
        let target = parse("postgres://me:%23@[::1]:6543/d?sslmode=disable");
        assert_eq!((target.password(), target.address()), (Some("#"), Some(("::1", 6543))));
        assert_eq!(parse("sqlite://C:/plant.sqlite").to_string(), "C:/plant.sqlite");
    }

    #[test]
    fn the_driver_gets_what_is_not_shown() {
        let text =
            "postgres://me:s3cret@h/d?options=-c%20a.b%3Dx&options[c.d]=y&application_name=plant&sslmode=require";
        let target = parse(text);
        assert_eq!(
            (target.driver_url(true), target.to_string()),
            ("postgres://me@h/d".into(), "postgres://me@h/d".into())
        );
        let driver = target.postgres().unwrap();
        assert_eq!(driver.get_options(), Some("-c a.b=x -c c.d=y"));
        assert_eq!((driver.get_application_name(), driver.get_username()), (Some("plant"), "me"));
        assert_eq!(
            parse("postgres:///d?host=/tmp&port=6543").postgres().unwrap().get_socket(),
            Some(&PathBuf::from("/tmp"))
        );
        let mysql = parse("mysql://me:s3cret@h/d?charset=latin1&timezone=%2B02:00");
        assert_eq!((mysql.driver_url(true), mysql.mysql().unwrap().get_charset()), ("mysql://me@h/d".into(), "latin1"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn no_six_characters_of_a_password_are_shown(password in "[ -~äß]{6,24}|[#/?@%:a-f0-9]{6,24}|[a-zA-Z0-9]{6,24}") {
            let encoded = utf8_percent_encode(&password, NON_ALPHANUMERIC).to_string();
            for secret in [password.as_str(), encoded.as_str()] {
                for text in [
                    format!("postgres://me:{secret}@h:5432/d"),
                    format!("postgres://me:{secret}@h/d?sslmode=require"),
                    format!("timescaledb://me:{secret}@[::1]/d"),
                    format!("mysql://me:{secret}@h/d"),
                    format!("mariadb://me:{secret}@h"),
                    format!("postgres://me%3A{secret}@h/d"),
                    format!("sqlite://me:{secret}@x"),
                    format!("sqlite:me:{secret}@x"),
                    format!("oracle://me:{secret}@h/d"),
                    format!("postgres:me:{secret}@h/d"),
                    format!("me:{secret}@h/d"),
                    format!("postgres://me@h/d?password={secret}"),
                    format!("postgres://me@h/d?passwd={secret}"),
                    format!("mysql://me@h/d?pwd={secret}"),
                    format!("mysql://me@h/d?password={secret}"),
                    format!("postgres://me@h/d?pass={secret}&sslmode=require"),
                    format!("postgres://me@h/d?sslmode={secret}"),
                    format!("sqlite://x?mode={secret}"),
                    format!("sqlite://x?vfs={secret}"),
                    format!("postgres://h/d?sslrootcert={secret}&application_name={secret}&options=-c%20a.b%3D{secret}"),
                    format!("postgres://h/d?options[{secret}]={secret}"),
                    format!("mysql://h/d?timezone={secret}&charset={secret}&sslca={secret}"),
                ] {
                    let shown = shown(&text);
                    proptest::prop_assert!(is_hidden(&password, &shown), "{text}: {shown}");
                }
            }
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
        assert_eq!(parse("postgres://h/d?host=other&port=6432").address(), Some(("other", 6432)));
        assert_eq!(parse("postgres:///d?host=other").address(), Some(("other", 5432)));
        assert_eq!(parse("postgres://h/d?hostaddr=10.0.0.7").address(), Some(("10.0.0.7", 5432)));
        for socket in ["postgres://%2Fvar%2Frun/d", "postgres://%2fvar%2frun/d", "postgres://h/d?host=/var/run"] {
            assert_eq!(
                (parse(socket).address(), parse(socket).socket()),
                (None, Some("/var/run/.s.PGSQL.5432".into()))
            );
        }
        let socket = parse("mysql://h/d?socket=/run/mysqld.sock");
        assert_eq!((socket.address(), socket.socket()), (None, Some("/run/mysqld.sock".into())));
        assert_eq!((parse("sqlite://d").address(), parse("sqlite://d").socket()), (None, None));
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
