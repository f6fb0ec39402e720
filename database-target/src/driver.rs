//! What a driver reads from a URL, kept apart from what is shown.

use std::path::PathBuf;

use sea_orm::{
    DbBackend,
    sqlx::{
        self,
        mysql::{MySqlConnectOptions, MySqlSslMode},
        postgres::{PgConnectOptions, PgSslMode},
        sqlite::SqliteConnectOptions,
    },
};
use sql_dialect::Dialect;
use url::Url;

/// All that a URL says, password included. It has no `Debug`: the drivers' own show everything.
#[derive(Clone)]
pub(crate) enum Driver {
    Postgres(Box<PgConnectOptions>),
    MySql(Box<MySqlConnectOptions>),
    /// Nothing in its URL is a secret.
    Sqlite,
}

impl Driver {
    /// Lets the driver read the URL, which has no password.
    pub(crate) fn read(url: &Url, backend: DbBackend, password: Option<&str>) -> Result<Self, sqlx::Error> {
        let text = url.as_str();
        Ok(match Dialect::of(backend) {
            Dialect::Postgres => {
                let options: PgConnectOptions = text.parse()?;
                Self::Postgres(Box::new(match password {
                    Some(password) => options.password(password),
                    None => options,
                }))
            }
            Dialect::MySql => {
                let options: MySqlConnectOptions = text.parse()?;
                Self::MySql(Box::new(match password {
                    Some(password) => options.password(password),
                    None => options,
                }))
            }
            Dialect::Sqlite => {
                text.parse::<SqliteConnectOptions>()?;
                Self::Sqlite
            }
        })
    }

    /// Whether it insists on TLS.
    pub(crate) fn encrypts(&self) -> bool {
        match self {
            Self::Postgres(options) => {
                matches!(options.get_ssl_mode(), PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull)
            }
            Self::MySql(options) => matches!(
                options.get_ssl_mode(),
                MySqlSslMode::Required | MySqlSslMode::VerifyCa | MySqlSslMode::VerifyIdentity
            ),
            Self::Sqlite => true, // Nothing leaves the machine.
        }
    }

    /// Host and port that it connects to over TCP, whatever part of the URL, or variable, they come from.
    pub(crate) fn address(&self) -> Option<(&str, u16)> {
        let (host, port) = match self {
            Self::Postgres(options) if options.get_socket().is_none() => (options.get_host(), options.get_port()),
            Self::MySql(options) if options.get_socket().is_none() => (options.get_host(), options.get_port()),
            Self::Postgres(_) | Self::MySql(_) | Self::Sqlite => return None,
        };
        // PostgreSQL's driver takes a folder for a host, too.
        (!host.starts_with('/')).then(|| (host.trim_start_matches('[').trim_end_matches(']'), port))
    }

    /// The Unix socket that it connects to.
    pub(crate) fn socket(&self) -> Option<PathBuf> {
        match self {
            Self::Postgres(options) => {
                let host = || Some(PathBuf::from(options.get_host())).filter(|host| host.is_absolute());
                let folder = options.get_socket().cloned().or_else(host)?;
                Some(folder.join(format!(".s.PGSQL.{}", options.get_port())))
            }
            Self::MySql(options) => options.get_socket().cloned(),
            Self::Sqlite => None,
        }
    }

    /// The database's name, decoded.
    pub(crate) fn database(&self) -> Option<&str> {
        match self {
            Self::Postgres(options) => options.get_database(),
            Self::MySql(options) => options.get_database(),
            Self::Sqlite => None,
        }
    }

    pub(crate) fn with_database(self, name: &str) -> Self {
        match self {
            Self::Postgres(options) => Self::Postgres(Box::new(options.database(name))),
            Self::MySql(options) => Self::MySql(Box::new(options.database(name))),
            Self::Sqlite => Self::Sqlite,
        }
    }
}
