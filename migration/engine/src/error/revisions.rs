//! Applied revisions that are not as the code has them.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// An applied revision whose code does something else now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changed {
    /// Its name.
    pub revision: String,
    /// The first statement that differs, in words.
    pub difference: String,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.revision, self.difference)
    }
}

/// An applied revision that the code does not have, and the pending one that does the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Renamed {
    /// Its name in the database.
    pub old: String,
    /// Its name in the code.
    pub new: String,
    /// Whether it has other values than were applied: those of a later day, or it is another revision after all.
    pub other_values: bool,
}

impl fmt::Display for Renamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { old, new, other_values } = self;
        let but = if *other_values { ", but for values and dates" } else { "" };
        write!(f, "{new} does the same as {old}{but}: if it was renamed, `migration stamp --renamed {old} {new}`")
    }
}
