//! The databases that every test runs on.

/// A kind of database.
///
/// # How to add a backend
///
/// A variant, its arm in [`TestDatabase::create`](crate::TestDatabase::create), and its line in the
/// [`on_every_backend!`](crate::on_every_backend) macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// SQLite, a file.
    Sqlite,
    /// PostgreSQL without TimescaleDB.
    Postgres,
    /// TimescaleDB with its full licence.
    Timescale,
    /// MariaDB, for MySQL.
    Mariadb,
}

impl Backend {
    /// Name of the profile, as in `migration/schema/<profile>`.
    pub fn profile(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Timescale => "timescaledb",
            Self::Mariadb => "mysql",
        }
    }
}
