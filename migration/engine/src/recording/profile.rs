//! The kinds of database that a script can be written for.

use clap::ValueEnum;
use migration_timescale::{Capability, Version};

/// The TimescaleDB that scripts are written for when no other version is named.
pub const REFERENCE_TIMESCALEDB: Version = Version::new(2, 28, 3);

/// A kind of database, by the name the command line knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// PostgreSQL with TimescaleDB and its full licence.
    #[value(name = "timescaledb")]
    Timescaledb,
    /// PostgreSQL with the Apache edition of TimescaleDB.
    #[value(name = "timescaledb-apache")]
    TimescaledbApache,
    /// PostgreSQL without TimescaleDB.
    Postgres,
    /// SQLite.
    Sqlite,
    /// MariaDB. Where a revision treats MySQL differently, the script is MariaDB's.
    Mysql,
}

impl Profile {
    /// What such a database can do. `timescaledb` is its version where it is not [`REFERENCE_TIMESCALEDB`].
    pub fn capability(self, timescaledb: Option<Version>) -> Capability {
        let version = timescaledb.unwrap_or(REFERENCE_TIMESCALEDB);
        match self {
            Self::Timescaledb => Capability::timescale_full(version),
            Self::TimescaledbApache => Capability::timescale_apache(version),
            Self::Postgres => Capability::postgres(),
            Self::Sqlite => Capability::sqlite(),
            Self::Mysql => Capability::mysql(),
        }
    }
}

/// The server that checksums are made for: another version of TimescaleDB must not make a revision look changed.
pub(crate) fn reference(server: Capability) -> Capability {
    Profile::from_str(server.profile(), true).map_or(server, |profile| profile.capability(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_capabilities() {
        for profile in Profile::value_variants() {
            let name = profile.to_possible_value().unwrap();
            assert_eq!(name.get_name(), profile.capability(None).profile());
        }
    }
}
