//! What `lint` says, for machines and for people.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::Direction;

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
        match &self.allowed {
            Some(reason) => write!(f, "    allowed: {reason}"),
            None => write!(f, "    {}", one_line(&self.instead)),
        }
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
    /// The versions of TimescaleDB that it holds for, where it does not hold for all.
    pub versions: Option<String>,
    /// What to do instead.
    pub instead: Option<&'static str>,
    /// Whose rule it is.
    pub source: Source,
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of at most 120 characters.
pub fn shorten(sql: &str) -> String {
    const LONGEST: usize = 120;
    let line = one_line(sql);
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}
