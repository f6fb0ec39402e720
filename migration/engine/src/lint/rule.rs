//! What a rule of this engine is.

use std::fmt;

use migration_timescale::{Dialect, Version};

use crate::sql::parsed::Parsed;

use super::context::Context;

/// A rule of this engine.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Name, as findings and `Allowed` spell it.
    pub name: &'static str,
    /// What happens, in one sentence.
    pub summary: &'static str,
    /// SQLSTATE of the error, or `None` where nothing fails at once: the statement locks, or does something else than it
    /// says.
    pub code: Option<&'static str>,
    /// Whose statements it looks at.
    pub backend: Dialect,
    /// The versions of TimescaleDB that it holds for; it is silent on others.
    pub versions: Versions,
    /// What to do instead.
    pub instead: &'static str,
    /// What is wrong with the statement, or `None`.
    pub check: fn(&Context<'_>, &Parsed) -> Option<String>,
    /// Scripts that show it on a server; at least one.
    pub examples: &'static [Example],
}

/// Versions of TimescaleDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    from: Option<Version>,
    before: Option<Version>,
}

impl Versions {
    /// Every version that this engine is written for.
    pub const ALL: Self = Self { from: None, before: None };

    /// From one version on, up to but not with another.
    pub const fn between(from: Version, before: Version) -> Self {
        Self { from: Some(from), before: Some(before) }
    }

    /// Whether a version is one of them.
    pub fn contain(self, version: Version) -> bool {
        self.from.is_none_or(|from| from <= version) && self.before.is_none_or(|before| version < before)
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.before) {
            (None, None) => f.write_str("all versions"),
            (Some(from), None) => write!(f, "from {from} on"),
            (None, Some(before)) => write!(f, "before {before}"),
            (Some(from), Some(before)) => write!(f, "from {from} to before {before}"),
        }
    }
}

/// A script that the rule flags, one that it does not, and what shows on a server that the rule is right.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Earlier revisions, each statement by itself, outside a transaction. [`Self::BROKEN`] marks one that fails.
    pub setup: &'static [&'static [&'static str]],
    /// The rule flags its last statement.
    pub failing: Sql,
    /// The rule flags nothing in it, and it succeeds.
    pub passing: Sql,
    /// What the server says.
    pub proof: Proof,
    /// Where it can be run.
    pub servers: Servers,
}

/// The statements of an example.
#[derive(Clone, Copy, Debug)]
pub enum Sql {
    /// In one transaction.
    InTransaction(&'static [&'static str]),
    /// One by one.
    Outside(&'static [&'static str]),
}

/// What shows on a server that a rule is right.
#[derive(Clone, Copy, Debug)]
pub enum Proof {
    /// The last statement of the failing script is refused with this SQLSTATE.
    Refused(&'static str),
    /// Both scripts run; afterwards this statement is refused with the SQLSTATE, and succeeds after the passing one.
    Later(&'static str, &'static str),
    /// Both scripts run; the query, asked at the end (in the same transaction where there is one), tells them apart.
    Shown {
        /// Gives statements to run first, as rows.
        run: Option<&'static str>,
        /// Gives one text.
        query: &'static str,
        /// The text after the failing script.
        bad: &'static str,
        /// The text after the passing script.
        good: &'static str,
    },
}

/// Where an example can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Servers {
    /// Every TimescaleDB.
    All,
    /// Not in WebAssembly, where indexes cannot be built concurrently or chunk by chunk.
    Native,
}

impl Example {
    /// Starts a statement of the setup that is meant to fail.
    pub const BROKEN: &'static str = "-- fails\n";
}

impl Sql {
    /// The statements.
    pub const fn statements(&self) -> &'static [&'static str] {
        match self {
            Self::InTransaction(statements) | Self::Outside(statements) => statements,
        }
    }

    /// Whether they share a transaction.
    pub const fn is_transaction(&self) -> bool {
        matches!(self, Self::InTransaction(_))
    }
}
