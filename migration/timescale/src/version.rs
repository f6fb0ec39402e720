//! Version of the TimescaleDB extension.

use std::{fmt, str::FromStr};

/// A TimescaleDB version, for comparing with the release that brought a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The oldest version that this crate is written for.
    pub const OLDEST: Self = Self::new(2, 9, 0);
    /// Continuous aggregates made of continuous aggregates.
    pub const STACKED_AGGREGATES: Self = Self::new(2, 9, 0);
    /// First version in which the columnstore of a continuous aggregate takes settings, and refreshes write into it.
    pub const AGGREGATE_COLUMNSTORE: Self = Self::new(2, 11, 0);
    /// `by_range` and `by_hash` dimension builders.
    pub const DIMENSION_BUILDERS: Self = Self::new(2, 13, 0);
    /// The names `columnstore` and `add_columnstore_policy`; before, `compression`.
    pub const COLUMNSTORE_NAMES: Self = Self::new(2, 18, 0);

    /// `CREATE TABLE … WITH (tsdb.hypertable)`.
    pub const CREATE_TABLE_WITH: Self = Self::new(2, 20, 0);
    /// Sparse indexes of one's own choice.
    pub const SPARSE_INDEXES: Self = Self::new(2, 22, 0);
    /// `compress_chunk(…, recompress => true)`.
    pub const RECOMPRESS: Self = Self::new(2, 24, 0);
    /// Bloom filters of several columns.
    pub const COMPOSITE_SPARSE_INDEXES: Self = Self::new(2, 26, 0);
    /// First version in which the columnstore policy of an aggregate does not need a refresh policy beside it.
    pub const COLUMNSTORE_WITHOUT_REFRESH: Self = Self::new(2, 28, 0);

    /// The versions from which on this crate writes something else, oldest first.
    pub const CHANGES: [Self; 9] = [
        Self::OLDEST,
        Self::AGGREGATE_COLUMNSTORE,
        Self::DIMENSION_BUILDERS,
        Self::COLUMNSTORE_NAMES,
        Self::CREATE_TABLE_WITH,
        Self::SPARSE_INDEXES,
        Self::RECOMPRESS,
        Self::COMPOSITE_SPARSE_INDEXES,
        Self::COLUMNSTORE_WITHOUT_REFRESH,
    ];

    /// Its numbers: major, minor and patch.
    pub fn numbers(self) -> (u32, u32, u32) {
        (self.major, self.minor, self.patch)
    }

    /// The version `major.minor.patch`.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A text that is not `major.minor[.patch][-suffix]`.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a version such as 2.23.0")]
pub struct InvalidVersion(String);

impl FromStr for Version {
    type Err = InvalidVersion;

    /// Reads `extversion`; a suffix such as `-dev` is dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidVersion(text.to_owned());
        let numbers = text.split('-').next().unwrap_or_default();
        let mut parts = numbers.split('.').map(str::parse::<u32>);
        let mut next = || parts.next().transpose().map_err(|_| invalid());
        let major = next()?.ok_or_else(invalid)?;
        let minor = next()?.ok_or_else(invalid)?;
        let patch = next()?.unwrap_or(0);
        Ok(Self { major, minor, patch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_release_and_development_versions() {
        assert_eq!("2.23.0-dev".parse::<Version>().unwrap(), Version::new(2, 23, 0));
        assert_eq!("2.9".parse::<Version>().unwrap(), Version::new(2, 9, 0));
        assert!(Version::new(2, 9, 3) < Version::COLUMNSTORE_NAMES);
    }

    #[test]
    fn refuses_what_is_not_a_version() {
        for text in ["", "2", "x.y", "2.x"] {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
    }
}
