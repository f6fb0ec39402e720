//! Which database a command works on, and how it is named without its secrets.

use std::{fmt, path::PathBuf};

use sea_orm::DbBackend;
use url::Url;

use crate::EngineError;

/// A database URL, where it came from, and its parts.
#[derive(Clone)]
pub struct Target {
    url: Url,
    backend: DbBackend,
    origin: &'static str,
}

impl Target {
    /// Finds the URL: `--database-url`, then `DATABASE_URL`, then `.env` in this folder or one above, then the embedded
    /// SQLite file `embedded`.
    pub fn resolve(flag: Option<&str>, embedded: &str) -> Result<Self, EngineError> {
        if let Some(url) = flag {
            return Self::parse(url, "--database-url");
        }
        if let Some(url) = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            return Self::parse(&url, "DATABASE_URL");
        }
        if let Some(url) = from_dotenv()? {
            return Self::parse(&url, ".env");
        }
        Self::parse(&format!("sqlite://{embedded}?mode=rwc"), "the embedded default")
    }

    /// Reads a URL that came from `origin`.
    ///
    /// Accepts `postgres`, `postgresql`, `timescaledb`, `mysql`, `mariadb` and `sqlite`.
    pub fn parse(text: &str, origin: &'static str) -> Result<Self, EngineError> {
        // The text is not repeated: a URL that does not parse may still carry a password.
        let invalid = |reason: String| EngineError::InvalidUrl { reason, origin };
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(invalid(
                "the database URL has no scheme; it looks like postgres://user:password@host/database".into(),
            ));
        };
        let (scheme, backend) = match scheme {
            "postgres" | "postgresql" | "timescaledb" => ("postgres", DbBackend::Postgres),
            "mysql" | "mariadb" => ("mysql", DbBackend::MySql),
            "sqlite" => ("sqlite", DbBackend::Sqlite),
            other => {
                return Err(invalid(format!(
                    "unknown scheme {other:?} in the database URL; use postgres://, mysql:// or sqlite://"
                )));
            }
        };
        // `sqlite:file` and `sqlite://file` both name a path; url would read the second as a host.
        let normalised = match backend {
            DbBackend::Sqlite => format!("sqlite:{}", rest.strip_prefix("//").unwrap_or(rest)),
            _ => format!("{scheme}:{rest}"),
        };
        let url =
            Url::parse(&normalised).map_err(|error| invalid(format!("the database URL cannot be read: {error}")))?;
        if backend != DbBackend::Sqlite && url.host_str().is_none_or(str::is_empty) && !has_parameter(&url, "host") {
            return Err(invalid(format!(
                "the database URL names no host; it looks like {scheme}://user:password@host/database"
            )));
        }
        Ok(Self { url, backend, origin })
    }

    /// The URL with its password, for the driver only.
    pub(crate) fn driver_url(&self) -> String {
        match self.backend {
            DbBackend::Sqlite => self.url.as_str().replacen("sqlite:", "sqlite://", 1),
            _ => self.url.as_str().to_owned(),
        }
    }

    /// The SQL dialect.
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Where the URL came from.
    pub fn origin(&self) -> &'static str {
        self.origin
    }

    /// Host and port to reach over TCP; none for files and Unix sockets.
    pub fn address(&self) -> Option<(String, u16)> {
        let port = match self.backend {
            DbBackend::Postgres => 5432,
            DbBackend::MySql => 3306,
            _ => return None,
        };
        let host = self.url.host_str().filter(|host| !host.is_empty() && !host.starts_with("%2F"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some((host.to_owned(), self.url.port().unwrap_or(port)))
    }

    /// Name of the database on its server.
    pub fn database_name(&self) -> Option<&str> {
        (self.backend != DbBackend::Sqlite)
            .then(|| self.url.path().trim_start_matches('/'))
            .filter(|name| !name.is_empty())
    }

    /// The SQLite file; none for servers and in-memory databases.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.url.path();
        (self.backend == DbBackend::Sqlite
            && path != ":memory:"
            && !has_parameter(&self.url, "memory")
            && !path.is_empty())
        .then(|| PathBuf::from(path))
    }
}

