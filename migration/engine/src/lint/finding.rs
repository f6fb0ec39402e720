//! What `lint` says, for machines and for people.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Direction, sql::line::one_line};

/// Something that a rule found, or that is wrong with a suppression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// Name of the revision.
    pub revision: String,
    /// Which way.
    pub direction: Direction,
    /// Name of the rule, for `Allowed`.
    pub rule: &'static str,
    /// The statement, shortened.
    pub statement: String,
    /// What is wrong with it.
    pub message: String,
    /// What works.
    pub instead: String,
    /// Whose rule it is.
    pub source: Source,
    /// Why it is meant to be, when the revision says so.
    pub allowed: Option<String>,
    /// Whether the baseline has it.
    pub accepted: bool,
}

impl Finding {
    /// Whether it is neither allowed nor accepted.
    pub fn is_open(&self) -> bool {
        self.allowed.is_none() && !self.accepted
    }

    /// What to do, or why nothing is to be done.
    pub(super) fn advice(&self) -> String {
        match &self.allowed {
            Some(reason) => format!("allowed: {reason}"),
            None => one_line(&self.instead),
        }
    }
}

/// Whose rule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// squawk's.
    Squawk,
    /// This engine's.
    Own,
}

/// Two or three lines: revision and rule, the statement, what to do.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}  {}: {}", self.revision, self.direction, self.rule, one_line(&self.message))?;
        if !self.statement.is_empty() {
            writeln!(f, "    {}", self.statement)?;
        }
        write!(f, "    {}", self.advice())
    }
}

/// A rule, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleInfo {
    /// Its name.
    pub name: &'static str,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// The SQLSTATE that the server answers with, when it does.
    pub code: Option<&'static str>,
    /// The backend that it holds for, where it does not hold for all: `postgres`, `sqlite` or `mysql`.
    pub backend: Option<&'static str>,
    /// The versions of TimescaleDB that it holds for, where it does not hold for all.
    pub versions: Option<String>,
    /// What to do instead.
    pub instead: Option<&'static str>,
    /// Whose rule it is.
    pub source: Source,
}
