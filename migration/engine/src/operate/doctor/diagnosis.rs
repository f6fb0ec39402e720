//! What `doctor` answers.

use schemars::JsonSchema;
use serde::Serialize;

/// How a [`Diagnosis`] turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Good.
    Ok,
    /// Worth knowing.
    Note,
    /// To be put right.
    Problem,
}

/// An answer of `doctor`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// What was looked at.
    pub about: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found, and what to do about it.
    pub finding: String,
}
