//! The SQL dialects of SeaORM's backends.
//!
//! SeaORM's `DbBackend` may grow, so a `match` over it needs an arm for all others, and a backend that was forgotten ends
//! up there without a word. [`Dialect`] is matched to the end.
//!
//! ```
//! use sea_orm::DbBackend;
//! use sql_dialect::Dialect;
//!
//! let text = match Dialect::of(DbBackend::MySql) {
//!     Dialect::MySql => "char",
//!     Dialect::Postgres | Dialect::Sqlite => "text",
//! };
//! assert_eq!(text, "char");
//! ```

use sea_orm::DbBackend;

/// What a server's SQL is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL, with and without TimescaleDB.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// That of a backend. SeaORM has no others in the version that this workspace is pinned to; one that comes with a later
    /// version is taken for PostgreSQL, which is nearest to standard SQL, until it gets its variant here.
    pub const fn of(backend: DbBackend) -> Self {
        match backend {
            DbBackend::MySql => Self::MySql,
            DbBackend::Sqlite => Self::Sqlite,
            _ => Self::Postgres,
        }
    }

    /// `name` as a quoted identifier; a dot is part of the name.
    ///
    /// ```
    /// use sql_dialect::Dialect;
    ///
    /// assert_eq!(Dialect::MySql.quote("a`b"), "`a``b`");
    /// assert_eq!(Dialect::Sqlite.quote("a\"b"), "\"a\"\"b\"");
    /// ```
    pub fn quote(self, name: &str) -> String {
        match self {
            Self::MySql => format!("`{}`", name.replace('`', "``")),
            Self::Postgres | Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }
}

impl From<DbBackend> for Dialect {
    fn from(backend: DbBackend) -> Self {
        Self::of(backend)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn names_cannot_be_escaped_from() {
        assert_eq!(Dialect::Postgres.quote("a\"b.c"), "\"a\"\"b.c\"");
        assert_eq!(Dialect::Sqlite.quote("a\"b"), "\"a\"\"b\"");
        assert_eq!(Dialect::MySql.quote("a`b"), "`a``b`");
    }

    /// A `match` over SeaORM's enum cannot be without an arm for all others; so there is none but that in this file.
    #[test]
    fn every_other_match_is_over_dialects() {
        const FOLDERS: [&str; 10] = [
            "bench/src",
            "core-server-adapter/examples",
            "core-server-adapter/src",
            "database-target/src",
            "entity/codegen/src",
            "entity/src",
            "migration/engine/src",
            "migration/src",
            "migration/timescale/src",
            "tests/harness",
        ];
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut found = Vec::new();
        for folder in FOLDERS {
            look_at(&workspace.join(folder), &mut found);
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    fn look_at(folder: &Path, found: &mut Vec<String>) {
        let is_arm = |line: &&str| {
            let pattern = line.split("=>").next().filter(|pattern| pattern.len() < line.len()).unwrap_or_default();
            let pattern = pattern.split(" if ").next().unwrap_or_default();
            ["DbBackend::", "DatabaseBackend::"].iter().any(|backend| pattern.contains(backend))
        };
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look_at(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.extend(text.lines().filter(is_arm).map(|line| format!("{}: {line}", path.display())));
            }
        }
    }
}