fn has_parameter(url: &Url, name: &str) -> bool {
    url.query_pairs().any(|(key, value)| key == name || (key == "mode" && value == name))
}

fn from_dotenv() -> Result<Option<String>, EngineError> {
    let entries = match dotenvy::dotenv_iter() {
        Ok(entries) => entries,
        Err(error) if error.not_found() => return Ok(None),
        Err(_) => return Err(EngineError::InvalidUrl { reason: "the file cannot be read".into(), origin: ".env" }),
    };
    for entry in entries {
        match entry {
            Ok((key, value)) if key == "DATABASE_URL" && !value.is_empty() => return Ok(Some(value)),
            Ok(_) => {}
            // The parser's message repeats the line, which may hold a secret.
            Err(_) => {
                let reason = "a line of the file is not NAME=value; quote values with spaces or #".into();
                return Err(EngineError::InvalidUrl { reason, origin: ".env" });
            }
        }
    }
    Ok(None)
}

/// Shows the URL without its password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.backend == DbBackend::Sqlite {
            return match self.sqlite_file() {
                Some(file) => write!(f, "{}", file.display()),
                None => f.write_str("a database in memory"),
            };
        }
        let mut shown = self.url.clone();
        if shown.password().is_some() {
            // Only fails for URLs without a host, which `parse` refuses.
            let _ = shown.set_password(Some("***"));
        }
        let parameters: Vec<(String, String)> = shown
            .query_pairs()
            .map(|(key, value)| {
                let secret = key.to_ascii_lowercase().contains("password");
                (key.into_owned(), if secret { "***".to_owned() } else { value.into_owned() })
            })
            .collect();
        shown.set_query(None);
        if !parameters.is_empty() {
            shown.query_pairs_mut().extend_pairs(parameters);
        }
        f.write_str(shown.as_str())
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
    fn no_password_is_shown() {
        for text in [
            "postgres://me:s3cret@db.example:6432/alarms?sslmode=require",
            "mysql://me:s3cret@db.example/alarms",
            "postgres://me@db.example/alarms?password=s3cret&sslpassword=s3cret",
        ] {
            let target = parse(text);
            assert!(!target.to_string().contains("s3cret") && !format!("{target:?}").contains("s3cret"), "{target}");
            assert!(target.driver_url().contains("s3cret"));
        }
    }

    #[test]
    fn errors_do_not_repeat_the_url() {
        for text in ["oracle://me:s3cret@db/alarms", "s3cret", "postgres://me:s3cret@:notaport/x", "postgres:///x"] {
            let error = Target::parse(text, "DATABASE_URL").unwrap_err().on_one_line();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn schemes_are_the_drivers() {
        assert_eq!(parse("postgresql://h/d").driver_url(), "postgres://h/d");
        assert_eq!(parse("mariadb://h/d").driver_url(), "mysql://h/d");
        assert_eq!(parse("sqlite://a/b.sqlite?mode=rwc").driver_url(), "sqlite://a/b.sqlite?mode=rwc");
        assert_eq!(parse("sqlite:///abs/b.sqlite").sqlite_file(), Some(PathBuf::from("/abs/b.sqlite")));
        assert_eq!(parse("sqlite::memory:").sqlite_file(), None);
        assert_eq!(parse("sqlite://b.sqlite").to_string(), "b.sqlite");
    }

    #[test]
    fn addresses_have_the_default_port() {
        assert_eq!(parse("postgres://h/d").address(), Some(("h".into(), 5432)));
        assert_eq!(parse("mysql://h:3307/d").address(), Some(("h".into(), 3307)));
        assert_eq!(parse("postgres://[::1]/d").address(), Some(("::1".into(), 5432)));
        assert_eq!(parse("sqlite://d").address(), None);
    }
}
