//! The database that a program is connected to already.

use sea_orm::{DatabaseConnection, DatabaseConnectionType};
use url::Url;

use crate::{InvalidUrl, Target, driver::Driver};

/// Where such a target says that it came from.
const ORIGIN: &str = "the program's own pool";

impl Target {
    /// Where a pool leads, with everything that it was opened with, its password included. The pool itself is not used.
    ///
    /// # Errors
    ///
    /// There is no second way in: the database lives in the pool's own memory, or `db` is not a pool.
    #[allow(clippy::match_wildcard_for_single_variants, reason = "other features of SeaORM bring other variants")]
    pub fn of_pool(db: &DatabaseConnection) -> Result<Self, InvalidUrl> {
        let (url, driver) = match &db.inner {
            DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
                let options = db.get_postgres_connection_pool().connect_options();
                let place = Place {
                    scheme: "postgres",
                    user: options.get_username(),
                    host: options.get_host(),
                    port: options.get_port(),
                    socket: options.get_socket().map(|folder| ("host", folder.display().to_string())),
                    database: options.get_database(),
                };
                (place.url()?, Driver::Postgres(Box::new((*options).clone())))
            }
            DatabaseConnectionType::SqlxMySqlPoolConnection(_) => {
                let options = db.get_mysql_connection_pool().connect_options();
                let place = Place {
                    scheme: "mysql",
                    user: options.get_username(),
                    host: options.get_host(),
                    port: options.get_port(),
                    socket: options.get_socket().map(|file| ("socket", file.display().to_string())),
                    database: options.get_database(),
                };
                (place.url()?, Driver::MySql(Box::new((*options).clone())))
            }
            DatabaseConnectionType::SqlxSqlitePoolConnection(_) => {
                let options = db.get_sqlite_connection_pool().connect_options();
                let file = options.get_filename().display().to_string();
                // A pool names its own memory so.
                if file.contains(":memory:") || file.contains("sqlx-in-memory") {
                    return Err(invalid("leads to a database in its own memory, which no second connection reaches"));
                }
                let mut url = Url::parse("sqlite:x").map_err(|error| invalid(&error.to_string()))?;
                url.set_path(&file.replace('%', "%25"));
                (url, Driver::Sqlite)
            }
            _ => return Err(invalid("is not a pool of PostgreSQL, MySQL or SQLite")),
        };
        Ok(Self::known(url, db.get_database_backend(), driver, ORIGIN))
    }
}

/// What it takes to know a server's database by.
struct Place<'a> {
    scheme: &'static str,
    user: &'a str,
    host: &'a str,
    port: u16,
    /// The parameter that names a Unix socket, in place of host and port.
    socket: Option<(&'static str, String)>,
    database: Option<&'a str>,
}

impl Place<'_> {
    fn url(self) -> Result<Url, InvalidUrl> {
        let failed = || invalid("leads to a place that cannot be written as a URL");
        let mut url = Url::parse(&format!("{}://localhost", self.scheme)).map_err(|_| failed())?;
        if let Some((name, file)) = self.socket {
            url.query_pairs_mut().append_pair(name, &file);
        } else {
            url.set_host(Some(self.host)).map_err(|_| failed())?;
            url.set_port(Some(self.port)).map_err(|()| failed())?;
        }
        url.set_username(self.user).map_err(|()| failed())?;
        url.set_path(&self.database.unwrap_or_default().replace('%', "%25"));
        Ok(url)
    }
}

fn invalid(reason: &str) -> InvalidUrl {
    InvalidUrl { origin: ORIGIN.into(), reason: reason.to_owned() }
}
